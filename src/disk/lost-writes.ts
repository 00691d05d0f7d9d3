// Acknowledged writes that may be gone, and who has been told. Everybody who asks for a flush is told once of each loss
// since they began to use the disk: if the first to ask took the news away, the others would be told that all is safe.
// What nobody has been told of is told to who comes later, too: their flush stands for what others wrote before it.

import { BlockError } from '../base/index.ts';
import { addTo, type WriteSum } from './write-sum.ts';

/** How far one user of a disk has been told of lost writes. Made by `Disk.lossCursor`, moved on by `Disk.flush`. */
export interface LossCursor {
  /** Number of the last loss that needs no telling. */
  seen: number;
}

interface Loss {
  /** From 1, in the order of losses. */
  readonly number: number;
  readonly sum: WriteSum;
  readonly reason: string;
}

/** Losses that are kept one by one; older ones are summed up in the oldest of these. */
const lossBound = 16;

/** The losses of one disk. */
export class LostWrites {
  readonly #losses: Loss[] = [];
  #count = 0;
  /** Number of the last loss that anybody has been told of. */
  #told = 0;

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** For a user who begins now, and has nothing to do with what others have been told of. */
  cursor(): LossCursor {
    return { seen: this.#told };
  }

  record(sum: WriteSum, reason: string): void {
    this.#count += 1;
    this.#losses.push({ number: this.#count, sum, reason });
    if (this.#losses.length <= lossBound) return;
    const [oldest, next] = this.#losses;
    if (oldest === undefined || next === undefined) return;
    const { writes, bytes, start, end } = oldest.sum;
    addTo(next.sum, writes, bytes, start, end);
    this.#losses.shift();
  }

  /** The last loss that a user has been told of; who has no cursor shares in what anybody has been told. */
  toldTo(cursor: LossCursor | undefined): number {
    return cursor?.seen ?? this.#told;
  }

  /** A user has been told of all losses. */
  tell(cursor: LossCursor | undefined): void {
    this.#told = this.#count;
    if (cursor !== undefined) cursor.seen = this.#count;
  }

  /** The error that tells a user of all losses after number `since`, if there are any. */
  take(since: number, cursor: LossCursor | undefined): BlockError | undefined {
    const losses = this.#losses.filter(({ number }) => number > since);
    if (losses.length === 0) return undefined;
    this.tell(cursor);
    return errorOf(losses);
  }
}

function errorOf(losses: readonly Loss[]): BlockError {
  const parts = losses.map(({ sum, reason }) => {
    const { writes, bytes, start, end } = sum;
    const count = writes === 1 ? '1 write' : `${writes} writes`;
    return `up to ${bytes} bytes of ${count} between ${start} and ${end}, since ${reason}`;
  });
  const start = Math.min(...losses.map(({ sum }) => sum.start));
  const end = Math.max(...losses.map(({ sum }) => sum.end));
  const message = `What was acknowledged and not flushed may be lost: ${parts.join('; ')}`;
  return new BlockError('BLOCK_WRITES_LOST', message, { effect: 'unknown', offset: start, length: end - start });
}
