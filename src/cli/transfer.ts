// Moving bytes from a source to a sink: chunks in order out of the source, several requests in flight on either side.

import type { Readable, Writable } from 'node:stream';
import type { BlockDevice } from '../block/index.ts';
import { ChunkPool } from './chunk-pool.ts';
import { readFrom, writeTo } from './stream-io.ts';

/** A piece of what is moved. */
export interface Chunk {
  /** Bytes from the start of the transfer. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Takes one chunk; called for the next one before it has settled. */
export type Sink = (chunk: Chunk) => Promise<void>;

/** How a transfer is carried out. */
export interface TransferOptions {
  /** Requests in flight at the source, and as many at the sink. */
  readonly depth: number;
  readonly chunkLength: number;
  readonly signal: AbortSignal;
  /** Hears of the bytes that have been taken so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Sees each chunk in order, before the sink gets it. */
  readonly onChunk?: (chunk: Chunk) => void;
}

/** A source: chunks in order, in buffers of `pool`. */
export type Source = (pool: ChunkPool, options: TransferOptions) => AsyncGenerator<Chunk>;

/** Moves everything. Resolves with the number of bytes; rejects with the first failure, when nothing is in flight. */
export async function transfer(source: Source, sink: Sink, options: TransferOptions): Promise<number> {
  const pool = new ChunkPool(options.chunkLength);
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let taken = 0;
  const take = async (chunk: Chunk): Promise<void> => {
    try {
      await sink(chunk);
      taken += chunk.bytes.length;
      options.onProgress?.(taken);
    } catch (error) {
      failures.push(error);
    }
    pool.release(chunk.bytes);
  };
  try {
    for await (const chunk of source(pool, options)) {
      options.onChunk?.(chunk);
      const one = take(chunk).finally(() => inFlight.delete(one));
      inFlight.add(one);
      if (inFlight.size >= options.depth) await Promise.race(inFlight);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures.length > 0) throw failures[0];
  return taken;
}

/** Reads `length` bytes of a device from `start`, up to `depth` chunks ahead. */
export function fromDevice(device: BlockDevice, start: number, length: number): Source {
  return async function* (pool, { depth, signal }) {
    const ahead: { offset: number; bytes: Uint8Array; read: Promise<void> }[] = [];
    let next = 0;
    const readAhead = (): void => {
      while (ahead.length < depth && next < length) {
        const bytes = pool.acquire().subarray(0, Math.min(pool.chunkLength, length - next));
        const read = device.read(start + next, bytes, { signal });
        read.catch(() => undefined); // heard of when its turn comes
        ahead.push({ offset: next, bytes, read });
        next += bytes.length;
      }
    };
    try {
      for (;;) {
        readAhead();
        const first = ahead.shift();
        if (first === undefined) return;
        await first.read;
        yield { offset: first.offset, bytes: first.bytes };
      }
    } finally {
      await Promise.allSettled(ahead.map(({ read }) => read));
    }
  };
}

/** Reads a stream to its end, or `length` bytes of it. */
export function fromStream(stream: Readable, length: number = Number.POSITIVE_INFINITY): Source {
  return async function* (pool, { signal }) {
    let offset = 0;
    for await (const bytes of readFrom(stream, () => pool.acquire(), signal)) {
      const wanted = bytes.subarray(0, length - offset);
      if (wanted.length > 0) yield { offset, bytes: wanted };
      offset += wanted.length;
      if (offset >= length) return;
    }
  };
}

/** Writes to a device from `start`. */
export function toDevice(device: BlockDevice, start: number, signal: AbortSignal): Sink {
  return async ({ offset, bytes }) => {
    await device.write(start + offset, bytes, { signal });
  };
}

/** Writes to a stream, a chunk after the other. */
export function toStream(stream: Writable, signal: AbortSignal): Sink {
  return async ({ bytes }) => {
    await writeTo(stream, bytes, signal);
  };
}
