// Which blocks are being changed now, so that a change whose connection was lost is repeated only when nothing can have
// come after it.
//
// A change that may have been carried out, and is carried out again, brings back what it wrote the first time. That is
// harmless while nobody else has changed those blocks since; otherwise it undoes a later change that its caller may have
// been told of. Of two changes that are under way together nobody knows which was carried out first, so each contests
// the other, and stays contested when the other has ended.

/** One command that changes bytes `start` to `end`, from before it is sent until it has ended. */
export interface Change {
  readonly start: number;
  readonly end: number;
  /** Another change of some of these bytes was under way together with this one. */
  isContested: boolean;
  /** Its place in the list. */
  at: number;
}

/** The changes of one disk that have not ended. There are few, so a list is walked. */
export class ChangesInFlight {
  readonly #list: Change[] = [];

  /** A command is about to change bytes `start` to `end`. */
  begin(start: number, end: number): Change {
    const change: Change = { start, end, isContested: false, at: this.#list.length };
    for (const other of this.#list) {
      if (other.start >= end || start >= other.end) continue;
      other.isContested = true;
      change.isContested = true;
    }
    this.#list.push(change);
    return change;
  }

  /** The command has ended, in whatever way. */
  end(change: Change): void {
    const last = this.#list.pop();
    if (last === undefined || last === change) return;
    this.#list[change.at] = last;
    last.at = change.at;
  }
}
