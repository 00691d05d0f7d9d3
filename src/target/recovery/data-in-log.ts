// What was sent of the data of one read and not acknowledged: the PDUs, and the bytes in them (RFC 7143 §11.16).

import type { BufferPool } from '../buffer-pool.ts';

/** A Data-In PDU that was sent. */
export interface SentPiece {
  readonly offset: number;
  readonly length: number;
  readonly isFinal: boolean;
  /** Present when the PDU asked for an acknowledgment (A). */
  readonly acknowledgeTag: number | undefined;
  /** Whether the PDU carried the status (S). */
  readonly hasStatus: boolean;
  readonly statSn: number;
}

/** How many bytes all reads of a target may keep, and do. */
export interface KeptBytes {
  readonly limit: number;
  kept: number;
}

/** Bytes of a read that stay in memory while somebody may need them. */
export class DataChunk {
  readonly start: number;
  readonly data: Uint8Array;
  readonly #release: () => void;
  #users = 1;

  /** Has one user, its maker. `release` is called when the last is gone. */
  constructor(start: number, data: Uint8Array, release: () => void) {
    this.start = start;
    this.data = data;
    this.#release = release;
  }

  get end(): number {
    return this.start + this.data.length;
  }

  /** Adds a user, and returns what it calls when it is done. */
  use(): () => void {
    this.#users += 1;
    return () => {
      this.done();
    };
  }

  done(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#release();
  }
}

/** A chunk in a buffer of the pool, which goes back there. */
export function pooledChunk(pool: BufferPool, start: number, buffer: Buffer): DataChunk {
  return new DataChunk(start, buffer, () => {
    pool.give(buffer);
  });
}

/** The unacknowledged part of one read. Acknowledgments cut its beginning off. */
export class DataInLog {
  readonly #bytes: KeptBytes;
  readonly #pieces: SentPiece[] = [];
  #chunks: DataChunk[] = [];
  #firstSn = 0;

  constructor(bytes: KeptBytes) {
    this.#bytes = bytes;
  }

  /** The first DataSN that is not acknowledged. */
  get firstSn(): number {
    return this.#firstSn;
  }

  /** The DataSN of the next PDU. */
  get nextSn(): number {
    return this.#firstSn + this.#pieces.length;
  }

  sent(piece: SentPiece): void {
    this.#pieces.push(piece);
  }

  piece(dataSn: number): SentPiece | undefined {
    return this.#pieces[dataSn - this.#firstSn];
  }

  /** Keeps a chunk, unless the target keeps too much already; its bytes are then read again when they are asked for. */
  keep(chunk: DataChunk): void {
    const { length } = chunk.data;
    if (this.#bytes.kept + length > this.#bytes.limit) return;
    this.#bytes.kept += length;
    chunk.use();
    this.#chunks.push(chunk);
  }

  /** The chunk with the byte at `offset`, if it was kept. */
  chunkAt(offset: number): DataChunk | undefined {
    return this.#chunks.find((chunk) => chunk.start <= offset && offset < chunk.end);
  }

  /** The initiator has all PDUs before `dataSn`, which was sent or is the next one. Returns those PDUs. */
  acknowledge(dataSn: number): SentPiece[] {
    const first = this.piece(dataSn);
    const done = this.#pieces.splice(0, dataSn - this.#firstSn);
    this.#firstSn = dataSn;
    this.#letGo((chunk) => first === undefined || chunk.end <= first.offset);
    return done;
  }

  /** Starts anew with the first PDU that is not acknowledged. Returns those that are taken back; their bytes are kept. */
  rewind(): SentPiece[] {
    return this.#pieces.splice(0);
  }

  /** Lets everything go. Returns the PDUs. */
  clear(): SentPiece[] {
    this.#letGo(() => true);
    return this.rewind();
  }

  #letGo(matches: (chunk: DataChunk) => boolean): void {
    const kept: DataChunk[] = [];
    for (const chunk of this.#chunks) {
      if (matches(chunk)) {
        this.#bytes.kept -= chunk.data.length;
        chunk.done();
      } else kept.push(chunk);
    }
    this.#chunks = kept;
  }
}
