// Waiting for a foreign program to come into a state that it does not announce.

import { sleep, systemClock } from '../../src/base/index.ts';

/** How often the state is looked at. */
const periodMs = 25;

/**
 * Looks at something until `isGood` holds of it, and returns it. Throws after `withinMs` (10 s unless set), showing
 * what it saw last. Not for our own code: that settles promises and publishes events.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isGood: (seen: T) => boolean,
  options: { readonly withinMs?: number } = {},
): Promise<T> {
  const withinMs = options.withinMs ?? 10_000;
  const end = systemClock.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isGood(seen)) return seen;
    if (systemClock.now() > end) throw new Error(`still ${JSON.stringify(seen)} after ${withinMs} ms`);
    await sleep(systemClock, periodMs);
  }
}
