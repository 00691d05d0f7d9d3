// GET LBA STATUS (SBC-4): which blocks are mapped, deallocated or anchored.

import { putU8, putU32, u8, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode, serviceActionIn16 } from './opcodes.ts';
import { badData, requireLength } from './response-data.ts';

/** PROVISIONING STATUS of a range. */
export const provisioningStatus = {
  mapped: 0x0,
  deallocated: 0x1,
  anchored: 0x2,
  mappedOrUnknown: 0x3,
  deallocatedOrUnknown: 0x4,
} as const;

/** The fields of a GET LBA STATUS CDB. */
export interface GetLbaStatusCdb {
  readonly lba: number;
  readonly allocationLength: number;
}

/** The state of a range of blocks. */
export interface LbaStatus {
  readonly lba: number;
  readonly blocks: number;
  /** One of `provisioningStatus`. */
  readonly status: number;
}

const headerLength = 8;
const descriptorLength = 16;

/** Encodes a GET LBA STATUS CDB. */
export function encodeGetLbaStatusCdb(fields: GetLbaStatusCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.serviceActionIn16);
  putU8(cdb, 1, serviceActionIn16.getLbaStatus);
  putSafeU64(cdb, 2, fields.lba);
  putU32(cdb, 10, fields.allocationLength);
  return cdb;
}

/** Decodes a GET LBA STATUS CDB; an LBA above 2^53-1 is given as 2^53-1. */
export function decodeGetLbaStatusCdb(cdb: Uint8Array): GetLbaStatusCdb {
  return { lba: u64Saturated(cdb, 2), allocationLength: u32(cdb, 10) };
}

/** Encodes GET LBA STATUS data. */
export function encodeLbaStatusList(list: readonly LbaStatus[]): Uint8Array {
  const bytes = new Uint8Array(headerLength + descriptorLength * list.length);
  putU32(bytes, 0, bytes.length - 4);
  for (const [i, entry] of list.entries()) {
    const at = headerLength + descriptorLength * i;
    putSafeU64(bytes, at, entry.lba);
    putU32(bytes, at + 8, entry.blocks);
    putU8(bytes, at + 12, entry.status & 0x0f);
  }
  return bytes;
}

/**
 * Decodes GET LBA STATUS data as far as they came. Throws ScsiError SCSI_BAD_DATA when the header is not whole or its
 * length does not fit whole descriptors.
 */
export function decodeLbaStatusList(bytes: Uint8Array): readonly LbaStatus[] {
  requireLength(bytes, headerLength, 'GET LBA STATUS data');
  const declared = u32(bytes, 0) + 4;
  if (declared < headerLength || (declared - headerLength) % descriptorLength !== 0) {
    throw badData(`GET LBA STATUS data announce ${declared} bytes, not a header and whole descriptors`);
  }
  const end = Math.min(bytes.length, declared);
  const list: LbaStatus[] = [];
  for (let at = headerLength; at + descriptorLength <= end; at += descriptorLength) {
    list.push({ lba: u64Saturated(bytes, at), blocks: u32(bytes, at + 8), status: u8(bytes, at + 12) & 0x0f });
  }
  return list;
}
