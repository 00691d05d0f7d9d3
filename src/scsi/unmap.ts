// UNMAP (SBC-4): the CDB and its parameter list of block ranges.

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';
import { badData, requireLength } from './response-data.ts';

/** The fields of an UNMAP CDB. */
export interface UnmapCdb {
  /** Whether the blocks become anchored instead of deallocated. */
  readonly anchor: boolean;
  readonly parameterListLength: number;
}

/** A range of logical blocks. */
export interface BlockRange {
  readonly lba: number;
  readonly blocks: number;
}

const headerLength = 8;
const descriptorLength = 16;

/** The largest number of descriptors whose parameter list fits its 16-bit lengths. */
export const unmapDescriptorLimit: number = Math.floor((0xffff - headerLength) / descriptorLength);

/** Encodes an UNMAP CDB (10 bytes and padding). */
export function encodeUnmapCdb(fields: UnmapCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.unmap);
  putU8(cdb, 1, fields.anchor ? 1 : 0);
  putU16(cdb, 7, fields.parameterListLength);
  return cdb;
}

/** Decodes an UNMAP CDB of at least 10 bytes. */
export function decodeUnmapCdb(cdb: Uint8Array): UnmapCdb {
  return { anchor: (u8(cdb, 1) & 1) !== 0, parameterListLength: u16(cdb, 7) };
}

/** Encodes an UNMAP parameter list of at most `unmapDescriptorLimit` ranges. */
export function encodeUnmapList(ranges: readonly BlockRange[]): Uint8Array {
  const descriptors = ranges.length * descriptorLength;
  const bytes = new Uint8Array(headerLength + descriptors);
  putU16(bytes, 0, bytes.length - 2);
  putU16(bytes, 2, descriptors);
  for (const [i, range] of ranges.entries()) {
    const at = headerLength + i * descriptorLength;
    putSafeU64(bytes, at, range.lba);
    putU32(bytes, at + 8, range.blocks);
  }
  return bytes;
}

/**
 * Decodes an UNMAP parameter list. Lengths that are not a multiple of a descriptor lose the odd bytes, as SBC-4
 * says. Throws ScsiError SCSI_BAD_DATA when the header is not whole or its lengths go beyond what came.
 */
export function decodeUnmapList(bytes: Uint8Array): readonly BlockRange[] {
  requireLength(bytes, headerLength, 'the UNMAP parameter list');
  const descriptors = u16(bytes, 2);
  const end = headerLength + descriptors;
  if (end > bytes.length || end > u16(bytes, 0) + 2) {
    throw badData(`an UNMAP parameter list of ${bytes.length} bytes announces ${descriptors} bytes of descriptors`);
  }
  const ranges: BlockRange[] = [];
  for (let at = headerLength; at + descriptorLength <= end; at += descriptorLength) {
    ranges.push({ lba: u64Saturated(bytes, at), blocks: u32(bytes, at + 8) });
  }
  return ranges;
}
