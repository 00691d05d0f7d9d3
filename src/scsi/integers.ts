// 64-bit SCSI fields as safe integers: block addresses and counts never become a bigint outside the codec.

import { putU32, u32 } from '../base/index.ts';

/**
 * Reads a big-endian unsigned 64-bit integer. A value above 2^53-1 is given as 2^53-1: no device that this package can
 * address has such a block, and a comparison against a size comes out the same. The caller has checked the length.
 */
export function u64Saturated(bytes: Uint8Array, at: number): number {
  return Math.min(u32(bytes, at) * 0x1_0000_0000 + u32(bytes, at + 4), Number.MAX_SAFE_INTEGER);
}

/** Writes a safe integer as a big-endian unsigned 64-bit integer. */
export function putSafeU64(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, Math.floor(value / 0x1_0000_0000));
  putU32(bytes, at + 4, value % 0x1_0000_0000);
}
