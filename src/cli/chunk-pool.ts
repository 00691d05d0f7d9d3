// Buffers of one length that are used again and again, so that a copy costs what it has in flight and no more.

/** Hands out buffers of `chunkLength` bytes. */
export class ChunkPool {
  readonly chunkLength: number;
  readonly #free: Uint8Array[] = [];

  constructor(chunkLength: number) {
    this.chunkLength = chunkLength;
  }

  acquire(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.chunkLength);
  }

  /** Takes a buffer back, or a part of one that begins where it begins. */
  release(chunk: Uint8Array): void {
    this.#free.push(new Uint8Array(chunk.buffer, chunk.byteOffset, this.chunkLength));
  }
}
