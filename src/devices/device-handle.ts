// An open device in the hands of one holder: a block device that lets go of the LUN when it is closed.

import { SessionError } from '../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from '../block/index.ts';
import type { Disk } from '../disk/index.ts';

/** A LUN, held open. All handles of a LUN share one Disk, so that unaligned writes through them never race. */
export class DeviceHandle implements BlockDevice {
  /** The disk underneath: its identity, limits and SCSI operations that a block device does not have. */
  readonly disk: Disk;
  readonly trim?: (offset: number, length: number, options?: BlockRequestOptions) => Promise<void>;
  readonly #release: (handle: DeviceHandle) => void;
  #inFlight = 0;
  #tellIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  /** `release` is called once, when the handle is closed and nothing of it is in flight. @internal */
  constructor(disk: Disk, release: (handle: DeviceHandle) => void) {
    this.disk = disk;
    this.#release = release;
    const { trim } = disk;
    if (trim !== undefined) this.trim = (...request) => this.#during(() => trim(...request));
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

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#begin();
    try {
      await this.disk.read(offset, into, options);
    } finally {
      this.#end();
    }
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    this.#begin();
    try {
      await this.disk.write(offset, from, options);
    } finally {
      this.#end();
    }
  }

  async flush(options?: BlockRequestOptions): Promise<void> {
    await this.#during(() => this.disk.flush(options));
  }

  async zero(offset: number, length: number, options?: BlockWriteOptions): Promise<void> {
    await this.#during(() => this.disk.zero(offset, length, options));
  }

  async extents(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]> {
    return await this.#during(() => this.disk.extents(offset, length, options));
  }

  /** Waits for this handle's requests, then lets go of the device. The LUN itself stays with the session. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #during<T>(work: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    if (this.#closed !== undefined) throw new SessionError('ISCSI_CLOSED', 'The device handle is closed');
    this.#inFlight += 1;
  }

  #end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#tellIdle?.();
  }

  async #close(): Promise<void> {
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#tellIdle = resolve;
      });
    }
    this.#release(this);
  }
}
