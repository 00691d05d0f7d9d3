// Room for outgoing headers, carved from slabs, so that a batch of headers is one run of memory and one write.

const slabLength = 16 * 1024;

/** Hands out zeroed pieces of slabs. A slab lives for as long as one of its pieces is waiting to be written. */
export class HeaderSlab {
  #slab = Buffer.alloc(slabLength);
  #used = 0;

  /** Takes `length` zeroed bytes, next to the previous piece where there is room. `length` is at most 16 KiB. */
  take(length: number): Uint8Array {
    if (this.#used + length > slabLength) {
      this.#slab = Buffer.alloc(slabLength);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    return this.#slab.subarray(at, at + length);
  }
}
