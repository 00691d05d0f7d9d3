// A layer whose size can be changed while it is in use. What it grows by lives in memory. Made for tests.

import { throwIfAborted } from '../../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from '../device.ts';
import { createMemoryDevice } from '../memory-device.ts';
import { checkRange, checkSize, closedError } from '../range.ts';

/** A device that can be resized. */
export interface ResizableDevice extends BlockDevice {
  /** Takes another size in bytes. What lies beyond a smaller one is kept, and there again when the device grows. */
  resize(size: number): void;
}

/** More than any device has: the memory behind it is taken up only where something is written. */
const tailSize = 2 ** 50;

/** Makes a view of `device` that can be resized. The view takes the device over. */
export function resizableLayer(device: BlockDevice): ResizableDevice {
  return new ResizableLayer(device);
}

/** A part of a request that lies in one of the two devices. */
interface Part {
  readonly device: BlockDevice;
  /** Within the device. */
  readonly offset: number;
  /** Within the request. */
  readonly at: number;
  readonly length: number;
}

class ResizableLayer implements ResizableDevice {
  readonly blockSize: number;
  readonly readOnly: boolean;
  readonly features: BlockFeatures;
  trim?: NonNullable<BlockDevice['trim']>;
  zero?: NonNullable<BlockDevice['zero']>;
  extents?: NonNullable<BlockDevice['extents']>;
  readonly #device: BlockDevice;
  readonly #tail = createMemoryDevice(tailSize);
  #size: number;
  #isClosed = false;

  constructor(device: BlockDevice) {
    this.#device = device;
    this.#size = device.size;
    this.blockSize = device.blockSize;
    this.readOnly = device.readOnly;
    this.features = device.features;
    if (device.trim !== undefined)
      this.trim = this.#discarder(async (part) => await part.device.trim?.(part.offset, part.length));
    if (device.zero !== undefined)
      this.zero = this.#discarder(async (part) => await part.device.zero?.(part.offset, part.length));
    if (device.extents !== undefined)
      this.extents = async (offset, length, options) => await this.#extents(offset, length, options);
  }

  get size(): number {
    return this.#size;
  }

  resize(size: number): void {
    checkSize(size);
    this.#size = size;
  }

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#check(offset, into.length, options);
    for (const part of this.#parts(offset, into.length)) {
      await part.device.read(part.offset, into.subarray(part.at, part.at + part.length), options);
    }
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, from.length, options);
    for (const part of this.#parts(offset, from.length)) {
      await part.device.write(part.offset, from.subarray(part.at, part.at + part.length), options);
    }
  }

  async flush(options?: BlockRequestOptions): Promise<void> {
    this.#check(0, 0, options);
    await this.#device.flush(options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#device.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #discarder(
    discard: (part: Part) => Promise<void>,
  ): (offset: number, length: number, options?: BlockRequestOptions) => Promise<void> {
    return async (offset, length, options) => {
      this.#check(offset, length, options);
      for (const part of this.#parts(offset, length)) await discard(part);
    };
  }

  async #extents(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]> {
    this.#check(offset, length, options);
    const found: Extent[] = [];
    for (const part of this.#parts(offset, length)) {
      const shift = offset + part.at - part.offset;
      const runs = (await part.device.extents?.(part.offset, part.length, options)) ?? [];
      found.push(...runs.map((run) => ({ ...run, offset: run.offset + shift })));
    }
    return found;
  }

  #check(offset: number, length: number, options: BlockRequestOptions | undefined): void {
    if (this.#isClosed) throw closedError();
    throwIfAborted(options?.signal);
    checkRange(this.#size, offset, length);
  }

  /** An empty request has one part all the same, so that the device has its say. */
  #parts(offset: number, length: number): Part[] {
    const border = this.#device.size;
    const before = Math.max(0, Math.min(length, border - offset));
    const parts: Part[] = [];
    if (before > 0 || length === 0)
      parts.push({ device: this.#device, offset: Math.min(offset, border), at: 0, length: before });
    if (length > before) {
      parts.push({ device: this.#tail, offset: offset + before - border, at: before, length: length - before });
    }
    return parts;
  }
}
