// What was written and acknowledged, and may exist in a volatile cache alone: until it is flushed, a reset of the device
// may lose it, and whoever asks for a flush after that has to hear of it.

import { type BlockError, ScsiError } from '../base/index.ts';
import { formatSense, type Sense, senseKey } from '../scsi/index.ts';
import { cacheFate, isExactReset, isReset } from './cache-fate.ts';
import type { Change, ChangesInFlight } from './changes-in-flight.ts';
import { type LossCursor, LostWrites } from './lost-writes.ts';
import { type ChangeFacts, type LoggedChange, WriteLog } from './write-log.ts';
import { addTo, emptySum, type WriteSum } from './write-sum.ts';

/** A flush under way. */
export interface Flush {
  /** The newest of what it makes stable. */
  readonly through: WriteSum | undefined;
  /** Losses after this one concern it: nobody had been told of them when it began. */
  readonly since: number;
  readonly cursor: LossCursor | undefined;
  /** The place in the log up to which it makes changes stable, and how many doubts there had been. */
  readonly logEnd: number;
  readonly doubts: number;
}

/** What may be lost, and can be found out by reading. */
export interface Doubt {
  readonly changes: readonly LoggedChange[];
  readonly reason: string;
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
  readonly #log = new WriteLog();
  #doubt: Doubt | undefined;
  /** The one that is being read back. */
  #reading: Doubt | undefined;
  #isReadingVoid = false;
  #doubts = 0;
  #epoch = 0;
  /** The device tells a loss of power from the loss of a nexus, so that nothing has to be found out by reading. */
  #isExact = false;
  /** It has told of some reset, and nothing was written since. */
  #hasToldReset = false;

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

  /** How often something was lost or called into doubt. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Something may be lost, and reading can tell. */
  get hasDoubt(): boolean {
    return this.#doubt !== undefined;
  }

  /** Whether anything has been called into doubt since a flush began. */
  hasDoubtedSince(flush: Flush): boolean {
    return this.#doubts !== flush.doubts;
  }

