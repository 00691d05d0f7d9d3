// Which StatSN a connection expects next, which are missing, and what may be acknowledged (RFC 7143 §4.2.2.2, §7.9).

import { snAdd, snBefore, snDistance } from '../base/index.ts';

/** How a StatSN stands to what was expected: the next one, one that was missing, one had before, or too far away. */
export type StatSnOrder = 'expected' | 'late' | 'duplicate' | 'ahead' | 'gap';

/**
 * How far behind a StatSN may lie and still be a repetition. Beyond it the numbers of the two sides have come apart, which
 * demands recovery (§4.2.2.2 leaves the constant to us).
 */
const mostBehind = 0xffff;

/** The StatSNs of one connection. Without a fault it is two equal counters. */
export class StatSnTracker {
  readonly #mostMissing: number;
  /** What is acknowledged: the first number that is missing or held, else `#next`. */
  #expStatSn: number;
  /** One more than the highest number that the target is known to have used. */
  #next: number;
  /** Numbers before `#next` whose PDUs have not come, each with how often it was asked for. In ascending order. */
  readonly #missing = new Map<number, number>();
  /** Numbers whose PDUs have come, but are not to be acknowledged yet. */
  readonly #held = new Set<number>();

  /**
   * `expStatSn` is one more than the StatSN of the last Login Response, `mostMissing` how many PDUs may be missing at a
   * time: 0 where none are recovered.
   */
  constructor(expStatSn: number, mostMissing = 0) {
    this.#expStatSn = expStatSn;
    this.#next = expStatSn;
    this.#mostMissing = mostMissing;
  }

  /** What to put into ExpStatSN: acknowledges everything before it. */
  get expStatSn(): number {
    return this.#expStatSn;
  }

  /** The number that the target uses next, as far as is known. */
  get next(): number {
    return this.#next;
  }

  /** The first number whose PDU has not come, though later ones have. */
  get firstMissing(): number | undefined {
    const [first] = this.#missing.keys();
    return first;
  }

  /** Takes the StatSN of a PDU that carries status. Changes nothing when it answers `duplicate` or `gap`. */
  accept(statSn: number): StatSnOrder {
    if (statSn === this.#next) {
      this.#next = snAdd(statSn, 1);
      this.#settle();
      return 'expected';
    }
    const ahead = snDistance(this.#next, statSn);
    if (ahead > 0) {
      if (!this.#miss(ahead)) return 'gap';
      this.#next = snAdd(statSn, 1);
      this.#settle();
      return 'ahead';
    }
    if (this.#missing.delete(statSn)) {
      this.#settle();
      return 'late';
    }
    return ahead >= -mostBehind ? 'duplicate' : 'gap';
  }

  /** The target has used all numbers before `next`; those that have not come are missing. False when too many are. */
  showNext(next: number): boolean {
    const ahead = snDistance(this.#next, next);
    if (ahead <= 0) return true;
    if (!this.#miss(ahead)) return false;
    this.#next = next;
    this.#settle();
    return true;
  }

  /** Keeps the number of a PDU that has come from being acknowledged, until `release`. */
  hold(statSn: number): void {
    this.#held.add(statSn);
    this.#settle();
  }

  /** Allows what `hold` forbade. Harmless for a number that is not held. */
  release(statSn: number): void {
    if (this.#held.delete(statSn)) this.#settle();
  }

  /** How often a number has been asked for; undefined when it is not missing. */
  asked(statSn: number): number | undefined {
    return this.#missing.get(statSn);
  }

  /** Counts a request for a number that is missing. */
  ask(statSn: number): void {
    const asked = this.#missing.get(statSn);
    if (asked !== undefined) this.#missing.set(statSn, asked + 1);
  }

  /** The missing numbers, in ascending order. */
  missing(): number[] {
    return [...this.#missing.keys()];
  }

  #miss(count: number): boolean {
    if (this.#missing.size + count > this.#mostMissing) return false;
    for (let ahead = 0; ahead < count; ahead += 1) this.#missing.set(snAdd(this.#next, ahead), 0);
    return true;
  }

  #settle(): void {
    let first = this.#next;
    if (this.#missing.size > 0 || this.#held.size > 0) {
      for (const statSn of this.#missing.keys()) if (snBefore(statSn, first)) first = statSn;
      for (const statSn of this.#held) if (snBefore(statSn, first)) first = statSn;
    }
    this.#expStatSn = first;
  }
}
