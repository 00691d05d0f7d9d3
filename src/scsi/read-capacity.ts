// READ CAPACITY(10) and READ CAPACITY(16) (SBC-4): how many blocks of what size.

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode, serviceActionIn16 } from './opcodes.ts';
import { requireLength, zeroExtended } from './response-data.ts';

/** What READ CAPACITY(10) tells. */
export interface Capacity10 {
  /** The last block, or FFFFFFFFh when READ CAPACITY(16) must be asked. */
  readonly lastLba: number;
  /** Bytes in a logical block. */
  readonly blockLength: number;
}

/** What READ CAPACITY(16) tells. */
export interface Capacity16 {
  readonly lastLba: number;
  readonly blockLength: number;
  /** Whether the medium holds protection information (PROT_EN). */
  readonly protEn: boolean;
  /** Protection type less one (P_TYPE), valid when `protEn`. */
  readonly pType: number;
  /** Protection information intervals in a block, as a power of two. */
  readonly pIExponent: number;
  /** Logical blocks in a physical block, as a power of two. */
  readonly physicalBlockExponent: number;
  /** Logical block provisioning management is enabled: blocks can be unmapped (LBPME). */
  readonly lbpme: boolean;
  /** Unmapped blocks read as zeros (LBPRZ). */
  readonly lbprz: boolean;
  /** The first LBA that lies at the start of a physical block. */
  readonly lowestAlignedLba: number;
}

/** The answer of READ CAPACITY(10) that says: too large, ask READ CAPACITY(16). */
export const capacityTooLarge = 0xffff_ffff;

/** The allocation length for the whole READ CAPACITY(16) answer. */
export const capacity16Length = 32;

const capacity10Length = 8;

/** Encodes a READ CAPACITY(10) CDB (10 bytes and padding). */
export function encodeReadCapacity10Cdb(): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.readCapacity10);
  return cdb;
}

/** Encodes a READ CAPACITY(16) CDB. */
export function encodeReadCapacity16Cdb(allocationLength: number = capacity16Length): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.serviceActionIn16);
  putU8(cdb, 1, serviceActionIn16.readCapacity16);
  putU32(cdb, 10, allocationLength);
  return cdb;
}

/** Decodes the only field of a READ CAPACITY(16) CDB of 16 bytes. */
export function decodeReadCapacity16Cdb(cdb: Uint8Array): { readonly allocationLength: number } {
  return { allocationLength: u32(cdb, 10) };
}

/** Encodes READ CAPACITY(10) data; a last LBA that does not fit becomes FFFFFFFFh. */
export function encodeCapacity10(capacity: Capacity10): Uint8Array {
  const bytes = new Uint8Array(capacity10Length);
  putU32(bytes, 0, Math.min(capacity.lastLba, capacityTooLarge));
  putU32(bytes, 4, capacity.blockLength);
  return bytes;
}

/** Decodes READ CAPACITY(10) data. Throws ScsiError SCSI_BAD_DATA when fewer than 8 bytes came. */
export function decodeCapacity10(bytes: Uint8Array): Capacity10 {
  requireLength(bytes, capacity10Length, 'READ CAPACITY(10) data');
  return { lastLba: u32(bytes, 0), blockLength: u32(bytes, 4) };
}

/** Encodes READ CAPACITY(16) data, 32 bytes. */
export function encodeCapacity16(capacity: Capacity16): Uint8Array {
  const bytes = new Uint8Array(capacity16Length);
  putSafeU64(bytes, 0, capacity.lastLba);
  putU32(bytes, 8, capacity.blockLength);
  putU8(bytes, 12, ((capacity.pType & 0x07) << 1) | (capacity.protEn ? 1 : 0));
  putU8(bytes, 13, ((capacity.pIExponent & 0x0f) << 4) | (capacity.physicalBlockExponent & 0x0f));
  const flags = (capacity.lbpme ? 0x8000 : 0) | (capacity.lbprz ? 0x4000 : 0);
  putU16(bytes, 14, flags | (capacity.lowestAlignedLba & 0x3fff));
  return bytes;
}

/**
 * Decodes READ CAPACITY(16) data; a last LBA above 2^53-1 is given as 2^53-1. Throws ScsiError SCSI_BAD_DATA when fewer
 * than the 12 bytes of size came.
 */
export function decodeCapacity16(received: Uint8Array): Capacity16 {
  requireLength(received, 12, 'READ CAPACITY(16) data');
  const bytes = zeroExtended(received, received.length, capacity16Length);
  return {
    lastLba: u64Saturated(bytes, 0),
    blockLength: u32(bytes, 8),
    protEn: (u8(bytes, 12) & 1) !== 0,
    pType: (u8(bytes, 12) >>> 1) & 0x07,
    pIExponent: u8(bytes, 13) >>> 4,
    physicalBlockExponent: u8(bytes, 13) & 0x0f,
    lbpme: (u16(bytes, 14) & 0x8000) !== 0,
    lbprz: (u16(bytes, 14) & 0x4000) !== 0,
    lowestAlignedLba: u16(bytes, 14) & 0x3fff,
  };
}
