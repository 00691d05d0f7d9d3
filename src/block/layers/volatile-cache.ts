// A layer that is a volatile write cache: what is written lives in memory until a flush, and a crash loses it. Made for
// tests of what survives.

import { BlockError, seededRandom, throwIfAborted } from '../../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions } from '../device.ts';
import { checkRange, closedError } from '../range.ts';

/** Options of {@link volatileCacheLayer}. */
export interface VolatileCacheOptions {
  /** Bytes that are held at most; beyond it the oldest writes go to the device. 64 MiB unless given. */
  readonly maxDirtyLength?: number;
}

/** What a crash makes of the writes to single blocks that were not flushed. */
export interface CrashOptions {
  /** `some` is a choice of its own for each write, drawn from `seed`; `none` unless given. */
  readonly keep?: 'all' | 'none' | 'some';
  /** 1 unless given. */
  readonly seed?: number;
}

/** A device with a volatile write cache. */
export interface VolatileCache extends BlockDevice {
  /** Bytes of writes that a crash may lose. */
  readonly dirtyLength: number;
  /**
   * The power goes and comes back: what was not flushed is lost, but for what `keep` lets reach the device, in the order
   * in which it was written. Requests that have not begun reject with BlockError `BLOCK_IO_FAILED`.
   */
  crash(options?: CrashOptions): Promise<void>;
  /** Turns the cache on, as it is when made, or off: then it is flushed, and every write goes to the device. */
  setVolatile(isVolatile: boolean): Promise<void>;
}

/** A write to one block that has not reached the device. */
interface BlockWrite {
  readonly block: number;
  readonly bytes: Uint8Array;
}

/** The longest write to the device when blocks beside each other are written back together. */
const longestRun = 1_048_576;

/** Puts a volatile write cache over `device` and takes the device over: closing the layer flushes it and closes both. */
export function volatileCacheLayer(device: BlockDevice, options: VolatileCacheOptions = {}): VolatileCache {
  return new VolatileCacheDevice(device, options.maxDirtyLength ?? 67_108_864);
}

/** Whether a device can crash. */
export function isVolatileCache(device: BlockDevice): device is VolatileCache {
  return device instanceof VolatileCacheDevice;
}

