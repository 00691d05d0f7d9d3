// The load of a measurement: which blocks are asked for, and the loop that asks. Nothing here allocates for each request
// but what the device itself does; time is looked at once a request.

import type { BlockDevice } from '../block/index.ts';
import type { Latency } from './bench-latency.ts';

/** The kinds of load, by fio's names. */
export const loadKinds = ['read', 'write', 'randread', 'randwrite', 'randrw'] as const;
export type LoadKind = (typeof loadKinds)[number];

/** What a load asks for. */
export interface LoadSettings {
  readonly kind: LoadKind;
  readonly blockSize: number;
  /** Blocks from the start of the device that are used. */
  readonly blockCount: number;
  /** Share of reads in `randrw`, 0 to 1. */
  readonly readShare: number;
  readonly seed: number;
}

/** Random numbers that are the same for the same seed (xorshift128 of Marsaglia, 2003). */
export class SeededRandom {
  #x: number;
  #y = 362_436_069;
  #z = 521_288_629;
  #w = 88_675_123;

  constructor(seed: number) {
    this.#x = (123_456_789 ^ seed) >>> 0;
    for (let round = 0; round < 16; round += 1) this.next(); // small seeds are far apart after this
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    return this.#next32() / 0x1_0000_0000;
  }

  /** An integer from 0 up to, not including, `count`, which may exceed 2^32. */
  below(count: number): number {
    return Math.floor(((this.#next32() >>> 5) * 0x400_0000 + (this.#next32() >>> 6)) * (count / 2 ** 53));
  }

  /** Fills `bytes`, whose length is a multiple of 4. */
  fill(bytes: Uint8Array): void {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    for (let index = 0; index < words.length; index += 1) words[index] = this.#next32();
  }

  #next32(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = (this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return this.#w;
  }
}

/** The sequence of requests of a load, shared by everybody who sends them. */
export class AccessPattern {
  readonly #settings: LoadSettings;
  readonly #random: SeededRandom;
  readonly #isRandom: boolean;
  #next = 0;

  constructor(settings: LoadSettings) {
    this.#settings = settings;
    this.#random = new SeededRandom(settings.seed);
    this.#isRandom = settings.kind.startsWith('rand');
  }

  /** The offset of the next request in bytes. */
  nextOffset(): number {
    const { blockCount, blockSize } = this.#settings;
    if (this.#isRandom) return this.#random.below(blockCount) * blockSize;
    const block = this.#next;
    this.#next = block + 1 === blockCount ? 0 : block + 1;
    return block * blockSize;
  }

  /** Whether the next request reads. */
  nextReads(): boolean {
    const { kind, readShare } = this.#settings;
    if (kind === 'randrw') return this.#random.next() < readShare;
    return kind === 'read' || kind === 'randread';
  }
}

/** What a load has done. */
export interface LoadCount {
  reads: number;
  writes: number;
}

/** A load under way. */
export interface LoadRun {
  readonly device: BlockDevice;
  readonly pattern: AccessPattern;
  readonly latency: Latency;
  readonly count: LoadCount;
  /** When to stop, on the clock of `now`. */
  readonly deadlineMs: number;
  readonly now: () => number;
  /** Aborted to stop before that. */
  readonly signal: AbortSignal;
}

/** Keeps one request in flight until the deadline. Rejects with the first failure. */
export async function keepBusy(run: LoadRun, buffer: Uint8Array): Promise<void> {
  const { device, pattern, latency, count, deadlineMs, now, signal } = run;
  let started = now();
  while (started < deadlineMs && !signal.aborted) {
    const offset = pattern.nextOffset();
    if (pattern.nextReads()) {
      await device.read(offset, buffer);
      count.reads += 1;
    } else {
      await device.write(offset, buffer);
      count.writes += 1;
    }
    const ended = now();
    latency.record(ended - started);
    started = ended;
  }
}
