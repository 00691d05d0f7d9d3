// What reads of a disk may return while writes to it are under way, fail, and are repeated. Every unit of the disk is a
// register: a write takes effect at one moment between its begin and its end, or never when it failed; a read returns
// what the last write before one moment of its own has left. A disk that repeats an old write over a newer one, or shows
// data that are no longer there, cannot be explained so.

import assert from 'node:assert/strict';
import { WriteHistory, type WriteRecord } from './write-history.ts';

/** What the user of a disk is told about a write that has ended: done, not carried out, or nobody knows. */
export type WriteOutcome = 'done' | 'none' | 'unknown';

/** A value as reads have found it in a unit. */
interface Sighting {
  /** When the first read ended that returned it. */
  readonly since: number;
  /** When a read ended that came after such a read and returned something else: from here on it is gone. */
  goneSince: number;
}

const never = Number.POSITIVE_INFINITY;

/** All writes to one disk, whose units hold value 0 at first, and what its readers have seen. */
export class RegisterHistory {
  readonly #writes: WriteHistory;
  readonly #byValue = new Map<number, WriteRecord>();
  /** Values of writes that had no effect, as their users were told. */
  readonly #void = new Set<number>();
  readonly #sightings: Map<number, Sighting>[];
  #values = 0;

  constructor(unitCount: number) {
    this.#writes = new WriteHistory(unitCount);
    this.#sightings = Array.from({ length: unitCount }, () => new Map<number, Sighting>());
  }

  /** A moment later than all before. */
  now(): number {
    return this.#writes.tick();
  }

  /** A write of units `first` to `last` begins; its record has the value to write. */
  beginWrite(first: number, last: number): WriteRecord {
    this.#values += 1;
    const write = this.#writes.begin(this.#values, first, last);
    this.#byValue.set(write.value, write);
    return write;
  }

  endWrite(write: WriteRecord, outcome: WriteOutcome): void {
    this.#writes.end(write, outcome === 'done', false);
    if (outcome === 'none') this.#void.add(write.value);
  }

  /** Checks the values that a read, begun at `begun` and ended now, has found in the units from `first` on. */
  endRead(first: number, values: readonly number[], begun: number, context: string): void {
    const ended = this.now();
    values.forEach((value, index) => {
      this.#found(first + index, value, begun, ended, context);
    });
  }

  #found(unit: number, value: number, begun: number, ended: number, context: string): void {
    this.#writes.check(unit, value, begun, true, context);
    assert.ok(!this.#void.has(value), `${context}: unit ${unit} holds ${value}, which was said to have had no effect`);
    const sightings = this.#sightings[unit]!;
    const before = sightings.get(value);
    assert.ok(!(before !== undefined && before.goneSince < begun), `${context}: unit ${unit} holds ${value} again`);
    const written = this.#byValue.get(value)?.ended ?? 0;
    for (const [other, seen] of sightings) {
      if (other === value || seen.since >= begun) continue;
      // Whoever ended before another one began that has been seen cannot have come after it.
      const isOlder = written < (this.#byValue.get(other)?.begun ?? 0);
      assert.ok(!isOlder, `${context}: unit ${unit} holds ${value}, though ${other}, a later one, has been seen there`);
      seen.goneSince = Math.min(seen.goneSince, ended);
    }
    if (before === undefined) sightings.set(value, { since: ended, goneSince: never });
  }
}
