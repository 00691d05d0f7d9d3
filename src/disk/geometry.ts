// Where blocks lie: the capacity of a logical unit, checked to be one that byte offsets can address.

import { ScsiError } from '../base/index.ts';

/** The size of a logical unit. */
export interface Geometry {
  /** Bytes in a logical block: a power of two from 512 to 65536. */
  readonly blockSize: number;
  /** How many logical blocks there are. */
  readonly blockCount: number;
}

/**
 * Makes a geometry of what READ CAPACITY told. Throws ScsiError SCSI_UNSUPPORTED for blocks of another size than a
 * power of two from 512 to 65536 bytes, and for a device of more than 2^53-1 bytes.
 */
export function geometryOf(lastLba: number, blockLength: number): Geometry {
  const isPowerOfTwo = blockLength > 0 && Number.isInteger(Math.log2(blockLength));
  if (!isPowerOfTwo || blockLength < 512 || blockLength > 65_536) {
    throw new ScsiError('SCSI_UNSUPPORTED', `the device has blocks of ${blockLength} bytes`);
  }
  const blockCount = lastLba + 1;
  if (!Number.isSafeInteger(blockCount * blockLength)) {
    throw new ScsiError('SCSI_UNSUPPORTED', `the device has ${blockCount} blocks of ${blockLength} bytes, over 2^53-1`);
  }
  return { blockSize: blockLength, blockCount };
}

/** The newer of two geometries of one disk. Throws ScsiError SCSI_UNSUPPORTED when their blocks differ in size. */
export function sameBlocks(old: Geometry, now: Geometry): Geometry {
  if (old.blockSize === now.blockSize) return now;
  throw new ScsiError(
    'SCSI_UNSUPPORTED',
    `the blocks of the device changed from ${old.blockSize} to ${now.blockSize} bytes`,
  );
}