class VolatileCacheDevice implements VolatileCache {
  readonly blockSize: number;
  readonly readOnly: boolean;
  trim?: NonNullable<BlockDevice['trim']>;
  zero?: NonNullable<BlockDevice['zero']>;
  readonly #device: BlockDevice;
  readonly #maxDirtyLength: number;
  /** Every write since the last flush, oldest first. */
  #log: BlockWrite[] = [];
  /** What each block in the log reads as. */
  readonly #latest = new Map<number, Uint8Array>();
  #dirtyLength = 0;
  #isVolatile = true;
  /** Counts the crashes: a request that waited through one has lost its power. */
  #crashes = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(device: BlockDevice, maxDirtyLength: number) {
    this.#device = device;
    this.#maxDirtyLength = maxDirtyLength;
    this.blockSize = device.blockSize;
    this.readOnly = device.readOnly;
    if (device.trim !== undefined) this.trim = this.#discarder((offset, length) => device.trim?.(offset, length));
    if (device.zero !== undefined) this.zero = this.#discarder((offset, length) => device.zero?.(offset, length));
  }

  get size(): number {
    return this.#device.size;
  }

  get features(): BlockFeatures {
    return {
      ...this.#device.features,
      fua: true,
      flush: this.#isVolatile || this.#device.features.flush,
      extents: false,
    };
  }

  get dirtyLength(): number {
    return this.#dirtyLength;
  }

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#check(offset, into.length, options);
    // Taken before the device is read: a block that is written back meanwhile is then in one of the two at least.
    const cached = this.#cachedIn(offset, into.length);
    await this.#device.read(offset, into, options);
    for (const { block, bytes } of cached) {
      const start = block * this.blockSize;
      const from = Math.max(offset, start);
      const to = Math.min(offset + into.length, start + bytes.length);
      into.set(bytes.subarray(from - start, to - start), from - offset);
    }
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, from.length, options);
    if (this.readOnly) {
      await this.#device.write(offset, from, options);
      return;
    }
    await this.#serially(async () => {
      const { start, bytes } = await this.#wholeBlocks(offset, from);
      if (options?.fua === true || !this.#isVolatile) await this.#writeThrough(start, bytes, options?.fua === true);
      else await this.#cache(start, bytes);
    });
  }

  async flush(options?: BlockRequestOptions): Promise<void> {
    this.#check(0, 0, options);
    await this.#serially(async () => {
      await this.#writeBack(() => true);
      await this.#device.flush();
    });
  }

  async crash({ keep = 'none', seed = 1 }: CrashOptions = {}): Promise<void> {
    this.#crashes += 1;
    const random = seededRandom(seed);
    await this.#serially(async () => {
      const survivors = this.#log.filter(() => keep === 'all' || (keep === 'some' && random() < 0.5));
      this.#forget(() => true);
      for (const { block, bytes } of survivors) await this.#device.write(block * this.blockSize, bytes);
    });
  }

  async setVolatile(isVolatile: boolean): Promise<void> {
    await this.#serially(async () => {
      if (!isVolatile) await this.#writeBack(() => true);
      this.#isVolatile = isVolatile;
    });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#serially(async () => {
      await this.#writeBack(() => true);
      await this.#device.close();
    });
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Trimming and zeroing reach the device at once, which a volatile cache is free to do. */
  #discarder(
    discard: (offset: number, length: number) => Promise<void> | undefined,
  ): (offset: number, length: number, options?: BlockRequestOptions) => Promise<void> {
    return async (offset, length, options) => {
      this.#check(offset, length, options);
      await this.#serially(async () => {
        const first = Math.floor(offset / this.blockSize);
        const end = Math.ceil((offset + length) / this.blockSize);
        await this.#writeBack((block) => block >= first && block < end);
        await discard(offset, length);
      });
    };
  }

  #check(offset: number, length: number, options: BlockRequestOptions | undefined): void {
    if (this.#closing !== undefined) throw closedError();
    throwIfAborted(options?.signal);
    checkRange(this.size, offset, length);
  }

  /** Changes run one after the other. */
  async #serially(work: () => Promise<void>): Promise<void> {
    const crashes = this.#crashes;
    const turn = this.#last.then(async () => {
      if (this.#crashes !== crashes) throw new BlockError('BLOCK_IO_FAILED', 'The device lost its power');
      await work();
    });
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  #cachedIn(offset: number, length: number): BlockWrite[] {
    const cached: BlockWrite[] = [];
    if (this.#latest.size === 0 || length === 0) return cached;
    const end = Math.ceil((offset + length) / this.blockSize);
    for (let block = Math.floor(offset / this.blockSize); block < end; block += 1) {
      const bytes = this.#latest.get(block);
      if (bytes !== undefined) cached.push({ block, bytes });
    }
    return cached;
  }

  /** The blocks that a write touches, with what they read as around it. A copy: the caller's bytes are its own again. */
  async #wholeBlocks(offset: number, from: Uint8Array): Promise<{ start: number; bytes: Uint8Array }> {
    const start = offset - (offset % this.blockSize);
    const end = Math.min(Math.ceil((offset + from.length) / this.blockSize) * this.blockSize, this.size);
    const bytes = Buffer.alloc(end - start);
    const isWhole = start === offset && end === offset + from.length;
    if (!isWhole) {
      const cached = this.#cachedIn(start, bytes.length);
      await this.#device.read(start, bytes);
      for (const each of cached) bytes.set(each.bytes, each.block * this.blockSize - start);
    }
    bytes.set(from, offset - start);
    return { start, bytes };
  }

  async #writeThrough(start: number, bytes: Uint8Array, isForced: boolean): Promise<void> {
    await this.#device.write(start, bytes, { fua: isForced && this.#device.features.fua });
    if (isForced && !this.#device.features.fua) await this.#device.flush();
    const first = start / this.blockSize;
    const end = Math.ceil((start + bytes.length) / this.blockSize);
    // An older write that a crash let through would undo this one.
    this.#forget((block) => block >= first && block < end);
  }

  async #cache(start: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.blockSize) {
      const write = { block: (start + at) / this.blockSize, bytes: bytes.subarray(at, at + this.blockSize) };
      this.#log.push(write);
      this.#latest.set(write.block, write.bytes);
      this.#dirtyLength += write.bytes.length;
    }
    let written = 0;
    for (const { block, bytes: oldest } of this.#log) {
      if (this.#dirtyLength <= this.#maxDirtyLength) break;
      await this.#device.write(block * this.blockSize, oldest);
      this.#dirtyLength -= oldest.length;
      if (this.#latest.get(block) === oldest) this.#latest.delete(block);
      written += 1;
    }
    if (written > 0) this.#log = this.#log.slice(written);
  }

  /** Writes the chosen blocks to the device as they read now, in runs, and forgets them. */
  async #writeBack(isChosen: (block: number) => boolean): Promise<void> {
    const blocks = [...this.#latest.keys()].filter((block) => isChosen(block)).sort((a, b) => a - b);
    for (let i = 0; i < blocks.length; ) {
      const first = blocks[i] ?? 0;
      const run: Uint8Array[] = [];
      for (; blocks[i] === first + run.length && run.length * this.blockSize < longestRun; i += 1) {
        run.push(this.#latest.get(first + run.length) ?? new Uint8Array(0));
      }
      await this.#device.write(first * this.blockSize, Buffer.concat(run));
    }
    this.#forget(isChosen);
  }

  #forget(isChosen: (block: number) => boolean): void {
    if (this.#log.length === 0) return;
    this.#log = this.#log.filter(({ block }) => !isChosen(block));
    for (const block of [...this.#latest.keys()]) if (isChosen(block)) this.#latest.delete(block);
    this.#dirtyLength = this.#log.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
