// Verifying a copy: a digest of every chunk that was written, compared with what is read back.

import { createHash } from 'node:crypto';
import { BlockError } from '../base/index.ts';
import type { BlockDevice } from '../block/index.ts';
import { type Chunk, fromDevice, type TransferOptions, transfer } from './transfer.ts';

/** SHA-256 of each chunk of a transfer. */
export class ChunkDigests {
  readonly #chunkLength: number;
  readonly #digests: Buffer[] = [];
  #length = 0;

  constructor(chunkLength: number) {
    this.#chunkLength = chunkLength;
  }

  /** Takes the next chunk. */
  add({ bytes }: Chunk): void {
    this.#digests.push(digest(bytes));
    this.#length += bytes.length;
  }

  /** Reads a device from `start` and compares. Rejects with BlockError BLOCK_MISMATCH, which tells the place. */
  async compare(device: BlockDevice, start: number, options: TransferOptions): Promise<void> {
    const check = async ({ offset, bytes }: Chunk): Promise<void> => {
      const expected = this.#digests[offset / this.#chunkLength];
      await Promise.resolve();
      if (expected !== undefined && digest(bytes).equals(expected)) return;
      const end = start + offset + bytes.length - 1;
      throw new BlockError(
        'BLOCK_MISMATCH',
        `Bytes ${start + offset} to ${end} read back differ from what was written`,
        {
          offset: start + offset,
          length: bytes.length,
        },
      );
    };
    await transfer(fromDevice(device, start, this.#length), check, { ...options, chunkLength: this.#chunkLength });
  }
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
