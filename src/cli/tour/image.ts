// The data of the tour: a real tar archive (POSIX ustar) of files with random content, made in memory.

import { createHash, randomFillSync, randomInt } from 'node:crypto';
import type { Source } from '../transfer.ts';

const blockLength = 512;

/** An archive and what is known of it. */
export interface TourImage {
  readonly bytes: Uint8Array;
  readonly fileCount: number;
  /** SHA-256 of all bytes, in hexadecimal. */
  readonly sha256: string;
}

/** Makes an archive of `length` bytes, which is a multiple of 1 MiB, with files of up to an eighth of it. */
export function makeTourImage(length: number): TourImage {
  const bytes = new Uint8Array(length);
  let fileCount = 0;
  // Two blocks of zeros end an archive; what is left behind them is zeros too.
  for (let at = 0; at + 4 * blockLength <= length; ) {
    const room = length - at - 3 * blockLength;
    const fileLength = Math.min(room, randomInt(1, Math.floor(length / 8)));
    fileCount += 1;
    const name = `tour/folder-${fileCount % 4}/file-${String(fileCount).padStart(3, '0')}.bin`;
    bytes.set(ustarHeader(name, fileLength), at);
    randomFillSync(bytes, at + blockLength, fileLength);
    at += blockLength + Math.ceil(fileLength / blockLength) * blockLength;
  }
  return { bytes, fileCount, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A header block (IEEE Std 1003.1, pax, "ustar Interchange Format"). */
function ustarHeader(name: string, length: number): Uint8Array {
  const header = Buffer.alloc(blockLength);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0, 'latin1');
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8), 100, 'latin1'); // mode, user, group
  header.write(octal(length, 12) + octal(0, 12), 124, 'latin1'); // size, time
  header.write('        0', 148, 'latin1'); // checksum counts as spaces; type 0 is a regular file
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Reads bytes in memory as a source. */
export function fromMemory(bytes: Uint8Array): Source {
  return async function* (pool) {
    await Promise.resolve();
    for (let offset = 0; offset < bytes.length; offset += pool.chunkLength) {
      const part = bytes.subarray(offset, offset + pool.chunkLength);
      const chunk = pool.acquire().subarray(0, part.length);
      chunk.set(part);
      yield { offset, bytes: chunk };
    }
  };
}
