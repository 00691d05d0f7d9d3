// SYNCHRONIZE CACHE, 10 and 16 bytes (SBC-4): what is in a volatile cache goes to the medium.

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';

/** The fields of a SYNCHRONIZE CACHE CDB. */
export interface SynchronizeCacheCdb {
  readonly lba: number;
  /** How many blocks; 0 means all from `lba` to the end. */
  readonly blocks: number;
  /** Whether the status comes before the blocks are on the medium (IMMED). */
  readonly immed: boolean;
}

const flagImmed = 0x02;

/** Encodes a SYNCHRONIZE CACHE(10) CDB (10 bytes and padding). */
export function encodeSynchronizeCache10Cdb(fields: SynchronizeCacheCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.synchronizeCache10);
  putU8(cdb, 1, fields.immed ? flagImmed : 0);
  putU32(cdb, 2, fields.lba);
  putU16(cdb, 7, fields.blocks);
  return cdb;
}

/** Encodes a SYNCHRONIZE CACHE(16) CDB. */
export function encodeSynchronizeCache16Cdb(fields: SynchronizeCacheCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.synchronizeCache16);
  putU8(cdb, 1, fields.immed ? flagImmed : 0);
  putSafeU64(cdb, 2, fields.lba);
  putU32(cdb, 10, fields.blocks);
  return cdb;
}

/** Decodes a SYNCHRONIZE CACHE(10) CDB of at least 10 bytes. */
export function decodeSynchronizeCache10Cdb(cdb: Uint8Array): SynchronizeCacheCdb {
  return { lba: u32(cdb, 2), blocks: u16(cdb, 7), immed: (u8(cdb, 1) & flagImmed) !== 0 };
}

/** Decodes a SYNCHRONIZE CACHE(16) CDB. */
export function decodeSynchronizeCache16Cdb(cdb: Uint8Array): SynchronizeCacheCdb {
  return { lba: u64Saturated(cdb, 2), blocks: u32(cdb, 10), immed: (u8(cdb, 1) & flagImmed) !== 0 };
}
