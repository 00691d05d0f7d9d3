// CHAP from the target's side (RFC 7143 §12.1.3, RFC 1994): challenge the initiator, check its answer, answer its challenge.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isReservedValue, parseNumber } from '../negotiation/keys.ts';
import type { Pair } from '../negotiation/operational-negotiation.ts';
import type { ChapAlgorithm, ResolvedChap } from './chap-options.ts';

/** What a step of the exchange leads to. */
export type ChapStep =
  | { readonly kind: 'send'; readonly pairs: Pair[] }
  | { readonly kind: 'authenticated'; readonly pairs: Pair[] }
  | { readonly kind: 'failed'; readonly why: string };

/** The number on the wire (IANA "PPP Authentication Algorithms"), Node's name, and the bytes of a challenge. */
const algorithms: Readonly<
  Record<ChapAlgorithm, { readonly code: number; readonly hash: string; readonly length: number }>
> = {
  MD5: { code: 5, hash: 'md5', length: 16 },
  'SHA-1': { code: 6, hash: 'sha1', length: 20 },
  'SHA-256': { code: 7, hash: 'sha256', length: 32 },
  'SHA3-256': { code: 8, hash: 'sha3-256', length: 32 },
};

/** The longest challenge or response (§12.1.3). */
const longestBinary = 1024;

type State =
  | { readonly kind: 'awaitAlgorithms' }
  | {
      readonly kind: 'awaitResponse';
      readonly hash: string;
      readonly identifier: number;
      readonly challenge: Uint8Array;
    }
  | { readonly kind: 'ended' };

/** One CHAP exchange. `take` is given the CHAP keys of each Login Request, in order. */
export class ChapExchange {
  readonly #options: ResolvedChap;
  readonly #random: (length: number) => Uint8Array;
  #state: State = { kind: 'awaitAlgorithms' };

  /** `random` makes identifiers and challenges. */
  constructor(options: ResolvedChap, random: (length: number) => Uint8Array = randomBytes) {
    this.#options = options;
    this.#random = random;
  }

  take(keys: ReadonlyMap<string, string>): ChapStep {
    switch (this.#state.kind) {
      case 'awaitAlgorithms':
        return this.#challenge(keys);
      case 'awaitResponse':
        return this.#check(keys, this.#state);
      case 'ended':
        return this.#fail('the CHAP exchange has ended');
    }
  }

  #challenge(keys: ReadonlyMap<string, string>): ChapStep {
    const offered = keys.get('CHAP_A');
    if (offered === undefined || keys.size > 1) return this.#fail('CHAP did not begin with CHAP_A alone');
    const chosen = offered
      .split(',')
      .map((each) => this.#options.algorithms.find((name) => algorithms[name].code === parseNumber(each)))
      .find((name) => name !== undefined);
    if (chosen === undefined) return this.#fail(`none of the CHAP algorithms ${offered} is accepted`);
    const { code, hash, length } = algorithms[chosen];
    const identifier = this.#random(1)[0] ?? 0;
    const challenge = this.#random(length);
    this.#state = { kind: 'awaitResponse', hash, identifier, challenge };
    const pairs: Pair[] = [
      ['CHAP_A', String(code)],
      ['CHAP_I', String(identifier)],
      ['CHAP_C', formatBinary(challenge)],
    ];
    return { kind: 'send', pairs };
  }

  #check(keys: ReadonlyMap<string, string>, state: Extract<State, { kind: 'awaitResponse' }>): ChapStep {
    const name = keys.get('CHAP_N');
    const response = parseBinary(keys.get('CHAP_R'));
    if (name === undefined || response === undefined) return this.#fail('CHAP_N or CHAP_R is missing or malformed');
    const expected = answer(state.hash, state.identifier, this.#options.secret, state.challenge);
    // The hash is compared even for a wrong name, so that time tells nothing about names.
    const isRight = response.length === expected.length && timingSafeEqual(response, expected);
    if (!isRight || name !== this.#options.user) return this.#fail('the name or the secret of the initiator is wrong');
    if (!keys.has('CHAP_I') && !keys.has('CHAP_C')) {
      this.#state = { kind: 'ended' };
      return { kind: 'authenticated', pairs: [] };
    }
    return this.#answerChallenge(keys, state);
  }

  #answerChallenge(keys: ReadonlyMap<string, string>, state: Extract<State, { kind: 'awaitResponse' }>): ChapStep {
    const identifier = parseNumber(keys.get('CHAP_I') ?? '');
    const challenge = parseBinary(keys.get('CHAP_C'));
    const { mutual } = this.#options;
    if (mutual === undefined) return this.#fail('the initiator asked for an authentication that is not set up');
    if (identifier === undefined || identifier > 255 || challenge === undefined || challenge.length === 0) {
      return this.#fail('CHAP_I or CHAP_C of the initiator is missing or malformed');
    }
    // §9.2.1: a challenge that is sent back is an attempt to have the other side answer it.
    if (Buffer.compare(challenge, state.challenge) === 0) return this.#fail('the initiator sent our challenge back');
    this.#state = { kind: 'ended' };
    const pairs: Pair[] = [
      ['CHAP_N', mutual.user],
      ['CHAP_R', formatBinary(answer(state.hash, identifier, mutual.secret, challenge))],
    ];
    return { kind: 'authenticated', pairs };
  }

  #fail(why: string): ChapStep {
    this.#state = { kind: 'ended' };
    return { kind: 'failed', why };
  }
}

/** RFC 1994 §4.1: the hash over identifier, secret and challenge. */
function answer(hash: string, identifier: number, secret: Uint8Array, challenge: Uint8Array): Uint8Array {
  return createHash(hash).update(Uint8Array.of(identifier)).update(secret).update(challenge).digest();
}

function formatBinary(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

/** Reads a large-binary-value (§6.1): hex or base64. An odd count of hex digits has an implied zero in front. */
function parseBinary(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || isReservedValue(text)) return undefined;
  const digits = text.slice(2);
  let bytes: Uint8Array | undefined;
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  else if (/^0[bB][A-Za-z0-9+/]+={0,2}$/.test(text)) bytes = Buffer.from(digits, 'base64');
  return bytes !== undefined && bytes.length <= longestBinary ? bytes : undefined;
}
