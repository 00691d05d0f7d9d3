// Which StatSN a connection expects next (RFC 7143 §4.2.2.2): one counter, one rule.

import { snAdd, snDistance } from '../base/index.ts';

/** How a StatSN stands to what was expected. */
export type StatSnOrder = 'expected' | 'duplicate' | 'gap';

/**
 * How far behind a StatSN may lie and still be a repetition. Beyond it the numbers of the two sides have come apart, which
 * demands recovery (§4.2.2.2 leaves the constant to us).
 */
const mostBehind = 0xffff;

/** The ExpStatSN of one connection. */
export class StatSnTracker {
  #expStatSn: number;

  /** `expStatSn` is one more than the StatSN of the last Login Response. */
  constructor(expStatSn: number) {
    this.#expStatSn = expStatSn;
  }

  /** What to put into ExpStatSN: acknowledges everything before it. */
  get expStatSn(): number {
    return this.#expStatSn;
  }

  /** Takes the StatSN of a PDU that carries status, and advances when it is the one expected. */
  accept(statSn: number): StatSnOrder {
    const ahead = snDistance(this.#expStatSn, statSn);
    if (ahead === 0) {
      this.#expStatSn = snAdd(this.#expStatSn, 1);
      return 'expected';
    }
    return ahead < 0 && ahead >= -mostBehind ? 'duplicate' : 'gap';
  }
}
