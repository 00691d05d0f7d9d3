// WRITE SAME(16) (SBC-4): one block of data for a range of blocks, or no data and zeros, or unmapping.

import { putU8, putU32, u8, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';

/** The fields of a WRITE SAME(16) CDB. */
export interface WriteSame16Cdb {
  readonly lba: number;
  /** How many blocks; 0 means all to the end, unless Block Limits has WSNZ set. */
  readonly blocks: number;
  /** The device may unmap the blocks instead of writing them. */
  readonly unmap: boolean;
  /** With `unmap`: anchored instead of deallocated. */
  readonly anchor: boolean;
  /** No data-out buffer: the block is zeros and none is sent (NDOB). */
  readonly ndob: boolean;
  /** WRPROTECT. */
  readonly protect: number;
}

const flag = { anchor: 0x10, unmap: 0x08, ndob: 0x01 } as const;

/** Encodes a WRITE SAME(16) CDB. */
export function encodeWriteSame16Cdb(fields: WriteSame16Cdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.writeSame16);
  const bits = (fields.anchor ? flag.anchor : 0) | (fields.unmap ? flag.unmap : 0) | (fields.ndob ? flag.ndob : 0);
  putU8(cdb, 1, ((fields.protect & 0x07) << 5) | bits);
  putSafeU64(cdb, 2, fields.lba);
  putU32(cdb, 10, fields.blocks);
  return cdb;
}

/** Decodes a WRITE SAME(16) CDB; an LBA above 2^53-1 is given as 2^53-1. */
export function decodeWriteSame16Cdb(cdb: Uint8Array): WriteSame16Cdb {
  const bits = u8(cdb, 1);
  return {
    lba: u64Saturated(cdb, 2),
    blocks: u32(cdb, 10),
    unmap: (bits & flag.unmap) !== 0,
    anchor: (bits & flag.anchor) !== 0,
    ndob: (bits & flag.ndob) !== 0,
    protect: bits >>> 5,
  };
}
