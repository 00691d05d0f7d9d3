// Latencies of a measurement, in a histogram of fixed size.

import { build, type Histogram } from 'hdr-histogram-js';

/** What is told of latencies; all in milliseconds. */
export interface LatencySummary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly mean: number;
}

/** The histogram counts tenths of microseconds: whole ones are coarse where requests take some tens of them. */
const unitsPerMs = 10_000;
/** 200 s, which still fits into 31 bits of tenths of microseconds. */
const longestUnits = 2_000_000_000;

/** Collects latencies to three significant digits. */
export class Latency {
  readonly #histogram: Histogram = build({ highestTrackableValue: longestUnits, numberOfSignificantValueDigits: 3 });
  #sumMs = 0;
  #maxMs = 0;

  record(ms: number): void {
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
    this.#histogram.recordValue(Math.min(Math.round(ms * unitsPerMs), longestUnits));
  }

  summary(): LatencySummary {
    const histogram = this.#histogram;
    const max = this.#maxMs;
    // A percentile is the upper end of its bucket, which may lie beyond what was really seen.
    const at = (percentile: number): number => Math.min(histogram.getValueAtPercentile(percentile) / unitsPerMs, max);
    return {
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max,
      mean: histogram.totalCount === 0 ? 0 : this.#sumMs / histogram.totalCount,
    };
  }
}
