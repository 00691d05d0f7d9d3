// An open device in the hands of one holder: a block device that lets go of the LUN when it is closed.

import { BlockError, type Deferred, deferred, IscsiError, SessionError } from '../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from '../block/index.ts';
import type { Disk, FlushOptions, LossCursor } from '../disk/index.ts';
import { WriteStake } from './write-stake.ts';

/** A range of bytes that a request changes. */
export interface ChangedRange {
  readonly offset: number;
  readonly length: number;
}

/** A LUN, held open. All handles of a LUN share one Disk, so that unaligned writes through them never race. */
export class DeviceHandle implements BlockDevice {
  /**
   * The disk underneath: what is known of it. Requests made on it directly are nobody's: a removal does not wait for them,
   * and they tell of losses to whoever asks first.
   */
  readonly disk: Disk;
  readonly trim?: (offset: number, length: number, options?: BlockRequestOptions) => Promise<void>;
  readonly #events: HandleEvents;
  readonly #stake: WriteStake;
  readonly #changes = new Set<ChangedRange>();
  readonly #unknown: ChangedRange[] = [];
  #inFlight = 0;
  #idle: Deferred<void> | undefined;
  #closed: Promise<void> | undefined;
  #isWatched = false;

  /** @internal */
  constructor(disk: Disk, events: HandleEvents, left?: LossCursor) {
    this.disk = disk;
    this.#events = events;
    this.#stake = new WriteStake(disk, left);
    const { trim } = disk;
    if (trim !== undefined) {
      this.trim = (offset, length, options) => this.#changing(offset, length, () => trim(offset, length, options));
    }
  }

  get size(): number {
    return this.disk.size;
  }

  get blockSize(): number {
    return this.disk.blockSize;
  }

  get readOnly(): boolean {
    return this.disk.readOnly;
  }

  get features(): BlockFeatures {
    return this.disk.features;
  }

  /** Whether a change is under way, which a flush now need not cover. @internal */
  get isChanging(): boolean {
    return this.#changes.size > 0;
  }

  /** How far its holder was told of lost writes, as long as it has something to lose; see `Disk.flush`. @internal */
  get lossCursor(): LossCursor | undefined {
    return this.#stake.cursor;
  }

  /** What changes of this handle are under way, and those since `watchChanges` of which nobody knows what became. @internal */
  get unknownChanges(): ChangedRange[] {
    return [...this.#unknown, ...this.#changes];
  }

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#begin();
    try {
      await this.disk.read(offset, into, options);
    } catch (error) {
      this.#events.failed(error);
      throw error;
    } finally {
      this.#end();
    }
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    const change = this.#beginChange(offset, from.length, options?.fua === true);
    try {
      await this.disk.write(offset, from, options);
    } catch (error) {
      this.#failed(change, error);
      throw error;
    } finally {
      this.#endChange(change);
    }
  }

  /**
   * Settles when every write of anybody that had settled before is on stable storage. Each holder whose writes the device
   * may have lost is told so once, by its own flush: BlockError BLOCK_WRITES_LOST.
   */
  async flush(options?: BlockRequestOptions): Promise<void> {
    this.#begin();
    const claim = this.#stake.claim(this.isChanging);
    const { cursor } = claim;
    try {
      await this.#events.flush(cursor === undefined ? options : { ...options, cursor });
      this.#stake.settle(claim);
    } catch (error) {
      if (error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST') this.#stake.settle(claim);
      this.#events.failed(error);
      throw error;
    } finally {
      this.#end();
    }
  }

  async zero(offset: number, length: number, options?: BlockWriteOptions): Promise<void> {
    const isStable = options?.fua === true;
    await this.#changing(offset, length, () => this.disk.zero(offset, length, options), isStable);
  }

  /** Writes where the blocks from `lba` on hold what is expected, as one step; see Disk.compareAndWrite. */
  async compareAndWrite(
    lba: number,
    expected: Uint8Array,
    replacement: Uint8Array,
    options?: BlockWriteOptions,
  ): Promise<void> {
    const work = (): Promise<void> => this.disk.compareAndWrite(lba, expected, replacement, options);
    await this.#changing(lba * this.blockSize, expected.length, work, options?.fua === true);
  }

  async extents(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]> {
    this.#begin();
    try {
      return await this.disk.extents(offset, length, options);
    } catch (error) {
      this.#events.failed(error);
      throw error;
    } finally {
      this.#end();
    }
  }

  /** Waits for this handle's requests, then lets go of the device. The LUN itself stays with the session. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes the handle in its holder's place. @internal */
  async revoke(): Promise<void> {
    const closed = this.close();
    await this.settle();
    await closed;
  }

  /** From here on changes of unknown effect are noted: the device is about to go, or has gone. @internal */
  watchChanges(): void {
    this.#isWatched = true;
  }

  /** Waits until nothing is in flight, and notes changes of unknown effect. @internal */
  async settle(): Promise<void> {
    this.watchChanges();
    if (this.#inFlight === 0) return;
    this.#idle ??= deferred();
    await this.#idle.promise;
  }

  async #changing(offset: number, length: number, work: () => Promise<void>, isStable = false): Promise<void> {
    const change = this.#beginChange(offset, length, isStable);
    try {
      await work();
    } catch (error) {
      this.#failed(change, error);
      throw error;
    } finally {
      this.#endChange(change);
    }
  }

  #beginChange(offset: number, length: number, isStable: boolean): ChangedRange {
    this.#begin();
    if (!isStable) this.#stake.changes();
    const change = { offset, length };
    this.#changes.add(change);
    return change;
  }

  #endChange(change: ChangedRange): void {
    this.#changes.delete(change);
    this.#end();
  }

  #failed(change: ChangedRange, error: unknown): void {
    const isHarmless = error instanceof IscsiError && error.effect === 'none';
    if (this.#isWatched && !isHarmless) this.#unknown.push(change);
    this.#events.failed(error);
  }

  #begin(): void {
    if (this.#closed !== undefined) throw new SessionError('ISCSI_CLOSED', 'The device handle is closed');
    this.#inFlight += 1;
  }

  #end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  async #close(): Promise<void> {
    if (this.#inFlight > 0) {
      this.#idle ??= deferred();
      await this.#idle.promise;
    }
    this.#events.released();
  }
}

/** What a handle tells its device. @internal */
export interface HandleEvents {
  /** Called once, when the handle is closed and nothing of it is in flight. */
  released(): void;
  /** A request failed: the device looks whether its LUN is still there. */
  failed(error: unknown): void;
  /** Flushes the disk and remembers what has been flushed. */
  flush(options: FlushOptions | undefined): Promise<void>;
}
