// Where time comes from. Every timer is taken from a Clock that was handed in, so that tests can hold time in their hands.

import { onAbort, throwIfAborted } from './abort.ts';

/** A timer that has not fired yet. */
export interface Timer {
  /** Stops the timer; harmless when it has fired. */
  cancel(): void;
}

/** A source of time. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now. The timer keeps the process alive unless `unref` is set. */
  schedule(delayMs: number, callback: () => void, options?: { unref?: boolean }): Timer;
}

/** The largest delay that a Node timer takes; a longer one would fire at once. */
const longestDelayMs = 0x7fff_ffff;

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback, options) {
    const timer = setTimeout(callback, Math.min(delayMs, longestDelayMs));
    if (options?.unref === true) timer.unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** Waits `delayMs`. Rejects with the signal's reason when it is aborted first. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve, reject) => {
    const timer = clock.schedule(delayMs, () => {
      remove();
      resolve();
    });
    const remove =
      signal === undefined
        ? (): void => {}
        : onAbort(signal, () => {
            timer.cancel();
            reject(signal.reason as Error);
          });
  });
}

/** Lets everything that is ready to run go first: resolves on a later turn of the event loop. */
export async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
