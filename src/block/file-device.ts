// A block device in a file: regular (dense or sparse) or block special. Node offers no hole punching and no hole search,
// so there is no `trim` and no `extents` here: writing zeros would take up the space that trimming promises to free.

import { type FileHandle, open } from 'node:fs/promises';
import { BlockError, throwIfAborted, UsageError } from '../base/index.ts';
import type { BlockDevice, BlockFeatures, BlockRequestOptions, BlockWriteOptions } from './device.ts';
import { readFully, writeFully } from './file-io.ts';
import { fileSize, resizeNewFile } from './file-size.ts';
import { readOnlyLayer } from './layers/read-only.ts';
import { checkBlockSize, checkRange, checkSize, closedError } from './range.ts';

/** Options of {@link openFileDevice}. */
export interface FileDeviceOptions {
  /** Open without the right to write; false unless given. */
  readonly readOnly?: boolean;
  /** Bytes. An existing regular file must have exactly this size; a block special file at least this size. */
  readonly size?: number;
  /** Make the file when there is none; needs `size`. An existing file is used as it is. */
  readonly create?: boolean;
  /** Whether a file that is made takes up space only where it is written; true unless given. */
  readonly sparse?: boolean;
  /** In bytes; 512 unless given. */
  readonly blockSize?: number;
}

/** One write of zeros; a multiple of every block size that a device can have. */
const zeros: Uint8Array = new Uint8Array(1_048_576);

/**
 * Opens a regular or block special file as a device.
 *
 * @throws BlockError `BLOCK_IO_FAILED` when the file cannot be opened or its size cannot be found out; UsageError
 * `ISCSI_BAD_ARGUMENT` for options that contradict each other or the file.
 */
export async function openFileDevice(path: string, options: FileDeviceOptions = {}): Promise<BlockDevice> {
  const readOnly = options.readOnly ?? false;
  const blockSize = options.blockSize ?? 512;
  checkBlockSize(blockSize);
  if (options.size !== undefined) checkSize(options.size);
  if (options.create === true && (options.size === undefined || readOnly)) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'A file can be made only with a size and with the right to write', {
      argument: 'create',
    });
  }
  const { file, isNew } = await openFile(path, readOnly, options.create ?? false);
  try {
    if (isNew) await resizeNewFile(file, options.size ?? 0, options.sparse ?? true);
    const size = await fileSize(path, file, options.size);
    const device = new FileDevice(path, file, size, blockSize);
    return readOnly ? readOnlyLayer(device) : device;
  } catch (error) {
    await file.close();
    if (error instanceof UsageError) throw error;
    throw ioError(path, 'be sized', error);
  }
}

async function openFile(
  path: string,
  readOnly: boolean,
  create: boolean,
): Promise<{ file: FileHandle; isNew: boolean }> {
  try {
    if (create) {
      const file = await open(path, 'wx+').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
        throw error;
      });
      if (file !== undefined) return { file, isNew: true };
    }
    return { file: await open(path, readOnly ? 'r' : 'r+'), isNew: false };
  } catch (error) {
    throw ioError(path, 'be opened', error);
  }
}

class FileDevice implements BlockDevice {
  readonly size: number;
  readonly blockSize: number;
  readonly readOnly = false;
  readonly features: BlockFeatures = { fua: true, flush: true, trim: false, zero: true, extents: false };
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(path: string, file: FileHandle, size: number, blockSize: number) {
    this.#path = path;
    this.#file = file;
    this.size = size;
    this.blockSize = blockSize;
  }

  async read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void> {
    this.#check(offset, into.length, options);
    await this.#track(this.#readAll(offset, into, options?.signal), 'be read', 'none');
  }

  async write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, from.length, options);
    await this.#track(this.#writeAll(offset, from, options), 'be written', 'unknown');
  }

  async flush(options?: BlockRequestOptions): Promise<void> {
    this.#check(0, 0, options);
    await this.#track(this.#file.datasync(), 'be flushed', 'unknown');
  }

  async zero(offset: number, length: number, options?: BlockWriteOptions): Promise<void> {
    this.#check(offset, length, options);
    await this.#track(this.#zeroAll(offset, length, options), 'be written', 'unknown');
  }

  async close(): Promise<void> {
    this.#closing ??= this.#release();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    await this.#file.close();
  }

  #check(offset: number, length: number, options: BlockRequestOptions | undefined): void {
    if (this.#closing !== undefined) throw closedError();
    throwIfAborted(options?.signal);
    checkRange(this.size, offset, length);
  }

  /** Keeps `work` in sight of `close` and gives a system error our own name. */
  async #track(work: Promise<void>, verb: string, effect: 'none' | 'unknown'): Promise<void> {
    this.#inFlight.add(work);
    try {
      await work;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).syscall === undefined ? error : ioError(this.#path, verb, error, effect);
    } finally {
      this.#inFlight.delete(work);
    }
  }

  async #readAll(offset: number, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const count = await readFully(this.#file.fd, into, offset, signal);
    if (count === into.length) return;
    // The size was taken at opening; a file that someone cut short since has nothing to give here.
    throw ioError(this.#path, 'be read', new Error(`The file ends at ${offset + count}`));
  }

  async #writeAll(offset: number, from: Uint8Array, options: BlockWriteOptions | undefined): Promise<void> {
    await writeFully(this.#file.fd, from, offset, options?.signal);
    if (options?.fua === true) await this.#file.datasync();
  }

  async #zeroAll(offset: number, length: number, options: BlockWriteOptions | undefined): Promise<void> {
    const { fua, ...rest } = options ?? {};
    for (let done = 0; done < length; ) {
      const piece = zeros.subarray(0, Math.min(zeros.length, length - done));
      await this.#writeAll(offset + done, piece, rest);
      done += piece.length;
    }
    if (fua === true) await this.#file.datasync();
  }
}

function ioError(path: string, verb: string, cause: unknown, effect: 'none' | 'unknown' = 'none'): BlockError {
  if (cause instanceof BlockError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BlockError('BLOCK_IO_FAILED', `The file ${path} cannot ${verb}: ${reason}`, { cause, effect });
}
