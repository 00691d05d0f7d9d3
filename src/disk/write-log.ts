// What the writes since the last flush wrote, as checksums: enough to find out later whether the device still has it.

import { crc32c } from '@node-rs/crc32';
import { CoveredRanges } from './covered-ranges.ts';

/**
 * One change, by what is known of its blocks: `written` has what the checksum is of, `blind` was acknowledged and left
 * something that no checksum was made of, `stable` needs no flush, and of `murky` nobody knows whether it came about.
 */
export interface LoggedChange {
  readonly kind: 'written' | 'blind' | 'stable' | 'murky';
  readonly start: number;
  readonly end: number;
  readonly checksum: number;
  /** The bytes that its user wrote; the others of its blocks had been read before. */
  readonly own: OwnBytes;
  /** How many resets there had been when it ended. */
  readonly epoch: number;
}

/** What of its blocks a change was made for. */
export interface OwnBytes {
  readonly start: number;
  readonly end: number;
  /** How many resets there had been when the rest was read: what a reset takes away before that is not put back. */
  readonly epoch: number;
}

/** A change as it comes to the log. */
export type ChangeFacts = Omit<LoggedChange, 'kind' | 'checksum'>;

/** What is to be found out of logged changes: which can be read back, and which are beyond that. */
export interface ReadBackPlan {
  readonly checkable: readonly LoggedChange[];
  readonly uncertain: readonly LoggedChange[];
}

/** Bounds for what reading back may cost: memory for the changes, and bytes to be read. */
export const logBound = { changes: 262_144, bytes: 1_073_741_824 } as const;

/**
 * Writes are cut here, so that one that is overwritten in part can be read back otherwise: caches, and most of what writes
 * to disks, work in pages of this size.
 */
const pageLength = 4096;
/** Where less than a page was written. */
const smallestBlock = 512;
/** Long writes are cut into longer pieces, as a checksum costs as much to begin as a page to go through. */
const longPiece = 32_768;
const longWrite = 65_536;

/** The changes of one disk since its last flush, oldest first. */
export class WriteLog {
  #changes: LoggedChange[] = [];
  /** How many have been dropped from its beginning, ever. */
  #dropped = 0;
  #bytes = 0;
  /** Something is not in it that would have to be. */
  #isIncomplete = false;

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  /** The place behind its newest change. */
  get end(): number {
    return this.#dropped + this.#changes.length;
  }

  /** `data` is what was written; undefined where that is not known. */
  append(facts: ChangeFacts, data: Uint8Array | undefined): void {
    if (this.#isIncomplete) return; // no checksums for what is not kept
    if (data === undefined) {
      this.#push({ ...facts, kind: 'blind', checksum: 0 });
      return;
    }
    const { start: first, end: last, own, epoch } = facts;
    for (let start = first; start < last; ) {
      const end = endOfPiece(start, last, last - first > longWrite);
      const checksum = crc32c(data.subarray(start - first, end - first));
      this.#push({ kind: 'written', start, end, checksum, own: within(own, start, end), epoch });
      start = end;
    }
  }

  /** A change of another kind: of importance only for what was written there before. */
  mark(kind: 'stable' | 'murky', facts: ChangeFacts): void {
    this.#push({ ...facts, kind, checksum: 0 });
  }

  /** What became of `change` since, which is older than all in the log: whether it would still have to be there. */
  standingOf(change: LoggedChange): 'clear' | 'uncertain' | 'overwritten' {
    if (this.#isIncomplete) return 'uncertain';
    const { checkable, uncertain } = planReadBack([change, ...this.#changes]);
    if (checkable.includes(change)) return 'clear';
    return uncertain.includes(change) ? 'uncertain' : 'overwritten';
  }

  /** A change was acknowledged of which nothing is kept. */
  miss(): void {
    if (this.#isIncomplete) return;
    this.#isIncomplete = true;
    this.#drop(this.#changes.length);
  }

  /** All before `end` is on stable storage; with `isAll`, nothing else is unflushed either. */
  dropThrough(end: number, isAll: boolean): void {
    this.#drop(Math.min(Math.max(0, end - this.#dropped), this.#changes.length));
    if (isAll) this.#isIncomplete = false;
  }

  /** Takes all changes out; undefined when there were others. */
  take(): LoggedChange[] | undefined {
    const changes = this.#isIncomplete ? undefined : [...this.#changes];
    this.#drop(this.#changes.length);
    this.#isIncomplete = false;
    return changes;
  }

  /** Puts changes back that are older than all in it. */
  restore(changes: readonly LoggedChange[]): void {
    const newer = this.#changes.splice(0);
    this.#bytes = 0;
    for (const change of [...changes, ...newer]) this.#push(change);
  }

  #push(change: LoggedChange): void {
    if (this.#isIncomplete) return;
    this.#changes.push(change);
    if (change.kind === 'written') this.#bytes += change.end - change.start;
    if (this.#changes.length > logBound.changes || this.#bytes > logBound.bytes) this.miss();
  }

  #drop(count: number): void {
    if (count === 0) return;
    for (const { kind, start, end } of this.#changes.splice(0, count))
      if (kind === 'written') this.#bytes -= end - start;
    this.#dropped += count;
  }
}

/** Sorts changes out. What later ones have overwritten whole is of no importance any more; in part, nobody can tell. */
export function planReadBack(changes: readonly LoggedChange[]): ReadBackPlan {
  const murky = new CoveredRanges();
  const own = new CoveredRanges();
  // What a change read before it wrote holds all that came before it, unless a reset lies between the two.
  const later = new Map(changes.map(({ epoch }) => [epoch, new CoveredRanges()]));
  const checkable: LoggedChange[] = [];
  const uncertain: LoggedChange[] = [];
  for (const change of [...changes].reverse()) {
    const { kind, start, end, epoch } = change;
    if (kind === 'murky') {
      murky.add(start, end);
      continue;
    }
    if (kind !== 'stable' && later.get(epoch)?.contains(start, end) !== true) {
      const isClear = kind === 'written' && !own.overlaps(start, end) && !murky.overlaps(start, end);
      (isClear ? checkable : uncertain).push(change);
    }
    own.add(change.own.start, change.own.end);
    for (const [each, ranges] of later) {
      if (each === change.own.epoch) ranges.add(start, end);
      else ranges.add(change.own.start, change.own.end);
    }
  }
  return { checkable, uncertain };
}

/** Where to cut a write next: whole pieces only, as long as they may be. */
function endOfPiece(start: number, last: number, isLong: boolean): number {
  const fits = (length: number): boolean => start % length === 0 && last - start >= length;
  if (isLong && fits(longPiece)) return start + longPiece;
  if (fits(pageLength)) return start + pageLength;
  return Math.min(last, start - (start % smallestBlock) + smallestBlock);
}

/** Those of a change's own bytes that lie between `start` and `end`. */
export function within(own: OwnBytes, start: number, end: number): OwnBytes {
  const from = Math.min(Math.max(own.start, start), end);
  return { start: from, end: Math.max(from, Math.min(own.end, end)), epoch: own.epoch };
}
