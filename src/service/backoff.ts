// How long to wait before the next attempt at something that is wanted for ever.

/** The wait after the first failure; it doubles with each further one. */
const firstMs = 1000;
const longestMs = 60_000;

/**
 * The wait after `failures` attempts that failed, at least one: from 1 s doubling up to 60 s, each shortened by chance by
 * up to a quarter, so that what failed together does not come back together.
 */
export function backoffMs(failures: number, random: () => number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(fullMs * (1 - random() / 4));
}
