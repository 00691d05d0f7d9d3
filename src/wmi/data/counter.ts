// Numbers as counters have them.

const values32 = 2 ** 32;
const microsecondsPerMs = 1000;

/** A counter of 64 bits. */
export function counter64(count: number): bigint {
  return BigInt(Math.trunc(count));
}

/** A counter of 32 bits, which begins anew after its last value as counters do. */
export function counter32(count: number): number {
  return count % values32;
}

/**
 * A time as a member of 32 bits has it, in microseconds: no document says the unit, most commands take less than a
 * millisecond, and the longest time that fits is over an hour. What is longer stays there.
 */
export function microseconds(timeMs: number): number {
  return Math.min(Math.round(timeMs * microsecondsPerMs), values32 - 1);
}