  /** A change ended well, on connection `cid`; `data` is what it wrote to its blocks, where that is known. */
  acknowledge(change: Change, cid: number, data?: Uint8Array): void {
    change.isAcknowledged = true;
    if (!this.#isTracking) return;
    const { doubtCid, start, end } = change;
    if (change.isStable) {
      this.#mark('stable', change);
      return;
    }
    this.#hasToldReset = false;
    if (doubtCid === undefined || doubtCid === cid) {
      addTo((this.#growing ??= this.#grow()), 1, end - start, start, end);
      if (this.#isReadable) this.#log.append(this.#factsOf(change), data);
      else this.#log.miss();
    } else {
      this.#mark('murky', change);
      this.#lost.record({ writes: 1, bytes: end - start, start, end }, this.#reason);
    }
  }

  /** A change has ended in whatever way. */
  end(change: Change): void {
    this.#changes.end(change);
    if (!change.isAcknowledged) this.#mark('murky', change);
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
    this.#judgeTeller(sense);
    const fate = cacheFate(sense, this.#keepsCacheOverReset);
    const reason = `the device reported ${formatSense(sense)}`;
    if (fate === 'unknown') this.#isTracking = true;
    if (fate === 'doubtful') this.doubt(reason, cid);
    if (fate === 'lost') this.lose(reason, cid);
  }

  /**
   * The session was reinstated, and nothing told of a reset or of the loss of the nexus, though each logical unit has to
   * (SAM-5 §6.3.4): LIO says nothing after a restart either.
   */
  metSilence(): void {
    if (this.#isReadable && !this.#hasToldReset)
      this.doubt('the device did not tell what became of the session', undefined);
  }

  /** As `lose`, where the device may just as well have kept everything: what was not flushed is to be read back. */
  doubt(reason: string, cid: number | undefined): void {
    const sum = this.#takeAll(reason, cid);
    const changes = this.#log.take();
    this.#isReadingVoid = true;
    if (sum === undefined) return;
    if (changes === undefined || !this.#isReadable) this.#lost.record(sum, reason);
    else this.#addDoubt({ changes: [...(this.#doubt?.changes ?? []), ...changes], reason });
  }

  /**
   * All that was not flushed may be gone. So may be what is under way: it may have been carried out before and be
   * answered only now. Answers on connection `cid` come in order (RFC 7143 §4.2.2.2), so there it is not so; with
   * `undefined`, nothing that was sent before can be answered any more.
   */
  lose(reason: string, cid: number | undefined): void {
    const sum = this.#takeAll(reason, cid);
    this.#log.take();
    this.giveUpDoubt();
    if (sum !== undefined) this.#lost.record(sum, reason);
  }

  /** Takes what is to be read back. To be followed by `settleDoubt` or `returnDoubt`. */
  takeDoubt(): Doubt | undefined {
    const doubt = this.#doubt;
    this.#doubt = undefined;
    this.#reading = doubt;
    this.#isReadingVoid = false;
    return doubt;
  }

  /**
   * What reading has shown: `kept` is still there and waits for a flush that begins later, `lost` is not.
   * When the device was reset meanwhile, it shows nothing.
   */
  settleDoubt(kept: readonly LoggedChange[], lost: readonly LoggedChange[]): void {
    const reading = this.#reading;
    if (reading === undefined || this.#isReadingVoid) {
      this.returnDoubt();
      return;
    }
    this.#reading = undefined;
    this.#recordLost(lost, reading.reason);
    if (kept.length === 0) return;
    this.#log.restore(kept.map((change) => ({ ...change, epoch: this.#epoch })));
    this.#sums.unshift(sumOf(kept));
    this.#merge();
    this.#growing = this.#sums[0];
  }

  /** What was to be read back stays in doubt. */
  returnDoubt(): void {
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined) return;
    this.#addDoubt({ changes: [...reading.changes, ...(this.#doubt?.changes ?? [])], reason: reading.reason });
  }

  /** Nothing will be found out any more. */
  giveUpDoubt(): void {
    for (const doubt of [this.#reading, this.#doubt])
      if (doubt !== undefined) this.#recordLost(doubt.changes, doubt.reason);
    this.#reading = undefined;
    this.#doubt = undefined;
  }

  /** Whether a change in doubt would still have to be there, with all that has been changed since. */
  standingOf(change: LoggedChange): 'clear' | 'uncertain' | 'overwritten' {
    return this.#log.standingOf(change);
  }

  /** For a user who has nothing to do with losses that anybody has been told of. */
  cursor(): LossCursor {
    return this.#lost.cursor();
  }

  /** A flush begins, which makes stable what has been acknowledged up to now. */
  beginFlush(cursor?: LossCursor): Flush {
    this.#flushes += 1;
    this.#growing = undefined;
    const { end: logEnd } = this.#log;
    return { through: this.#sums.at(-1), since: this.#lost.toldTo(cursor), cursor, logEnd, doubts: this.#doubts };
  }

  /** The device has done what a flush asked for. */
  endFlush(flush: Flush): void {
    // A sum that is not there any more was lost, or made stable by another flush.
    const count = flush.through === undefined ? 0 : this.#sums.indexOf(flush.through) + 1;
    this.#sums.splice(0, count);
    if (count > 0) this.#log.dropThrough(flush.logEnd, this.#sums.length === 0);
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

  /** The last loss that a user has been told of, before a flush. */
  toldTo(cursor: LossCursor | undefined): number {
    return this.#lost.toldTo(cursor);
  }

  /** The error for a flush whose caller has not been told of losses that concern it; from here on, it has been. */
  takeLosses(since: number, cursor: LossCursor | undefined): BlockError | undefined {
    return this.#lost.take(since, cursor);
  }

  /** Whether it is worth while to keep what reading back needs: nothing else would tell what became of a cache. */
  get #isReadable(): boolean {
    return this.#isTracking && !this.#isExact && !this.#keepsCacheOverReset;
  }

  #judgeTeller(sense: Sense): void {
    if (!isReset(sense)) return;
    this.#hasToldReset = true;
    this.#isExact = isExactReset(sense) ?? this.#isExact;
  }

  #mark(kind: 'stable' | 'murky', change: Change): void {
    const isNeeded = !this.#log.isEmpty || this.#doubt !== undefined || this.#reading !== undefined;
    if (isNeeded) this.#log.mark(kind, this.#factsOf(change));
  }

  #factsOf({ start, end, own }: Change): ChangeFacts {
    return { start, end, own: own ?? { start, end, epoch: this.#epoch }, epoch: this.#epoch };
  }

  #addDoubt(doubt: Doubt): void {
    this.#doubts += 1;
    this.#doubt = doubt;
  }

  #recordLost(changes: readonly LoggedChange[], reason: string): void {
    const acknowledged = changes.filter(({ kind }) => kind === 'written' || kind === 'blind');
    if (acknowledged.length > 0) this.#lost.record(sumOf(acknowledged), reason);
  }

  /** Takes what is unflushed, as one sum. */
  #takeAll(reason: string, cid: number | undefined): WriteSum | undefined {
    this.#reason = reason;
    this.#epoch += 1;
    if (cid !== undefined) this.#changes.doubt(cid);
    this.#merge();
    this.#growing = undefined;
    return this.#sums.splice(0)[0];
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

function sumOf(changes: readonly LoggedChange[]): WriteSum {
  const sum = emptySum();
  for (const { start, end } of changes) addTo(sum, 1, end - start, start, end);
  return sum;
}
