// Judging what the target made of our offer, and choosing what we make of the target's: the selection rules of
// RFC 7143 §6.2.1, §6.2.2 and the result functions of §13, as pure functions of one key.

import { badKey, noAgreement, shown } from './key-fault.ts';
import type { BooleanKey, DeclaredKey, KeyValue, ListKey, NumberKey } from './keys.ts';
import { formatValue, parse16Bit, parseBoolean, parseNumber, reservedAnswers } from './values.ts';

/** A key that has a result which both sides agree on. */
export type NegotiatedKey = NumberKey | BooleanKey | ListKey;

/** The longest value of a declared text (RFC 7143 §6.1: a simple-value has at most 255 bytes). */
const maxTextLength = 255;

/**
 * The value that results from `answer` to our offer `offered`. Throws LoginError ISCSI_NO_AGREEMENT for a selection
 * that the result function does not allow, ISCSI_BAD_TEXT for a value that is not of the key's kind.
 */
export function judgeAnswer(key: string, facts: NegotiatedKey, offered: string, answer: string): KeyValue {
  if (answer === 'NotUnderstood' && facts.mayBeNotUnderstood !== true) {
    throw noAgreement(key, 'the target does not understand a key that every target must (RFC 7143 §6.2)');
  }
  if (reservedAnswers.has(answer)) return initialValue(key, facts, offered, `the target answered ${answer}`);
  switch (facts.rule) {
    case 'list':
      return judgeList(key, offered, answer);
    case 'and':
    case 'or':
      return judgeBoolean(key, facts, offered, answer);
    case 'minimum':
    case 'maximum':
      return judgeNumber(key, facts, Number(offered), answer);
  }
}

/**
 * The value of a key that the target did not answer at all. The two Boolean offers that decide by themselves need no
 * answer (RFC 7143 §6.2.2); in all else the target holds the default, so we do.
 */
export function judgeSilence(key: string, facts: NegotiatedKey, offered: string): KeyValue {
  if (facts.rule === 'and' && offered === 'No') return false;
  if (facts.rule === 'or' && offered === 'Yes') return true;
  return initialValue(key, facts, offered, 'the target did not answer');
}

/** What we answer to a proposal, and the value that results from it. */
export interface Choice {
  readonly answer: string;
  readonly value: KeyValue;
  /** False for the two Boolean proposals that decide by themselves. */
  readonly isAnswerRequired: boolean;
}

/**
 * Chooses our answer to the target's proposal, `ours` being what we would have offered. Throws LoginError
 * ISCSI_NO_AGREEMENT where no value suits both, ISCSI_BAD_TEXT for a value that is not of the key's kind.
 */
export function chooseAnswer(key: string, facts: NegotiatedKey, ours: string, proposed: string): Choice {
  switch (facts.rule) {
    case 'list': {
      const wanted = ours.split(',');
      const value = proposed.split(',').find((item) => wanted.includes(item));
      if (value !== undefined) return { answer: value, value, isAnswerRequired: true };
      return {
        answer: 'Reject',
        value: initialValue(key, facts, ours, `the target proposed ${shown(proposed)}`),
        isAnswerRequired: true,
      };
    }
    case 'and':
    case 'or': {
      const theirs = readBoolean(key, proposed);
      const mine = ours === 'Yes';
      const value = facts.rule === 'and' ? theirs && mine : theirs || mine;
      return { answer: formatValue(value), value, isAnswerRequired: theirs === (facts.rule === 'and') };
    }
    case 'minimum':
    case 'maximum': {
      const theirs = readNumber(key, facts, proposed);
      const value = facts.rule === 'minimum' ? Math.min(theirs, Number(ours)) : Math.max(theirs, Number(ours));
      return { answer: formatValue(value), value, isAnswerRequired: true };
    }
  }
}

/** Reads what the target declared. Throws LoginError as `judgeAnswer` does. */
export function readDeclaration(key: string, facts: DeclaredKey, declared: string): KeyValue {
  if (reservedAnswers.has(declared)) throw badKey(key, `${declared} is not a value that can be declared`);
  switch (facts.value) {
    case 'text':
      if (Buffer.byteLength(declared) > maxTextLength) throw badKey(key, `longer than ${maxTextLength} bytes`);
      return declared;
    case 'number':
      return readNumber(key, facts, declared);
    case 'tag': {
      const tag = parse16Bit(declared);
      if (tag === undefined) throw badKey(key, `${shown(declared)} is not a 16-bit value`);
      return tag;
    }
  }
}

/** The default, where we can live with it: a list that leaves the default out has said that we cannot. */
function initialValue(key: string, facts: NegotiatedKey, offered: string, because: string): KeyValue {
  if (facts.rule === 'list' && !offered.split(',').includes(facts.initial)) {
    throw noAgreement(key, `${because}, and the default ${facts.initial} is not among what we take: ${offered}`);
  }
  return facts.initial;
}

function judgeList(key: string, offered: string, answer: string): string {
  if (!offered.split(',').includes(answer)) {
    throw noAgreement(key, `the target selected ${shown(answer)}, which was not offered (${offered})`);
  }
  return answer;
}

function judgeBoolean(key: string, facts: BooleanKey, offered: string, answer: string): boolean {
  const value = readBoolean(key, answer);
  const isDecided = facts.rule === 'and' ? offered === 'No' : offered === 'Yes';
  if (isDecided && answer !== offered) throw noAgreement(key, `the target answered ${answer} to ${offered}`);
  return value;
}

function judgeNumber(key: string, facts: NumberKey, offered: number, answer: string): number {
  const value = readNumber(key, facts, answer);
  if (facts.rule === 'minimum' ? value > offered : value < offered) {
    throw noAgreement(key, `the target selected ${value} where we offered ${offered} (${facts.rule})`);
  }
  return value;
}

function readBoolean(key: string, text: string): boolean {
  const value = parseBoolean(text);
  if (value === undefined) throw badKey(key, `${shown(text)} is neither Yes nor No`);
  return value;
}

function readNumber(key: string, range: { readonly min: number; readonly max: number }, text: string): number {
  const value = parseNumber(text);
  if (value === undefined) throw badKey(key, `${shown(text)} is not a number`);
  if (value < range.min || value > range.max) {
    throw noAgreement(key, `${shown(text)} is outside ${range.min} to ${range.max}`);
  }
  return value;
}
