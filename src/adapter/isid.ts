// Initiator session ids (RFC 7143 §10.1.1, §11.12.5): 48 bits, of which ours are of the random type.

import { randomBytes } from 'node:crypto';

/** T = 10b: the naming authority is random, in the 24 bits that follow the type and 6 reserved bits. */
const randomType = 0x80;

/**
 * Hands out ISIDs. The random part is chosen once, so that two hosts or processes with the same initiator name do not
 * meet; the qualifier counts, so that no two sessions of this initiator have the same ISID.
 */
export class IsidAllocator {
  readonly #authority: number;
  #qualifier = 0;

  /** `random` gives that many random bytes; node:crypto's randomBytes unless given. */
  constructor(random: (length: number) => Uint8Array = randomBytes) {
    const [high = 0, middle = 0, low = 0] = random(3);
    this.#authority = (high << 16) | (middle << 8) | low;
  }

  /** The next ISID, as a 48-bit integer. */
  allocate(): number {
    this.#qualifier = (this.#qualifier + 1) & 0xffff;
    return randomType * 2 ** 40 + this.#authority * 2 ** 16 + this.#qualifier;
  }
}
