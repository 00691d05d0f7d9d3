// Writes, summed up.

/** How much was written, and between which bytes of the disk. Bytes that were written twice count twice. */
export interface WriteSum {
  writes: number;
  bytes: number;
  start: number;
  end: number;
}

/** Nothing yet. */
export function emptySum(): WriteSum {
  return { writes: 0, bytes: 0, start: Number.MAX_SAFE_INTEGER, end: 0 };
}

/** Adds writes to a sum. */
export function addTo(sum: WriteSum, writes: number, bytes: number, start: number, end: number): void {
  sum.writes += writes;
  sum.bytes += bytes;
  if (start < sum.start) sum.start = start;
  if (end > sum.end) sum.end = end;
}
