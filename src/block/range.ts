// Checks that every device makes before it touches its medium.

import { BlockError, UsageError } from '../base/index.ts';

/** Throws `BLOCK_OUT_OF_RANGE` unless `offset` and `length` lie within `size` bytes. */
export function checkRange(size: number, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length)) {
    if (offset >= 0 && length >= 0 && offset + length <= size) return;
  }
  throw new BlockError('BLOCK_OUT_OF_RANGE', `${length} bytes at ${offset} lie outside of a device of ${size} bytes`, {
    offset,
    length,
  });
}

/** The error for a change to a read-only device. */
export function readOnlyError(offset: number, length: number): BlockError {
  return new BlockError('BLOCK_READ_ONLY', `${length} bytes at ${offset} cannot be changed on a read-only device`, {
    offset,
    length,
  });
}

/** The error for a request to a closed device. */
export function closedError(): BlockError {
  return new BlockError('ISCSI_CLOSED', 'The block device has been closed');
}

/** Throws `ISCSI_BAD_ARGUMENT` unless `size` is a size that a device can have. */
export function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `A device cannot have ${size} bytes`, { argument: 'size' });
}

/** Throws `ISCSI_BAD_ARGUMENT` unless `blockSize` is a power of two from 512 to 64 KiB. */
export function checkBlockSize(blockSize: number): void {
  if (blockSize >= 512 && blockSize <= 65_536 && Number.isInteger(Math.log2(blockSize))) return;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `A device cannot have blocks of ${blockSize} bytes`, {
    argument: 'blockSize',
  });
}
