// The keys of one login: which we offered, which are settled and with what result. RFC 7143 §6.2 and §6.3.

import { chooseAnswer, judgeAnswer, judgeSilence, type NegotiatedKey, readDeclaration } from './judgement.ts';
import { badKey, noAgreement, shown } from './key-fault.ts';
import { type DeclaredKey, type KeyFacts, type KeyValue, keyTable } from './keys.ts';
import { formatValue, reservedAnswers } from './values.ts';

/** A key with its value, as text. */
export type TextPair = readonly [key: string, value: string];

/** Something that the target sent, and that we have to answer. */
export interface DueAnswer {
  readonly pair: TextPair;
  /** False where the target may go on without it, so that it may also stand in a response with the T bit. */
  readonly isRequired: boolean;
}

/** What kind of login the keys belong to. */
export interface NegotiationSetting {
  readonly isLeading: boolean;
  readonly isDiscovery: boolean;
  /** Our value for each key that can be negotiated, whether we come to offer it or not. */
  readonly wishes: ReadonlyMap<string, string>;
}

/** The bookkeeping of all keys but the authentication ones, over both stages of a login. */
export class Negotiation {
  readonly #setting: NegotiationSetting;
  readonly #sent = new Map<string, string>();
  readonly #received = new Set<string>();
  readonly #chosen = new Set<string>();
  readonly #results = new Map<string, KeyValue>();

  constructor(setting: NegotiationSetting) {
    this.#setting = setting;
  }

  /** Marks keys as sent by us, each once, and returns them as pairs. */
  offer(pairs: Iterable<TextPair>): TextPair[] {
    const list = [...pairs];
    for (const [key, value] of list) this.#sent.set(key, value);
    return list;
  }

  /**
   * Takes the target's keys of one complete text and returns the answers due. Throws LoginError ISCSI_BAD_TEXT or
   * ISCSI_NO_AGREEMENT with the key at fault.
   */
  receive(pairs: Iterable<TextPair>, stage: 'security' | 'operational'): DueAnswer[] {
    const due: DueAnswer[] = [];
    for (const [key, value] of pairs) {
      const answer = this.#receiveKey(key, value, stage);
      if (answer !== undefined) due.push(answer);
    }
    return due;
  }

  /** The result of a key: its negotiated or declared value. After `settle` only declared keys can be without. */
  result(key: string): KeyValue | undefined {
    return this.#results.get(key);
  }

  /** Whether the result of a negotiated key was selected by the target, rather than left at its default. */
  hasChosen(key: string): boolean {
    return this.#chosen.has(key);
  }

  /**
   * Gives every negotiated key that has no result its own: by the target's silence when we offered it, otherwise its
   * default. Throws LoginError ISCSI_NO_AGREEMENT where silence will not do.
   */
  settle(): void {
    for (const [key, facts] of keyTable) {
      if (this.#results.has(key) || !isNegotiated(facts)) continue;
      const offered = this.#sent.get(key);
      this.#results.set(key, offered === undefined ? facts.initial : judgeSilence(key, facts, offered));
    }
  }

  #receiveKey(key: string, value: string, stage: 'security' | 'operational'): DueAnswer | undefined {
    const facts = keyTable.get(key);
    if (facts?.rule === 'ignored') return undefined;
    // Renegotiation is forbidden and must be detected by both sides (§6.3); TargetAddress alone may come again.
    if (this.#received.has(key) && !(facts?.rule === 'declared' && facts.isRepeatable === true)) {
      throw badKey(key, 'the target sent it twice in one login');
    }
    this.#received.add(key);
    if (facts === undefined) return this.#answerUnknown(key, value);
    this.#checkPlace(key, facts, stage);
    const offered = this.#sent.get(key);
    if (isNegotiated(facts)) {
      if (offered === undefined) return this.#answerProposal(key, facts, value);
      this.#results.set(key, judgeAnswer(key, facts, offered, value));
      if (!reservedAnswers.has(value)) this.#chosen.add(key);
      return undefined;
    }
    if (facts.rule === 'declared') {
      this.#takeDeclaration(key, facts, value);
      return undefined;
    }
    return { pair: [key, 'Reject'], isRequired: true }; // obsolete keys: §13.25
  }

  #checkPlace(key: string, facts: KeyFacts, stage: 'security' | 'operational'): void {
    if (facts.use === 'FFPO') throw badKey(key, 'not a key of the login phase');
    if (facts.stage !== 'any' && facts.stage !== stage) throw badKey(key, `not a key of the ${stage} stage`);
    if (facts.use === 'LO' && !this.#setting.isLeading) throw badKey(key, 'only for the leading connection');
  }

  #takeDeclaration(key: string, facts: DeclaredKey, value: string): void {
    if (facts.senders === 'initiator') {
      // NotUnderstood is the one thing that a target can say of our declarations, and not of these (§6.2).
      if (reservedAnswers.has(value)) throw noAgreement(key, `the target answered ${value} to what we declared`);
      throw badKey(key, `not a key that a target sends in login (${shown(value)})`);
    }
    const declared = readDeclaration(key, facts, value);
    // Of several addresses the first is kept.
    if (!this.#results.has(key)) this.#results.set(key, declared);
  }

  #answerUnknown(key: string, value: string): DueAnswer {
    refuseReserved(key, value);
    return { pair: [key, 'NotUnderstood'], isRequired: false };
  }

  #answerProposal(key: string, facts: NegotiatedKey, proposed: string): DueAnswer {
    refuseReserved(key, proposed);
    if (this.#setting.isDiscovery && facts.isIrrelevantInDiscovery === true) {
      return { pair: [key, 'Irrelevant'], isRequired: true };
    }
    const wish = this.#setting.wishes.get(key) ?? formatValue(facts.initial);
    const choice = chooseAnswer(key, facts, wish, proposed);
    this.#results.set(key, choice.value);
    return { pair: [key, choice.answer], isRequired: choice.isAnswerRequired };
  }
}

/** Reject, Irrelevant and NotUnderstood answer something; here nothing was asked (§6.2). */
function refuseReserved(key: string, value: string): void {
  if (reservedAnswers.has(value)) throw badKey(key, `the target answered ${value} to what we did not offer`);
}

function isNegotiated(facts: KeyFacts): facts is NegotiatedKey {
  return 'initial' in facts;
}
