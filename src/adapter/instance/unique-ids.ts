// The ids of sessions and connections as the management contracts have them: 64 bits, of no meaning, never used twice.

import { randomBytes, randomInt } from 'node:crypto';

const bits32 = 32n;

/**
 * One counter for sessions and connections alike, so that no id of either is taken for another: `4000xxxx00000001` and
 * so on, where `xxxx` is by chance, so that an id of an earlier process names nothing in this one.
 */
export class UniqueIds {
  #last: bigint;

  /** `batch`: the part of the ids that is by chance, 16 bits. */
  constructor(batch: number = randomInt(0x1_0000)) {
    this.#last = BigInt(0x4000_0000 + batch) << bits32;
  }

  /** An id that has not been given out before. */
  next(): bigint {
    this.#last += 1n;
    return this.#last;
  }
}

/** An id for an adapter (UniqueAdapterId): 64 bits by chance, never 0. */
export function randomAdapterId(): bigint {
  return 0xffff_0000_0000_0000n | (BigInt(`0x${randomBytes(6).toString('hex')}`) & ~0xfn) | 0x10n;
}

/** An id as people see it: 16 hexadecimal digits. */
export function formatUniqueId(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}
