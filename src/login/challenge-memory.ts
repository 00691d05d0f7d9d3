// The CHAP challenges that an initiator has met, over all its logins: how reflection across connections is seen.

import { createHash } from 'node:crypto';

/** What is known of a challenge. */
export type ChallengeOrigin = 'ours' | 'theirs';

/**
 * Remembers challenges that we sent and that we were sent. One memory serves all logins of an initiator, parallel ones
 * included: a rogue target that opens two connections and hands our challenge of the one back to us on the other would
 * otherwise get the answer it lacks (RFC 7143 §9.2.1). The oldest are forgotten beyond the bound.
 */
export class ChallengeMemory {
  readonly #bound: number;
  readonly #seen = new Map<string, ChallengeOrigin>();

  /** `bound` is the number of challenges kept. */
  constructor(bound = 4096) {
    this.#bound = Math.max(1, bound);
  }

  /** How many challenges are remembered. */
  get size(): number {
    return this.#seen.size;
  }

  /** Who sent this challenge before, if anybody. */
  origin(challenge: Uint8Array): ChallengeOrigin | undefined {
    return this.#seen.get(mark(challenge));
  }

  /** Remembers a challenge. */
  add(challenge: Uint8Array, origin: ChallengeOrigin): void {
    const oldest = this.#seen.keys().next();
    if (this.#seen.size >= this.#bound && oldest.done !== true) this.#seen.delete(oldest.value);
    this.#seen.set(mark(challenge), origin);
  }
}

/** A challenge may have 1024 bytes; what is kept of it has 44. */
function mark(challenge: Uint8Array): string {
  return createHash('sha256').update(challenge).digest('base64');
}
