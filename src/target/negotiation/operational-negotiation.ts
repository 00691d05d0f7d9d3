// The operational stage of a login, from the target's side: offers in, answers out (RFC 7143 §6.2, §13).

import { isReservedValue, type KeyFacts, type KeyRule, operationalKeys, parseNumber } from './keys.ts';
import {
  type ConnectionParameters,
  protocolDefaults,
  type ResolvedParameters,
  type SessionParameters,
} from './parameters.ts';

/** A key and its value. */
export type Pair = readonly [key: string, value: string];

/** The answers to a list of offers, or why the negotiation has failed, which ends the login (§7.12). */
export type NegotiationStep =
  | { readonly kind: 'answered'; readonly pairs: Pair[] }
  | { readonly kind: 'failed'; readonly why: string };

type Value = number | boolean | string;

/** The negotiation of one login. Duplicates are found by its owner, who sees the keys of all stages. */
export class OperationalNegotiation {
  readonly #ours: ReadonlyMap<string, Value | readonly string[]>;
  readonly #offer: ResolvedParameters;
  readonly #isDiscovery: boolean;
  readonly #isLeading: boolean;
  readonly #results = new Map<string, Value>();

  constructor(offer: ResolvedParameters, isDiscovery: boolean, isLeading: boolean) {
    this.#offer = offer;
    this.#ours = ourValues(offer, isDiscovery);
    this.#isDiscovery = isDiscovery;
    this.#isLeading = isLeading;
  }

  /** Answers offers. Values that depend on each other are settled when all of the list are known (§6.2). */
  answer(offers: readonly Pair[]): NegotiationStep {
    for (const [key, value] of offers) {
      const failure = this.#settle(key, value);
      if (failure !== undefined) return { kind: 'failed', why: failure };
    }
    this.#limitFirstBurst();
    this.#limitR2ts();
    const pairs: Pair[] = [];
    for (const [key] of offers) {
      const answer = this.#answerTo(key);
      if (answer !== undefined) pairs.push([key, answer]);
    }
    return { kind: 'answered', pairs };
  }

  get session(): SessionParameters {
    return {
      maxConnections: this.#isDiscovery ? 1 : this.#number('MaxConnections', protocolDefaults.maxConnections),
      initialR2t: this.#boolean('InitialR2T', protocolDefaults.initialR2t),
      immediateData: this.#boolean('ImmediateData', protocolDefaults.immediateData),
      maxBurstLength: this.#number('MaxBurstLength', protocolDefaults.maxBurstLength),
      firstBurstLength: this.#number('FirstBurstLength', protocolDefaults.firstBurstLength),
      // Also where ErrorRecoveryLevel was settled after it: fewer than were agreed on are always allowed.
      maxOutstandingR2t:
        this.#errorRecoveryLevel > 0 ? 1 : this.#number('MaxOutstandingR2T', protocolDefaults.maxOutstandingR2t),
      defaultTime2Wait: this.#number('DefaultTime2Wait', protocolDefaults.defaultTime2Wait),
      defaultTime2Retain: this.#number('DefaultTime2Retain', protocolDefaults.defaultTime2Retain),
      errorRecoveryLevel: this.#errorRecoveryLevel,
    };
  }

  get connection(): ConnectionParameters {
    return {
      headerDigest: this.#results.get('HeaderDigest') === 'CRC32C',
      dataDigest: this.#results.get('DataDigest') === 'CRC32C',
      maxRecvDataSegmentLength: this.#offer.maxRecvDataSegmentLength,
      maxXmitDataSegmentLength: this.#number('MaxRecvDataSegmentLength', protocolDefaults.maxXmitDataSegmentLength),
    };
  }

