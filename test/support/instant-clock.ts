// A clock whose timers fire at once, in order, and which remembers what was waited for.

import type { Clock } from '../../src/base/index.ts';

/** A clock for tests of waits whose length matters and whose passing does not. */
export interface InstantClock extends Clock {
  /** Every delay that was asked for, in milliseconds. */
  readonly delays: readonly number[];
}

/** Makes a clock that jumps to each timer as soon as nothing else is to do. */
export function instantClock(): InstantClock {
  const delays: number[] = [];
  let now = 0;
  return {
    delays,
    now: () => now,
    schedule(delayMs, callback) {
      delays.push(delayMs);
      let isCancelled = false;
      queueMicrotask(() => {
        if (isCancelled) return;
        now += delayMs;
        callback();
      });
      return {
        cancel: () => {
          isCancelled = true;
        },
      };
    },
  };
}
