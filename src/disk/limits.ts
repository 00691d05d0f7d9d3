// What a disk takes in one command, from Block Limits (VPD page B0h) and from what the opener chose.

import { type BlockLimits, unmapDescriptorLimit } from '../scsi/index.ts';

/** The limits of a disk. Lengths are bytes; 0 means that there is no such command. */
export interface DiskLimits {
  /** Most bytes that one READ or WRITE moves: the smaller of the device's limit and the opener's. */
  readonly maxTransferLength: number;
  /** What the device likes best, or undefined when it does not say. */
  readonly optimalTransferLength: number | undefined;
  /** Most bytes that one UNMAP frees. */
  readonly maxUnmapLength: number;
  /** Most ranges that one UNMAP names. */
  readonly maxUnmapDescriptors: number;
  /** Ranges that are multiples of this length are freed best. */
  readonly unmapGranularity: number;
  /** Most bytes that one WRITE SAME fills. */
  readonly maxWriteSameLength: number;
  /** Most bytes that one COMPARE AND WRITE compares. */
  readonly maxCompareAndWriteLength: number;
}

/**
 * Where a device has a command and gives no limit for it, this many blocks are asked for at a time: enough to make the
 * cost of a command small, few enough that no device is known to refuse them.
 */
const unstatedLimitBlocks = 0xffff;

/** The field for a block count in 16-byte CDBs. */
const longestBlockCount = 0xffff_ffff;

/** @internal */
export function limitsOf(
  reported: BlockLimits | undefined,
  blockSize: number,
  maxTransferLength: number,
  hasUnmap: boolean,
): DiskLimits {
  const chosenBlocks = Math.max(1, Math.floor(maxTransferLength / blockSize));
  const optimalBlocks = reported?.optimalTransferLength ?? 0;
  const unmapBlocks = statedOr(reported?.maximumUnmapLbaCount, unstatedLimitBlocks);
  const unmapDescriptors = statedOr(reported?.maximumUnmapBlockDescriptorCount, unmapDescriptorLimit);
  const writeSameBlocks = statedOr(reported?.maximumWriteSameLength, unstatedLimitBlocks);
  return {
    maxTransferLength: Math.min(statedOr(reported?.maximumTransferLength, chosenBlocks), chosenBlocks) * blockSize,
    optimalTransferLength: optimalBlocks === 0 ? undefined : optimalBlocks * blockSize,
    maxUnmapLength: hasUnmap ? unmapBlocks * blockSize : 0,
    maxUnmapDescriptors: hasUnmap ? Math.min(unmapDescriptors, unmapDescriptorLimit) : 0,
    unmapGranularity: statedOr(reported?.optimalUnmapGranularity, 1) * blockSize,
    maxWriteSameLength: Math.min(writeSameBlocks, longestBlockCount) * blockSize,
    maxCompareAndWriteLength: (reported?.maximumCompareAndWriteLength ?? 0) * blockSize,
  };
}

/** A limit in blocks; devices state 0 where they have none. */
function statedOr(blocks: number | undefined, otherwise: number): number {
  return blocks === undefined || blocks === 0 ? otherwise : blocks;
}
