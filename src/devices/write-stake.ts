// What one holder has written and not flushed: as long as that is something, a loss concerns it, whoever else was told.

import type { Disk, LossCursor } from '../disk/index.ts';

/** What a flush of this holder covers. */
export interface FlushClaim {
  /** Undefined for a holder that has nothing to lose: it shares in what any of them was told. */
  readonly cursor: LossCursor | undefined;
  /** How many changes had begun before it; undefined when one was under way, which it need not cover. */
  readonly changes: number | undefined;
}

/** One holder's stake in what the device has not made stable. */
export class WriteStake {
  readonly #disk: Pick<Disk, 'lossCursor'>;
  #cursor: LossCursor | undefined;
  #changes = 0;

  /** `left`: what the same holder left behind when it closed a handle before. */
  constructor(disk: Pick<Disk, 'lossCursor'>, left?: LossCursor) {
    this.#disk = disk;
    this.#cursor = left;
  }

  /** How far the holder was told of losses since it wrote something that no flush of its own has covered. */
  get cursor(): LossCursor | undefined {
    return this.#cursor;
  }

  /** A change begins that will not be stable by itself. */
  changes(): void {
    this.#changes += 1;
    this.#cursor ??= this.#disk.lossCursor();
  }

  /** A flush begins, amid a change or not. */
  claim(isChanging: boolean): FlushClaim {
    return { cursor: this.#cursor, changes: isChanging ? undefined : this.#changes };
  }

  /** The flush has covered what it claimed, or has told that it is lost. */
  settle(claim: FlushClaim): void {
    if (claim.changes === this.#changes) this.#cursor = undefined;
  }
}

/** More holders than this that have closed without a flush are told apart no more. */
const mostHolders = 64;

/** The stakes of holders that have closed without a flush: theirs again when they come back, else a removal's to tell of. */
export class LeftStakes {
  readonly #cursors = new Map<string, LossCursor>();

  /** The least that any of them was told; undefined when nobody has left anything. */
  get least(): LossCursor | undefined {
    let least: LossCursor | undefined;
    for (const cursor of this.#cursors.values()) if (cursor.seen < (least?.seen ?? Infinity)) least = cursor;
    return least;
  }

  /** A holder closes, having been told as much as its cursor says. */
  leave(holder: string, cursor: LossCursor): void {
    const key = this.#cursors.size < mostHolders || this.#cursors.has(holder) ? holder : '';
    const other = this.#cursors.get(key);
    if (other === undefined || cursor.seen < other.seen) this.#cursors.set(key, cursor);
  }

  /** A holder comes back. */
  take(holder: string): LossCursor | undefined {
    const cursor = this.#cursors.get(holder);
    this.#cursors.delete(holder);
    return cursor;
  }

  /** A flush begins, which covers what had been left by then. */
  claim(): ReadonlyMap<string, LossCursor> {
    return new Map(this.#cursors);
  }

  /** That flush has made stable what was left by those who had been told of all losses up to `told`. */
  settle(claim: ReadonlyMap<string, LossCursor>, told: number): void {
    for (const [holder, cursor] of claim) {
      if (cursor.seen === told && this.#cursors.get(holder) === cursor) this.#cursors.delete(holder);
    }
  }

  /** A removal has told of everything. */
  clear(): void {
    this.#cursors.clear();
  }
}
