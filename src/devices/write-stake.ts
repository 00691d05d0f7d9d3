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

  constructor(disk: Pick<Disk, 'lossCursor'>) {
    this.#disk = disk;
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
