// The CHAP exchange from the initiator's side, RFC 7143 §12.1.3 with the precautions of §9.2.1:
//
//   we    CHAP_A=<our list>
//   they  CHAP_A=<one> CHAP_I CHAP_C
//   we    CHAP_N CHAP_R [CHAP_I CHAP_C]
//   they  [CHAP_N CHAP_R]
//
// Whatever does not follow these steps ends the login: §9.2 has us abort the connection.

import { timingSafeEqual } from 'node:crypto';

import { equalBytes, u8 } from '../base/index.ts';
import type { ResolvedChap } from './auth-options.ts';
import type { ChallengeMemory } from './challenge-memory.ts';
import { type ChapAlgorithm, chapAlgorithms, chapResponse } from './chap-algorithm.ts';
import type { ChapResponse } from './chap-proof.ts';
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

/** What the target has to prove, and the answers that would prove nothing. */
interface OpenProof {
  readonly ours: Challenge;
  readonly mutual: NonNullable<ResolvedChap['mutual']>;
  readonly ownResponse: Uint8Array;
}

/** One CHAP exchange. Its secrets are in private fields and show in no inspection. */
export class ChapExchange {
  readonly #chap: ResolvedChap;
  readonly #memory: ChallengeMemory;
  readonly #random: RandomSource;
  #state: 'algorithm' | OpenProof | 'done' = 'algorithm';
  #unverified: ChapResponse | undefined;

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

  /** The target's response, once, where its secret is not known here; undefined where there is nothing to be verified. */
  takeUnverified(): ChapResponse | undefined {
    const response = this.#unverified;
    this.#unverified = undefined;
    return response;
  }

  /** The first keys. */
  start(): TextPair[] {
    return [['CHAP_A', this.#chap.algorithms.map((name) => chapAlgorithms[name].number).join(',')]];
  }

  /** Takes the target's CHAP keys of one text and returns ours. Throws LoginError ISCSI_AUTH_FAILED with the key. */
  step(keys: ReadonlyMap<string, string>): TextPair[] {
    if (this.#state === 'algorithm') return this.#answer(keys);
    if (this.#state === 'done') takeKeys(keys, []);
    else this.#verify(this.#state, keys);
    return [];
  }

  #answer(keys: ReadonlyMap<string, string>): TextPair[] {
    const theirs = this.#readChallenge(takeKeys(keys, ['CHAP_A', 'CHAP_I', 'CHAP_C']));
    this.#checkOrigin(theirs.challenge);
    const { user, secret, mutual } = this.#chap;
    const ownResponse = chapResponse(theirs.algorithm, theirs.identifier, secret, theirs.challenge);
    const pairs: TextPair[] = [
      ['CHAP_N', user],
      ['CHAP_R', formatBinary(ownResponse)],
    ];
    if (mutual === undefined) {
      this.#state = 'done';
      return pairs;
    }
    const ours = this.#makeChallenge(theirs);
    this.#state = { ours, mutual, ownResponse };
    pairs.push(['CHAP_I', String(ours.identifier)], ['CHAP_C', formatBinary(ours.challenge)]);
    return pairs;
  }

  #readChallenge(keys: Readonly<Record<'CHAP_A' | 'CHAP_I' | 'CHAP_C', string>>): Challenge {
    const selected = parseNumber(keys.CHAP_A);
    const algorithm = this.#chap.algorithms.find((name) => chapAlgorithms[name].number === selected);
    if (algorithm === undefined) {
      throw authFailed('CHAP_A', `the target selected ${shown(keys.CHAP_A)}, which was not offered`);
    }
    const identifier = parseNumber(keys.CHAP_I);
    if (identifier === undefined || identifier > 255) {
      throw authFailed('CHAP_I', `${shown(keys.CHAP_I)} is not a number of one byte`);
    }
    const challenge = parseBinary(keys.CHAP_C, longestBinary);
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
      const identifier = u8(this.#random(1), 0);
      return {
        algorithm,
        identifier: identifier === theirs.identifier ? (identifier + 1) % 256 : identifier,
        challenge,
      };
    }
    throw authFailed('CHAP_C', 'the random source gives challenges that were used before');
  }

  #verify(proof: OpenProof, keys: ReadonlyMap<string, string>): void {
    const { ours, mutual, ownResponse } = proof;
    const { CHAP_N: name, CHAP_R: text } = takeKeys(keys, ['CHAP_N', 'CHAP_R']);
    const nameLength = Buffer.byteLength(name);
    if (nameLength === 0 || nameLength > longestName) throw authFailed('CHAP_N', `not 1 to ${longestName} bytes`);
    if (mutual.user === undefined ? name === this.#chap.user : name !== mutual.user) {
      throw authFailed('CHAP_N', `${shown(name)} is not the name of the target`);
    }
    const { length } = chapAlgorithms[ours.algorithm];
    const response = parseBinary(text, longestBinary);
    if (response?.length !== length) throw authFailed('CHAP_R', `not ${length} bytes`);
    const reflected = chapResponse(ours.algorithm, ours.identifier, this.#chap.secret, ours.challenge);
    if (timingSafeEqual(response, reflected) || equalBytes(response, ownResponse)) {
      throw authFailed('CHAP_R', 'the target answered with our own secret');
    }
    if (mutual.secret === undefined) {
      this.#unverified = { user: name, ...ours, response };
    } else {
      const right = chapResponse(ours.algorithm, ours.identifier, mutual.secret, ours.challenge);
      if (!timingSafeEqual(response, right)) throw authFailed('CHAP_R', 'the response of the target is wrong');
    }
    this.#state = 'done';
  }
}

/** Each step has its keys: none may be missing and none may be added (§9.2). */
function takeKeys<Key extends string>(
  keys: ReadonlyMap<string, string>,
  wanted: readonly Key[],
): Readonly<Record<Key, string>> {
  for (const key of keys.keys()) {
    if (!wanted.some((name) => name === key)) throw authFailed(key, 'not a key of this step of CHAP');
  }
  for (const key of wanted) {
    if (!keys.has(key)) throw authFailed(key, 'missing from this step of CHAP');
  }
  return Object.fromEntries(keys) as Record<Key, string>;
}
