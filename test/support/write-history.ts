// What a disk may hold after a crash, from what its users were told. A disk is cut into units; every write gives the units
// it covers a value of its own. A unit may hold what any write gave it, unless another write that is promised to last
// began after that one had ended.

import assert from 'node:assert/strict';

/** One write of one user, from its call to its end. */
export interface WriteRecord {
  readonly value: number;
  readonly first: number;
  readonly last: number;
  readonly begun: number;
  ended: number;
  isAcknowledged: boolean;
  /** When somebody was told that it is on stable storage. */
  lastingSince: number;
}

const never = Number.POSITIVE_INFINITY;

/** All writes to one disk. */
export class WriteHistory {
  readonly #units: WriteRecord[][];
  readonly #all: WriteRecord[] = [];
  #now = 0;

  constructor(unitCount: number) {
    const blank = {
      value: 0,
      first: 0,
      last: unitCount - 1,
      begun: 0,
      ended: 0,
      isAcknowledged: true,
      lastingSince: 0,
    };
    this.#units = Array.from({ length: unitCount }, () => [blank]);
  }

  /** A moment later than all before. */
  tick(): number {
    this.#now += 1;
    return this.#now;
  }

  begin(value: number, first: number, last: number): WriteRecord {
    const begun = this.tick();
    const write = { value, first, last, begun, ended: never, isAcknowledged: false, lastingSince: never };
    for (let unit = first; unit <= last; unit += 1) this.#units[unit]!.push(write);
    this.#all.push(write);
    return write;
  }

  /** A write settled; one that was not acknowledged may have been carried out all the same, but is no more. */
  end(write: WriteRecord, isAcknowledged: boolean, isLasting: boolean): void {
    write.ended = this.tick();
    write.isAcknowledged = isAcknowledged;
    if (isLasting) write.lastingSince = write.ended;
  }

  /** Writes that were acknowledged before `moment` and that nobody has been promised yet. */
  unpromised(moment: number): WriteRecord[] {
    return this.#all.filter((write) => write.isAcknowledged && write.ended < moment && write.lastingSince === never);
  }

  /** Somebody is told that a write lasts. */
  promise(write: WriteRecord): void {
    write.lastingSince = Math.min(write.lastingSince, this.tick());
  }

  /**
   * Checks a value that was found in a unit by somebody who began to look at `moment`. With `isOnline`, the disk has not
   * lost power, so whatever was acknowledged before must be there.
   */
  check(unit: number, value: number, moment: number, isOnline: boolean, context: string): void {
    const history = this.#units[unit]!;
    const sources = history.filter((write) => write.value === value);
    assert.ok(sources.length > 0, `${context}: unit ${unit} holds ${value}, which nobody has written`);
    const binding = history.filter(({ lastingSince, isAcknowledged, ended }) => {
      return isOnline ? isAcknowledged && ended < moment : lastingSince < moment;
    });
    const isPossible = sources.some((source) => !binding.some((later) => source.ended < later.begun));
    const all = binding.filter((later) => sources.every((source) => source.ended < later.begun));
    assert.ok(
      isPossible,
      `${context}: unit ${unit} holds ${value}, though ${all.map((write) => write.value).join(', ')} came after it and ` +
        (isOnline ? 'was acknowledged' : 'was promised to last'),
    );
  }
}
