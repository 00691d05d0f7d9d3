// The CHAP exchange from the initiator's side, RFC 7143 §12.1.3 with the precautions of §9.2.1:
//
//   we    CHAP_A=<our list>
//   they  CHAP_A=<one> CHAP_I CHAP_C
//   we    CHAP_N CHAP_R [CHAP_I CHAP_C]
//   they  [CHAP_N CHAP_R]
//
// Whatever does not follow these steps ends the login: §9.2 has us abort the connection.

import { timingSafeEqual } from 'node:crypto';

import { equalBytes } from '../base/index.ts';
import type { ResolvedChap } from './auth-options.ts';
import type { ChallengeMemory } from './challenge-memory.ts';
import { type ChapAlgorithm, chapAlgorithms, chapResponse } from './chap-algorithm.ts';
import { authFailed, shown } from './key-fault.ts';
import type { TextPair } from './negotiation.ts';
import { formatBinary, parseBinary, parseNumber } from './values.ts';

/** Where challenges come from: `length` bytes that nobody can foresee. */
export type RandomSource = (length: number) => Uint8Array;

/** The longest CHAP_C and CHAP_R, in bytes (§12.1.3). */
const longestBinary = 1024;
const longestName = 255;
/** How often a source is asked for a challenge that is new; a sound one never needs the second try. */
const challengeAttempts = 4;

interface Challenge {
  readonly algorithm: ChapAlgorithm;
  readonly identifier: number;
  readonly challenge: Uint8Array;
}

/** One CHAP exchange. Its secrets are in private fields and show in no inspection. */
export class ChapExchange {
  readonly #chap: ResolvedChap;
  readonly #memory: ChallengeMemory;
  readonly #random: RandomSource;
  #state: 'algorithm' | 'response' | 'done' = 'algorithm';
  #ours: Challenge | undefined;
  #ownResponse: Uint8Array = new Uint8Array(0);

  constructor(chap: ResolvedChap, memory: ChallengeMemory, random: RandomSource) {
    this.#chap = chap;
    this.#memory = memory;
    this.#random = random;
  }

  /** Whether nothing more has to come from the target. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Whether we have sent all of our part, so that the stage may end with the target's next response. */
  get isAnswered(): boolean {
    return this.#state !== 'algorithm';
  }

