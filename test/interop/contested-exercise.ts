// Random reads and writes of a disk while its connections are being lost. Some workers have a part of the disk to
// themselves, and must never notice more than a delay; the others contend for a few blocks, where a write whose effect
// is unknown may fail. Every block that is read is held to what the writes so far permit.

import assert from 'node:assert/strict';
import { type BlockDevice, IscsiError } from 'hawser';
import { type Deferred, deferred } from '../../src/base/index.ts';
import { RegisterHistory } from '../support/register-history.ts';
import { randomSource } from './disk-exercise.ts';

/** The registers are blocks: no target promises more than a block to be written as a whole. */
export const unitLength = 512;
/** The longest request, in units. */
const longest = 96;
/** How many units the contending workers share. */
const contended = 160;

export interface ContestedOptions {
  readonly seed: number;
  /** Half of them contend; 8 unless set. */
  readonly workers?: number;
  /** The part of the disk that is used, in bytes, whole blocks; all of it unless set. */
  readonly from?: number;
  readonly length?: number;
}

/** What an exercise has done. */
export interface ContestedCounts {
  readonly reads: number;
  readonly writes: number;
  /** Contested writes that failed with their effect unknown. */
  readonly unknown: number;
}

/** Random I/O under way. */
export interface ContestedExercise {
  readonly counts: ContestedCounts;
  /** Resolves when `requests` more have been finished; rejects with what ends the exercise before. */
  progress(requests: number): Promise<void>;
  /** Ends the I/O, reads all of the part and checks it. Rejects with the first request that failed, or returned what it must not. */
  stop(): Promise<void>;
  /** Checks the part in all bytes of the disk, as somebody has read them since `stop`. */
  check(bytes: Uint8Array, reader: string): void;
}

/** Fills the part, and starts. */
export async function startContested(disk: BlockDevice, options: ContestedOptions): Promise<ContestedExercise> {
  const { from = 0, length = disk.size - from } = options;
  const units = length / unitLength;
  await disk.write(from, pattern(0, 0, units));
  return new Contested(disk, from, units, options);
}

interface Worker {
  readonly first: number;
  readonly count: number;
  readonly isContending: boolean;
  readonly random: () => number;
}

class Contested implements ContestedExercise {
  readonly counts = { reads: 0, writes: 0, unknown: 0 };
  readonly #disk: BlockDevice;
  readonly #from: number;
  readonly #units: number;
  readonly #seed: number;
  readonly #history: RegisterHistory;
  readonly #ending = new AbortController();
  readonly #done: Promise<unknown>;
  readonly #waiting = new Set<{ left: number; readonly reached: Deferred<void> }>();

  constructor(disk: BlockDevice, from: number, units: number, { seed, workers = 8 }: ContestedOptions) {
    this.#disk = disk;
    this.#from = from;
    this.#units = units;
    this.#seed = seed;
    this.#history = new RegisterHistory(units);
    const alone = Math.ceil(workers / 2);
    const share = Math.floor((units - contended) / alone);
    const all = Array.from({ length: workers }, (_, index): Worker => {
      const isContending = index >= alone;
      const random = randomSource(seed * workers + index);
      if (isContending) return { first: 0, count: contended, isContending, random };
      return { first: contended + index * share, count: share, isContending, random };
    });
    this.#done = Promise.all(
      all.map(async (worker) => {
        while (!this.#ending.signal.aborted) await this.#work(worker);
      }),
    );
    // One worker that failed ends them all; `stop` and `progress` tell.
    this.#done.catch(() => {
      this.#ending.abort();
    });
  }

  async progress(requests: number): Promise<void> {
    const waiting = { left: requests, reached: deferred() };
    this.#waiting.add(waiting);
    await Promise.race([waiting.reached.promise, this.#done]);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#done;
    const begun = this.#history.now();
    const bytes = Buffer.alloc(this.#units * unitLength);
    await this.#disk.read(this.#from, bytes);
    this.#checkRead(0, bytes, begun, 'at the end');
  }

  check(bytes: Uint8Array, reader: string): void {
    assert.equal(bytes.length, this.#disk.size);
    const part = bytes.subarray(this.#from, this.#from + this.#units * unitLength);
    this.#checkRead(0, part, this.#history.now(), reader);
  }

  async #work(worker: Worker): Promise<void> {
    const { random, count, first } = worker;
    const length = 1 + Math.floor(random() * longest);
    const at = first + Math.floor(random() * (count - length + 1));
    if (random() < 0.5) await this.#write(at, length, worker.isContending);
    else await this.#read(at, length);
    for (const waiting of this.#waiting) {
      waiting.left -= 1;
      if (waiting.left > 0) continue;
      this.#waiting.delete(waiting);
      waiting.reached.resolve();
    }
  }

  async #write(first: number, length: number, isContending: boolean): Promise<void> {
    const write = this.#history.beginWrite(first, first + length - 1);
    const bytes = pattern(write.value, first, length);
    try {
      await this.#disk.write(this.#from + first * unitLength, bytes);
    } catch (error) {
      const isLost = error instanceof IscsiError && error.code === 'ISCSI_CONNECTION_LOST';
      if (!isContending || !isLost || error.effect !== 'unknown') throw error;
      this.#history.endWrite(write, 'unknown');
      this.counts.unknown += 1;
      return;
    }
    this.#history.endWrite(write, 'done');
    this.counts.writes += 1;
  }

  async #read(first: number, length: number): Promise<void> {
    const into = Buffer.alloc(length * unitLength);
    const begun = this.#history.now();
    await this.#disk.read(this.#from + first * unitLength, into);
    this.#checkRead(first, into, begun, 'a read');
    this.counts.reads += 1;
  }

  #checkRead(first: number, bytes: Uint8Array, begun: number, reader: string): void {
    const context = `${reader}, seed ${this.#seed}`;
    this.#history.endRead(first, valuesIn(bytes, first, context), begun, context);
  }
}

/** Units with a value: each holds nothing but the value and its own number. */
function pattern(value: number, first: number, count: number): Buffer {
  const words = new Uint32Array((count * unitLength) / 4);
  const wordsPerUnit = unitLength / 4;
  words.forEach((_, index) => {
    words[index] = index % 2 === 0 ? value : first + Math.floor(index / wordsPerUnit);
  });
  return Buffer.from(words.buffer);
}

/** The values of units, each of which must hold one value as a whole, and its own number. */
function valuesIn(bytes: Uint8Array, first: number, context: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / unitLength }, (_, index) => {
    const from = index * unitLength;
    const value = view.getUint32(from, true);
    for (let at = from; at < from + unitLength; at += 8) {
      const isWhole = view.getUint32(at, true) === value && view.getUint32(at + 4, true) === first + index;
      assert.ok(isWhole, `${context}: unit ${first + index} is torn or misplaced at byte ${at - from}`);
    }
    return value;
  });
}
