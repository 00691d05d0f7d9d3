// Makes one batch out of many small pieces, so that a write has few vectors. Why these numbers: docs/decisions/0004-send-batching.md.

/** Neighbours up to this length are copied together; a longer piece always goes out in place. */
const smallPieceLength = 2048;

/** How much of one batch may be copied; what does not fit goes out in place. */
const scratchLength = 64 * 1024;

/** How much room a circuit has for that before it needs more: enough for one that is idle but for its login and pings. */
const firstScratchLength = 2 * 1024;

/**
 * Joins pieces that lie next to each other in one buffer into one view, without copying. Callers that carve their headers
 * out of a slab get a run of header-only PDUs sent as one piece.
 */
export function mergeAdjacent(pieces: readonly Uint8Array[]): Uint8Array[] {
  const merged: Uint8Array[] = [];
  let first: Uint8Array | undefined;
  let length = 0;
  for (const piece of pieces) {
    if (first !== undefined && first.buffer === piece.buffer && first.byteOffset + length === piece.byteOffset) {
      length += piece.length;
      continue;
    }
    if (first !== undefined) merged.push(viewOf(first, length));
    first = piece;
    length = piece.length;
  }
  if (first !== undefined) merged.push(viewOf(first, length));
  return merged;
}

function viewOf(first: Uint8Array, length: number): Uint8Array {
  return first.length === length ? first : new Uint8Array(first.buffer, first.byteOffset, length);
}

/** The batches of one circuit. A batch is valid until the next one is built. */
export class BatchBuilder {
  #scratch: Uint8Array | undefined;

  /** Returns the same bytes in as few pieces as pay off. */
  build(pieces: readonly Uint8Array[]): Uint8Array[] {
    if (pieces.length === 1) return [...pieces];
    return this.#copySmall(mergeAdjacent(pieces));
  }

  #copySmall(pieces: readonly Uint8Array[]): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let used = 0;
    let run: Uint8Array[] = [];
    let runLength = 0;
    for (const piece of pieces) {
      const isSmall = piece.length <= smallPieceLength;
      if (!isSmall || used + runLength + piece.length > scratchLength) {
        used = this.#endRun(run, used, batch);
        run = [];
        runLength = 0;
      }
      if (isSmall && used + piece.length <= scratchLength) {
        run.push(piece);
        runLength += piece.length;
      } else {
        batch.push(piece);
      }
    }
    this.#endRun(run, used, batch);
    return batch;
  }

  /** Copies a run into the scratch from `used` on and returns where it ends there; a run of one goes out in place. */
  #endRun(run: readonly Uint8Array[], used: number, batch: Uint8Array[]): number {
    if (run.length < 2) {
      batch.push(...run);
      return used;
    }
    const end = used + run.reduce((length, piece) => length + piece.length, 0);
    const scratch = this.#roomUpTo(end);
    let at = used;
    for (const piece of run) {
      scratch.set(piece, at);
      at += piece.length;
    }
    batch.push(scratch.subarray(used, end));
    return end;
  }

  /** Pieces of this batch that lie in a scratch which has become too small stay there: they are views of it. */
  #roomUpTo(end: number): Uint8Array {
    if (this.#scratch === undefined || this.#scratch.length < end) {
      this.#scratch = new Uint8Array(end <= firstScratchLength ? firstScratchLength : scratchLength);
    }
    return this.#scratch;
  }
}
