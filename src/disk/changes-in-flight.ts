// Which blocks are being changed now, so that a change whose connection was lost is repeated only when nothing can have
// come after it.
//
// A change that may have been carried out, and is carried out again, brings back what it wrote the first time. That is
// harmless while nobody else has changed those blocks since; otherwise it undoes a later change that its caller may have
// been told of. Of two changes that are under way together nobody knows which was carried out first, so each contests
// the other, and stays contested when the other has ended.

import type { OwnBytes } from './write-log.ts';

/** No connection has this number. */
export const noCid = -1;

/** One command that changes bytes `start` to `end`, from before it is sent until it has ended. */
export interface Change {
  readonly start: number;
  readonly end: number;
  /** It bypasses volatile caches (FUA), so that it is on stable storage when it ends well. */
  readonly isStable: boolean;
  /** Another change of some of these bytes was under way together with this one. */
  isContested: boolean;
  /**
   * Since it was sent, a command on this connection told of a lost cache. Answered on another connection, it may have been
   * carried out before that.
   */
  doubtCid: number | undefined;
  /** What of its blocks it is made for, when that is not all. */
  readonly own: OwnBytes | undefined;
  /** It ended well. */
  isAcknowledged: boolean;
  /** Its place in the list. */
  at: number;
}

/** The changes of one disk that have not ended. There are few, so a list is walked. */
export class ChangesInFlight {
  readonly #list: Change[] = [];

  /** A command is about to change bytes `start` to `end`. */
  begin(start: number, end: number, isStable: boolean, own?: OwnBytes): Change {
    const at = this.#list.length;
    const state = { isContested: false, doubtCid: undefined, isAcknowledged: false };
    const change: Change = { start, end, isStable, own, ...state, at };
    for (const other of this.#list) {
      if (other.start >= end || start >= other.end) continue;
      other.isContested = true;
      change.isContested = true;
    }
    this.#list.push(change);
    return change;
  }

  /** A command on connection `cid` told of a lost cache. */
  doubt(cid: number): void {
    for (const change of this.#list) {
      const isOnlyDoubt = change.doubtCid === undefined || change.doubtCid === cid;
      change.doubtCid = isOnlyDoubt ? cid : noCid;
    }
  }

  /** The command has ended, in whatever way. */
  end(change: Change): void {
    const last = this.#list.pop();
    if (last === undefined || last === change) return;
    this.#list[change.at] = last;
    last.at = change.at;
  }
}
