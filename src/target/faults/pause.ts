// Time that a fault lasts.

import { type Clock, onAbort, sleep } from '../../base/index.ts';

/** The longest time that a fault may be told to last: an hour. */
export const longestMs = 3_600_000;

/** Waits `ms`, or without end when that is 0, but no longer than until one of the signals is aborted. */
export async function pause(clock: Clock, ms: number, until: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...until]);
  if (signal.aborted) return;
  if (ms > 0) await sleep(clock, ms, signal).catch(() => undefined);
  else {
    await new Promise<void>((resolve) => {
      onAbort(signal, resolve);
    });
  }
}
