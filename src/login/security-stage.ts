// The SecurityNegotiation stage: which method, its exchange, and when the stage may end. RFC 7143 §6.3.2, §12.1.

import type { ResolvedChap } from './auth-options.ts';
import type { ChallengeMemory } from './challenge-memory.ts';
import { ChapExchange, type RandomSource } from './chap.ts';
import type { ChapResponse } from './chap-proof.ts';
import { authFailed, shown } from './key-fault.ts';
import type { TextPair } from './negotiation.ts';

/**
 * The authentication part of a login. Every login starts in SecurityNegotiation, even where None is the only method:
 * every target knows that start (libiscsi makes it too), and a target that wants authentication can then say so in
 * the negotiation instead of refusing the stage (§6.3.1).
 */
export class SecurityStage {
  readonly #methods: readonly string[];
  readonly #chap: ChapExchange | undefined;
  #state: 'method' | ChapExchange | 'done' = 'method';

  constructor(chap: ResolvedChap | undefined, allowNone: boolean, memory: ChallengeMemory, random: RandomSource) {
    const mayBeNone = chap === undefined || (allowNone && chap.mutual === undefined);
    this.#methods = [...(chap === undefined ? [] : ['CHAP']), ...(mayBeNone ? ['None'] : [])];
    this.#chap = chap === undefined ? undefined : new ChapExchange(chap, memory, random);
  }

  /** The offer of methods, in order of preference. */
  start(): TextPair[] {
    return [['AuthMethod', this.#methods.join(',')]];
  }

  /** Whether our next request may ask for the next stage: nothing of ours is left to be sent. */
  get mayTransit(): boolean {
    return this.#state instanceof ChapExchange ? this.#state.isAnswered : this.#isSettled;
  }

  /** Whether the stage may end: a transition before that would be a silent fall to no authentication. */
  get isDone(): boolean {
    return this.#state instanceof ChapExchange ? this.#state.isDone : this.#isSettled;
  }

  /** What the target has proved itself with, once, where somebody else has to say whether it is right. */
  takeUnverified(): ChapResponse | undefined {
    return this.#chap?.takeUnverified();
  }

  /** Takes the target's authentication keys of one text and returns ours. Throws LoginError ISCSI_AUTH_FAILED. */
  step(pairs: Iterable<TextPair>): TextPair[] {
    const keys = collect(pairs);
    if (this.#state instanceof ChapExchange) return this.#state.step(keys);
    const method = keys.get('AuthMethod');
    if (this.#state === 'done' || method === undefined) {
      refuseAll(keys);
      return [];
    }
    keys.delete('AuthMethod');
    refuseAll(keys);
    if (!this.#methods.includes(method)) {
      throw authFailed('AuthMethod', `the target answered ${shown(method)} to ${this.#methods.join(',')}`);
    }
    if (method === 'None' || this.#chap === undefined) {
      this.#state = 'done';
      return [];
    }
    this.#state = this.#chap;
    return this.#chap.start();
  }

  /** Where nothing but None was possible, a target that moves on without naming it has said enough. */
  get #isSettled(): boolean {
    return this.#state === 'done' || this.#chap === undefined;
  }
}

function collect(pairs: Iterable<TextPair>): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (keys.has(key)) throw authFailed(key, 'the target sent it twice in one text');
    keys.set(key, value);
  }
  return keys;
}

function refuseAll(keys: ReadonlyMap<string, string>): void {
  for (const key of keys.keys()) throw authFailed(key, 'not a key of this step');
}
