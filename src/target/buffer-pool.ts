// Buffers for data on its way between a socket and a device, kept for reuse: fresh megabytes cost a page fault for each 4 KiB.

/** Sizes in which buffers are kept, ascending. Smaller ones are not worth keeping, larger ones are rare. */
const classes = [65_536, 262_144, 1_048_576, 4_194_304, 16_777_216] as const;

/** Below this, Node's own pool and a small allocation are as good. */
const smallest = 16_384;

/** Lends out buffers. What is not given back is left to the garbage collector, so nothing is lost by an error. */
export class BufferPool {
  readonly #limit: number;
  readonly #free = new Map<number, Buffer[]>(classes.map((size) => [size, []]));
  #kept = 0;

  /** `limit` bounds the bytes that are kept while nobody uses them. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A buffer of `length` bytes with any content. */
  take(length: number): Buffer {
    if (length < smallest) return Buffer.allocUnsafe(length);
    const size = classes.find((each) => each >= length);
    if (size === undefined) return Buffer.allocUnsafeSlow(length);
    const kept = this.#free.get(size)?.pop();
    if (kept !== undefined) this.#kept -= size;
    const whole = kept ?? Buffer.allocUnsafeSlow(size);
    return whole.length === length ? whole : whole.subarray(0, length);
  }

  /** Gives a buffer of `take` back, once, when nobody reads or writes it any more. */
  give(buffer: Buffer): void {
    const size = buffer.buffer.byteLength;
    const list = buffer.length < smallest ? undefined : this.#free.get(size);
    if (list === undefined || this.#kept + size > this.#limit) return;
    this.#kept += size;
    list.push(buffer.length === size ? buffer : Buffer.from(buffer.buffer, 0, size));
  }
}
