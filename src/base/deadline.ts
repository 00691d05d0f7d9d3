// Work under a time limit.

import { raceAbort, throwIfAborted } from './abort.ts';
import type { Clock } from './clock.ts';

/**
 * Runs `work` under a signal that is aborted with `makeError()` after `limitMs` (0 or less means no limit) or with
 * the outer signal's reason, whichever comes first. Settles as `work` does, or at once when the signal is aborted.
 */
export async function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  makeError: () => Error,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const limit = new AbortController();
  const timer =
    limitMs > 0
      ? clock.schedule(limitMs, () => {
          limit.abort(makeError());
        })
      : undefined;
  const both = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
  try {
    return await raceAbort(work(both), both);
  } finally {
    timer?.cancel();
  }
}
