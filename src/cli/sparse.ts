// Leaving zeros out: what of a chunk is zeros need not be sent, and in a new file need not be written at all.

import type { BlockDevice } from '../block/index.ts';
import type { Sink } from './transfer.ts';

/** The unit in which zeros are looked for: what file systems and thin devices give back at most at a time. */
const grain = 65_536;
const zeros: Uint8Array = new Uint8Array(grain);

/** A run of bytes within a chunk. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly isZero: boolean;
}

/** Parts bytes into runs of zeros and of other bytes, at multiples of the grain. */
export function* zeroRuns(bytes: Uint8Array): Generator<Run> {
  let start = 0;
  let isZero: boolean | undefined;
  for (let at = 0; at < bytes.length; at += grain) {
    const part = bytes.subarray(at, at + grain);
    const partIsZero = Buffer.compare(part, zeros.subarray(0, part.length)) === 0;
    if (isZero !== undefined && isZero !== partIsZero) {
      yield { start, end: at, isZero };
      start = at;
    }
    isZero = partIsZero;
  }
  if (isZero !== undefined) yield { start, end: bytes.length, isZero };
}

/** What was left out. */
export interface SparseTally {
  zeroBytes: number;
}

/**
 * Writes to a device from `start` without sending zeros. `readsZero` says that the device is new and reads as zeros
 * already; otherwise zeros are made by its own means, or written where it has none.
 */
export function toSparseDevice(
  device: BlockDevice,
  start: number,
  readsZero: boolean,
  tally: SparseTally,
  signal: AbortSignal,
): Sink {
  return async ({ offset, bytes }) => {
    for (const run of zeroRuns(bytes)) {
      const at = start + offset + run.start;
      const length = run.end - run.start;
      if (run.isZero) tally.zeroBytes += length;
      if (run.isZero && readsZero) continue;
      if (run.isZero && device.zero !== undefined) await device.zero(at, length, { signal });
      else await device.write(at, bytes.subarray(run.start, run.end), { signal });
    }
  };
}