  /** The first keys. */
  start(): TextPair[] {
    return [['CHAP_A', this.#chap.algorithms.map((name) => chapAlgorithms[name].number).join(',')]];
  }

  /** Takes the target's CHAP keys of one text and returns ours. Throws LoginError ISCSI_AUTH_FAILED with the key. */
  step(keys: ReadonlyMap<string, string>): TextPair[] {
    switch (this.#state) {
      case 'algorithm':
        return this.#answer(keys);
      case 'response':
        this.#verify(keys);
        return [];
      case 'done':
        checkKeys(keys, []);
        return [];
    }
  }

  #answer(keys: ReadonlyMap<string, string>): TextPair[] {
    checkKeys(keys, ['CHAP_A', 'CHAP_I', 'CHAP_C']);
    const theirs = this.#readChallenge(keys);
    this.#checkOrigin(theirs.challenge);
    const { user, secret, mutual } = this.#chap;
    this.#ownResponse = chapResponse(theirs.algorithm, theirs.identifier, secret, theirs.challenge);
    const pairs: TextPair[] = [
      ['CHAP_N', user],
      ['CHAP_R', formatBinary(this.#ownResponse)],
    ];
    if (mutual === undefined) {
      this.#state = 'done';
      return pairs;
    }
    this.#ours = this.#makeChallenge(theirs);
    this.#state = 'response';
    pairs.push(['CHAP_I', String(this.#ours.identifier)], ['CHAP_C', formatBinary(this.#ours.challenge)]);
    return pairs;
  }

  #readChallenge(keys: ReadonlyMap<string, string>): Challenge {
    const selected = parseNumber(keys.get('CHAP_A') ?? '');
    const algorithm = this.#chap.algorithms.find((name) => chapAlgorithms[name].number === selected);
    if (algorithm === undefined) {
      throw authFailed('CHAP_A', `the target selected ${shown(keys.get('CHAP_A') ?? '')}, which was not offered`);
    }
    const identifier = parseNumber(keys.get('CHAP_I') ?? '');
    if (identifier === undefined || identifier > 255) {
      throw authFailed('CHAP_I', `${shown(keys.get('CHAP_I') ?? '')} is not a number of one byte`);
    }
    const challenge = parseBinary(keys.get('CHAP_C') ?? '', longestBinary);
    if (challenge === undefined || challenge.length === 0) {
      throw authFailed('CHAP_C', `not a binary value of 1 to ${longestBinary} bytes`);
    }
    return { algorithm, identifier, challenge };
  }

  /** A challenge that has been used before, by us or by them, is a replay or a reflection (§9.2.1). */
  #checkOrigin(challenge: Uint8Array): void {
    const origin = this.#memory.origin(challenge);
    if (origin === 'ours') throw authFailed('CHAP_C', 'the target sent back a challenge of ours');
    if (origin === 'theirs') throw authFailed('CHAP_C', 'the target used a challenge a second time');
    this.#memory.add(challenge, 'theirs');
  }

  /** Our challenge is as long as the hash, new to everybody, and its identifier differs from theirs. */
  #makeChallenge(theirs: Challenge): Challenge {
    const { algorithm } = theirs;
    for (let attempt = 0; attempt < challengeAttempts; attempt += 1) {
      const challenge = Uint8Array.from(this.#random(chapAlgorithms[algorithm].length));
      if (this.#memory.origin(challenge) !== undefined) continue;
      this.#memory.add(challenge, 'ours');
      const identifier = this.#random(1)[0] ?? 0;
      return {
        algorithm,
        identifier: identifier === theirs.identifier ? (identifier + 1) % 256 : identifier,
        challenge,
      };
    }
    throw authFailed('CHAP_C', 'the random source gives challenges that were used before');
  }

  #verify(keys: ReadonlyMap<string, string>): void {
    const { mutual, secret, user } = this.#chap;
    const ours = this.#ours;
    checkKeys(keys, ['CHAP_N', 'CHAP_R']);
    if (mutual === undefined || ours === undefined) throw authFailed('CHAP_R', 'not asked for');
    const name = keys.get('CHAP_N') ?? '';
    const nameLength = Buffer.byteLength(name);
    if (nameLength === 0 || nameLength > longestName) throw authFailed('CHAP_N', `not 1 to ${longestName} bytes`);
    if (mutual.user === undefined ? name === user : name !== mutual.user) {
      throw authFailed('CHAP_N', `${shown(name)} is not the name of the target`);
    }
    const response = parseBinary(keys.get('CHAP_R') ?? '', longestBinary);
    if (response === undefined || response.length !== chapAlgorithms[ours.algorithm].length) {
      throw authFailed('CHAP_R', `not ${chapAlgorithms[ours.algorithm].length} bytes`);
    }
    const reflected = chapResponse(ours.algorithm, ours.identifier, secret, ours.challenge);
    if (timingSafeEqual(response, reflected) || equalBytes(response, this.#ownResponse)) {
      throw authFailed('CHAP_R', 'the target answered with our own secret');
    }
    const right = chapResponse(ours.algorithm, ours.identifier, mutual.secret, ours.challenge);
    if (!timingSafeEqual(response, right)) throw authFailed('CHAP_R', 'the response of the target is wrong');
    this.#state = 'done';
  }
}

/** Each step has its keys: none may be missing and none may be added (§9.2). */
function checkKeys(keys: ReadonlyMap<string, string>, wanted: readonly string[]): void {
  for (const key of keys.keys()) {
    if (!wanted.includes(key)) throw authFailed(key, 'not a key of this step of CHAP');
  }
  for (const key of wanted) {
    if (!keys.has(key)) throw authFailed(key, 'missing from this step of CHAP');
  }
}