  /** Finds the result of one key. Returns why it cannot be had. */
  #settle(key: string, value: string): string | undefined {
    const facts = operationalKeys.get(key);
    if (facts === undefined) return undefined;
    if (isReservedValue(value)) return `${key} was proposed as ${value}`;
    if (facts.isLeadingOnly && !this.#isLeading) return `${key} was offered on a connection that is not leading`;
    if (this.#isIrrelevant(facts)) return undefined;
    const result = settleValue(facts.rule, value, this.#ours.get(key));
    if (result === undefined) return `no agreement on ${key}=${value}`;
    this.#results.set(key, result);
    return undefined;
  }

  #answerTo(key: string): string | undefined {
    const facts = operationalKeys.get(key);
    // §13.26.2: a node that does not log the key discards it without an answer.
    if (facts === undefined) return key === 'X#NodeArchitecture' ? undefined : 'NotUnderstood';
    if (facts.rule.kind === 'declared') return undefined;
    if (this.#isIrrelevant(facts) || (key === 'FirstBurstLength' && this.#hasNoUnsolicitedData())) return 'Irrelevant';
    const result = this.#results.get(key);
    return typeof result === 'boolean' ? (result ? 'Yes' : 'No') : String(result);
  }

  #isIrrelevant(facts: KeyFacts): boolean {
    return this.#isDiscovery && facts.isForNormalOnly;
  }

  /** §13.14: FirstBurstLength is irrelevant when there is no unsolicited data of either form. */
  #hasNoUnsolicitedData(): boolean {
    const { initialR2t, immediateData } = this.session;
    return initialR2t && !immediateData;
  }

  /** §13.14: FirstBurstLength MUST NOT exceed MaxBurstLength. */
  #limitFirstBurst(): void {
    const { firstBurstLength, maxBurstLength } = this.session;
    if (firstBurstLength > maxBurstLength) this.#results.set('FirstBurstLength', maxBurstLength);
  }

  /** §13.19: since sequences come in order, a level above 0 allows one R2T at a time. */
  #limitR2ts(): void {
    if (this.#errorRecoveryLevel > 0 && this.#results.has('MaxOutstandingR2T'))
      this.#results.set('MaxOutstandingR2T', 1);
  }

  get #errorRecoveryLevel(): number {
    return this.#number('ErrorRecoveryLevel', protocolDefaults.errorRecoveryLevel);
  }

  #number(key: string, otherwise: number): number {
    const value = this.#results.get(key);
    return typeof value === 'number' ? value : otherwise;
  }

  #boolean(key: string, otherwise: boolean): boolean {
    const value = this.#results.get(key);
    return typeof value === 'boolean' ? value : otherwise;
  }
}

function ourValues(offer: ResolvedParameters, isDiscovery: boolean): ReadonlyMap<string, Value | readonly string[]> {
  return new Map<string, Value | readonly string[]>([
    ['HeaderDigest', offer.headerDigest],
    ['DataDigest', offer.dataDigest],
    ['MaxConnections', offer.maxConnections],
    ['InitialR2T', offer.initialR2t],
    ['ImmediateData', offer.immediateData],
    ['MaxBurstLength', offer.maxBurstLength],
    ['FirstBurstLength', offer.firstBurstLength],
    ['DefaultTime2Wait', offer.defaultTime2Wait],
    ['DefaultTime2Retain', offer.defaultTime2Retain],
    ['MaxOutstandingR2T', offer.maxOutstandingR2t],
    ['DataPDUInOrder', true],
    ['DataSequenceInOrder', true],
    // §7.4.1: always 0 in a discovery session.
    ['ErrorRecoveryLevel', isDiscovery ? 0 : offer.errorRecoveryLevel],
    // ResponseFence would hold for every completion after a multi-task abort, also on other sessions.
    ['TaskReporting', ['RFC3720']],
    ['iSCSIProtocolLevel', 1],
  ]);
}

function settleValue(rule: KeyRule, offered: string, mine: Value | readonly string[] | undefined): Value | undefined {
  switch (rule.kind) {
    case 'fixed':
      return rule.answer;
    case 'list':
      return offered.split(',').find((each) => Array.isArray(mine) && mine.includes(each));
    case 'and':
    case 'or': {
      if (offered !== 'Yes' && offered !== 'No') return undefined;
      const isYes = offered === 'Yes';
      return rule.kind === 'and' ? isYes && mine === true : isYes || mine === true;
    }
    case 'minimum':
    case 'maximum':
    case 'declared': {
      const value = parseNumber(offered);
      if (value === undefined || value < rule.low || value > rule.high) return undefined;
      if (rule.kind === 'declared' || typeof mine !== 'number') return value;
      return rule.kind === 'minimum' ? Math.min(value, mine) : Math.max(value, mine);
    }
  }
}
