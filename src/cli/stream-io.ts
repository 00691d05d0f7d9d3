// Standard streams in chunks: reading to full chunks, writing at the reader's pace.

import type { Readable, Writable } from 'node:stream';
import { raceAbort } from '../base/index.ts';

/**
 * Waits until `bytes` were taken. Rejects when the stream fails or the signal is aborted. The bytes may be used again
 * afterwards.
 */
export async function writeTo(stream: Writable, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
  await raceAbort(written, signal);
}

/** Reads `stream` into chunks that `acquire` gives: all full but the last. Ends early when the signal is aborted. */
export async function* readFrom(
  stream: Readable,
  acquire: () => Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array | undefined;
  let used = 0;
  try {
    for (;;) {
      const next = (await raceAbort(pieces.next(), signal)) as IteratorResult<Uint8Array | string>;
      if (next.done === true) break;
      const piece = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
      for (let at = 0; at < piece.length; ) {
        chunk ??= acquire();
        const part = piece.subarray(at, at + chunk.length - used);
        chunk.set(part, used);
        used += part.length;
        at += part.length;
        if (used < chunk.length) continue;
        yield chunk;
        chunk = undefined;
        used = 0;
      }
    }
    if (chunk !== undefined) yield chunk.subarray(0, used);
  } finally {
    stream.destroy();
  }
}
