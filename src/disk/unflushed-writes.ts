// What was written and acknowledged, and may exist in a volatile cache alone: until it is flushed, a reset of the device
// may lose it, and whoever asks for a flush after that has to hear of it.

import { type BlockError, ScsiError } from '../base/index.ts';
import { formatSense, type Sense, senseKey } from '../scsi/index.ts';
import { cacheFate } from './cache-fate.ts';
import type { Change, ChangesInFlight } from './changes-in-flight.ts';
import { type LossCursor, LostWrites } from './lost-writes.ts';
import { addTo, emptySum, type WriteSum } from './write-sum.ts';

/** A flush under way. */
export interface Flush {
  /** The newest of what it makes stable. */
  readonly through: WriteSum | undefined;
  /** Losses after this one concern it: nobody had been told of them when it began. */
  readonly since: number;
  readonly cursor: LossCursor | undefined;
}

/** Flushes that overlap each other without end must not make the list grow. */
const sumBound = 64;

/** The acknowledged writes of one disk that no flush has made stable yet, and those that never will be. */
export class UnflushedWrites {
  readonly #changes: ChangesInFlight;
  readonly #keepsCacheOverReset: boolean;
  readonly #lost = new LostWrites();
  #isTracking = false;
  /** Oldest first; more than one only while flushes are under way. */
  #sums: WriteSum[] = [];
  /** The last of them, while no flush under way makes it stable. */
  #growing: WriteSum | undefined;
  #flushes = 0;
  #reason = '';

  constructor(changes: ChangesInFlight, keepsCacheOverReset: boolean) {
    this.#changes = changes;
    this.#keepsCacheOverReset = keepsCacheOverReset;
  }

  /** The device has a volatile cache, or does not say that it has none. */
  track(): void {
    this.#isTracking = true;
  }

  /** How many losses there were: one more than before means that something acknowledged since then may be gone. */
  get lossCount(): number {
    return this.#lost.count;
  }

  /** A change ended well, on connection `cid`. */
  acknowledge(change: Change, cid: number): void {
    if (change.isStable || !this.#isTracking) return;
    const { doubtCid, start, end } = change;
    if (doubtCid === undefined || doubtCid === cid) {
      addTo((this.#growing ??= this.#grow()), 1, end - start, start, end);
    } else {
      this.#lost.record({ writes: 1, bytes: end - start, start, end }, this.#reason);
    }
  }

  /**
   * A request that took several commands ended well. A part of it may have been lost while the rest was under way, and
   * whoever flushed meanwhile has been told of that before the request was acknowledged, which is too early to be told.
   */
  acknowledgeAll(offset: number, length: number, lossCount: number): void {
    if (this.#lost.count === lossCount) return;
    this.#lost.record({ writes: 1, bytes: length, start: offset, end: offset + length }, this.#reason);
  }

  /** A command on connection `cid` met a unit attention, or the error of an earlier one; see `lose`. */
  met(sense: Sense, cid: number | undefined): void {
    const fate = cacheFate(sense, this.#keepsCacheOverReset);
    if (fate === 'unknown') this.#isTracking = true;
    if (fate === 'lost') this.lose(`the device reported ${formatSense(sense)}`, cid);
  }

  /**
   * All that was not flushed may be gone. So may be what is under way: it may have been carried out before and be
   * answered only now. Answers on connection `cid` come in order (RFC 7143 §4.2.2.2), so there it is not so; with
   * `undefined`, nothing that was sent before can be answered any more.
   */
  lose(reason: string, cid: number | undefined): void {
    this.#reason = reason;
    if (cid !== undefined) this.#changes.doubt(cid);
    this.#merge();
    const [sum] = this.#sums.splice(0);
    this.#growing = undefined;
    if (sum !== undefined) this.#lost.record(sum, reason);
  }

  /** For a user who has nothing to do with losses that anybody has been told of. */
  cursor(): LossCursor {
    return this.#lost.cursor();
  }

  /** A flush begins, which makes stable what has been acknowledged up to now. */
  beginFlush(cursor?: LossCursor): Flush {
    this.#flushes += 1;
    this.#growing = undefined;
    return { through: this.#sums.at(-1), since: this.#lost.toldTo(cursor), cursor };
  }

  /** The device has done what a flush asked for. */
  endFlush(flush: Flush): void {
    // A sum that is not there any more was lost, or made stable by another flush.
    if (flush.through !== undefined) this.#sums.splice(0, this.#sums.indexOf(flush.through) + 1);
    this.#leaveFlush();
  }

  /**
   * A flush failed. When it was because the device could not write what it had, nobody knows what became of that, and
   * a later flush that succeeds says nothing of it: it counts as lost. The caller of this one learns it by its error.
   */
  failFlush(flush: Flush, error: unknown): void {
    const key = error instanceof ScsiError ? error.senseKey : undefined;
    if (error instanceof ScsiError && (key === senseKey.mediumError || key === senseKey.hardwareError)) {
      this.lose(`a flush failed: ${error.message}`, undefined);
      this.#lost.tell(flush.cursor);
    }
    this.#leaveFlush();
  }

  /** The error for a flush whose caller has not been told of losses that concern it; from here on, it has been. */
  takeLosses(flush: Flush): BlockError | undefined {
    return this.#lost.take(flush.since, flush.cursor);
  }

  #leaveFlush(): void {
    this.#flushes -= 1;
    if (this.#flushes > 0) return;
    this.#merge();
    this.#growing = this.#sums[0];
  }

  #grow(): WriteSum {
    // A flush that made the merged ones stable does not find them, and leaves them: too much may be called unflushed.
    if (this.#sums.length === sumBound) this.#merge();
    const sum = emptySum();
    this.#sums.push(sum);
    return sum;
  }

  #merge(): void {
    if (this.#sums.length < 2) return;
    const merged = emptySum();
    for (const { writes, bytes, start, end } of this.#sums) addTo(merged, writes, bytes, start, end);
    this.#sums = [merged];
  }
}
