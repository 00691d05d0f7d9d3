// A block device in memory. Pages come into being when they are first written, so a device of many GiB costs only what it holds.

import { throwIfAborted } from '../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions, Extent } from './device.ts';
import { checkBlockSize, checkRange, checkSize, closedError } from './range.ts';

/** Options of {@link createMemoryDevice}. */
export interface MemoryDeviceOptions {
  /** In bytes; 512 unless given. */
  readonly blockSize?: number;
}

/** Large enough that a 1 MiB request touches few pages, small enough that scattered writes stay cheap. */
const pageLength = 65_536;

/** The part of a request that falls into one page. */
interface PagePart {
  readonly page: number;
  /** Within the page. */
  readonly start: number;
  readonly end: number;
}

/**
 * Makes a device of `size` bytes that reads as zeros. It holds what is written to it until it is closed.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` for a size or block size that a device cannot have.
 */
export function createMemoryDevice(size: number, options: MemoryDeviceOptions = {}): BlockDevice {
  checkSize(size);
  const blockSize = options.blockSize ?? 512;
  checkBlockSize(blockSize);
  return new MemoryDevice(size, blockSize);
}

class MemoryDevice implements BlockDevice {
  readonly size: number;
  readonly blockSize: number;
  readonly readOnly = false;
  readonly features: BlockFeatures = { fua: true, flush: false, trim: true, zero: true, extents: true };
  readonly #pages = new Map<number, Uint8Array>();
  #isClosed = false;

  constructor(size: number, blockSize: number) {
    this.size = size;
    this.blockSize = blockSize;
  }

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#check(offset, into.length, options);
    let at = 0;
    for (const { page, start, end } of pageParts(offset, into.length)) {
      const bytes = this.#pages.get(page);
      const target = into.subarray(at, at + end - start);
      if (bytes === undefined) target.fill(0);
      else target.set(bytes.subarray(start, end));
      at += end - start;
    }
    await Promise.resolve();
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, from.length, options);
    let at = 0;
    for (const { page, start, end } of pageParts(offset, from.length)) {
      let bytes = this.#pages.get(page);
      if (bytes === undefined) {
        bytes = new Uint8Array(Math.min(pageLength, this.size - page * pageLength));
        this.#pages.set(page, bytes);
      }
      bytes.set(from.subarray(at, at + end - start), start);
      at += end - start;
    }
    await Promise.resolve();
  }

  async flush(options?: BlockRequestOptions): Promise<void> {
    this.#check(0, 0, options);
    await Promise.resolve();
  }

  async trim(offset: number, length: number, options?: BlockRequestOptions): Promise<void> {
    await this.zero(offset, length, options);
  }

  async zero(offset: number, length: number, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, length, options);
    for (const { page, start, end } of pageParts(offset, length)) {
      const bytes = this.#pages.get(page);
      if (bytes === undefined) continue;
      if (end - start === bytes.length) this.#pages.delete(page);
      else bytes.fill(0, start, end);
    }
    await Promise.resolve();
  }

  async extents(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]> {
    this.#check(offset, length, options);
    const found: { offset: number; length: number; kind: 'data' | 'hole' }[] = [];
    for (const { page, start, end } of pageParts(offset, length)) {
      const kind = this.#pages.has(page) ? 'data' : 'hole';
      const last = found.at(-1);
      if (last?.kind === kind) last.length += end - start;
      else found.push({ offset: page * pageLength + start, length: end - start, kind });
    }
    return await Promise.resolve(found);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pages.clear();
    await Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #check(offset: number, length: number, options: BlockRequestOptions | undefined): void {
    if (this.#isClosed) throw closedError();
    throwIfAborted(options?.signal);
    checkRange(this.size, offset, length);
  }
}

function* pageParts(offset: number, length: number): Generator<PagePart> {
  const end = offset + length;
  for (let from = offset; from < end; ) {
    const page = Math.floor(from / pageLength);
    const pageStart = page * pageLength;
    const to = Math.min(end, pageStart + pageLength);
    yield { page, start: from - pageStart, end: to - pageStart };
    from = to;
  }
}
