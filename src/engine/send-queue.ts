// The bytes that a circuit has accepted and not yet got rid of, and the batches in which they go.

import { BatchBuilder } from './send-batch.ts';

/** A batch ends once it holds this much, so that `pendingBytes` falls step by step under load. */
const batchLength = 1024 * 1024;

/** A batch has no more pieces than Linux takes in one writev (IOV_MAX). */
const batchPieces = 1024;

/** The send queue of one circuit: pieces go in, batches come out, one batch is under way at a time. */
export class SendQueue {
  #pieces: Uint8Array[] = [];
  #queuedBytes = 0;
  #bytesUnderWay = 0;
  #sentBytes = 0;
  readonly #batches = new BatchBuilder();

  /** Bytes accepted that have not left yet. */
  get pendingBytes(): number {
    return this.#queuedBytes + this.#bytesUnderWay;
  }

  /** Bytes that have left, in all. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Whether a batch was taken and has not left yet. */
  get isUnderWay(): boolean {
    return this.#bytesUnderWay > 0;
  }

  push(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      this.#pieces.push(piece);
      this.#queuedBytes += piece.length;
    }
  }

  /** The next batch, or nothing when nothing is queued. It is under way until `settle`. */
  take(): Uint8Array[] | undefined {
    if (this.#pieces.length === 0) return undefined;
    let count = 0;
    let length = 0;
    while (count < this.#pieces.length && count < batchPieces && length < batchLength) {
      length += this.#pieces[count]?.length ?? 0;
      count += 1;
    }
    const taken = count === this.#pieces.length ? this.#pieces : this.#pieces.slice(0, count);
    this.#pieces = count === this.#pieces.length ? [] : this.#pieces.slice(count);
    this.#queuedBytes -= length;
    this.#bytesUnderWay = length;
    return this.#batches.build(taken);
  }

  /** The batch under way has left. */
  settle(): void {
    this.#sentBytes += this.#bytesUnderWay;
    this.#bytesUnderWay = 0;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces = [];
    this.#queuedBytes = 0;
    this.#bytesUnderWay = 0;
  }
}
