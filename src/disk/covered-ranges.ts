// Ranges of bytes, joined where they touch.

/** A set of ranges. */
export class CoveredRanges {
  /** Ascending, apart from each other. */
  readonly #ranges: { start: number; end: number }[] = [];

  add(start: number, end: number): void {
    if (start >= end) return;
    const from = this.#firstEndingAt(start);
    let to = from;
    const joined = { start, end };
    for (let next = this.#ranges[to]; next !== undefined && next.start <= end; next = this.#ranges[to]) {
      joined.start = Math.min(joined.start, next.start);
      joined.end = Math.max(joined.end, next.end);
      to += 1;
    }
    this.#ranges.splice(from, to - from, joined);
  }

  /** Whether every byte is in the set. */
  contains(start: number, end: number): boolean {
    const range = this.#ranges[this.#firstEndingAt(start)];
    return range !== undefined && range.start <= start && end <= range.end;
  }

  /** Whether any byte is in the set. */
  overlaps(start: number, end: number): boolean {
    const range = this.#ranges[this.#firstEndingAt(start + 1)];
    return range !== undefined && range.start < end;
  }

  /** The place of the first range that does not end before `at`. */
  #firstEndingAt(at: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.end ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
