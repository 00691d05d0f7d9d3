// READ and WRITE, 10 and 16 bytes, and COMPARE AND WRITE (SBC-4).

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';

/** The fields that READ, WRITE and COMPARE AND WRITE share. */
export interface BlockTransfer {
  readonly lba: number;
  /** How many logical blocks; 0 moves nothing. */
  readonly blocks: number;
  /** Disable page out: do not keep the blocks in the cache. */
  readonly dpo: boolean;
  /** Force unit access: past a volatile cache. */
  readonly fua: boolean;
  /** RDPROTECT, WRPROTECT: what to do with protection information. */
  readonly protect: number;
}

/** The largest LBA and block count of the 10-byte forms; COMPARE AND WRITE has a count of 8 bits. */
export const transferLimit = { lba10: 0xffff_ffff, blocks10: 0xffff, blocks16: 0xffff_ffff, compare: 0xff } as const;

const flag = { dpo: 0x10, fua: 0x08 } as const;

/** Encodes a READ(10) CDB (10 bytes and padding); the LBA has 32 bits, the count 16. */
export function encodeRead10Cdb(transfer: BlockTransfer): Uint8Array {
  return encode10(scsiOpcode.read10, transfer);
}

/** Encodes a READ(16) CDB. */
export function encodeRead16Cdb(transfer: BlockTransfer): Uint8Array {
  return encode16(scsiOpcode.read16, transfer);
}

/** Encodes a WRITE(10) CDB (10 bytes and padding); the LBA has 32 bits, the count 16. */
export function encodeWrite10Cdb(transfer: BlockTransfer): Uint8Array {
  return encode10(scsiOpcode.write10, transfer);
}

/** Encodes a WRITE(16) CDB. */
export function encodeWrite16Cdb(transfer: BlockTransfer): Uint8Array {
  return encode16(scsiOpcode.write16, transfer);
}

/** Encodes a COMPARE AND WRITE CDB; at most 255 blocks. The data to compare go before the data to write. */
export function encodeCompareAndWriteCdb(transfer: BlockTransfer): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.compareAndWrite);
  putU8(cdb, 1, flags(transfer));
  putSafeU64(cdb, 2, transfer.lba);
  putU8(cdb, 13, transfer.blocks);
  return cdb;
}

/** Decodes a READ(10) or WRITE(10) CDB of at least 10 bytes. */
export function decodeTransfer10Cdb(cdb: Uint8Array): BlockTransfer {
  return transfer(u8(cdb, 1), u32(cdb, 2), u16(cdb, 7));
}

/** Decodes a READ(16) or WRITE(16) CDB; an LBA above 2^53-1 is given as 2^53-1. */
export function decodeTransfer16Cdb(cdb: Uint8Array): BlockTransfer {
  return transfer(u8(cdb, 1), u64Saturated(cdb, 2), u32(cdb, 10));
}

/** Decodes a COMPARE AND WRITE CDB; an LBA above 2^53-1 is given as 2^53-1. */
export function decodeCompareAndWriteCdb(cdb: Uint8Array): BlockTransfer {
  return transfer(u8(cdb, 1), u64Saturated(cdb, 2), u8(cdb, 13));
}

function encode10(opcode: number, transfer: BlockTransfer): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, opcode);
  putU8(cdb, 1, flags(transfer));
  putU32(cdb, 2, transfer.lba);
  putU16(cdb, 7, transfer.blocks);
  return cdb;
}

function encode16(opcode: number, transfer: BlockTransfer): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, opcode);
  putU8(cdb, 1, flags(transfer));
  putSafeU64(cdb, 2, transfer.lba);
  putU32(cdb, 10, transfer.blocks);
  return cdb;
}

function flags(transfer: BlockTransfer): number {
  return ((transfer.protect & 0x07) << 5) | (transfer.dpo ? flag.dpo : 0) | (transfer.fua ? flag.fua : 0);
}

function transfer(flags: number, lba: number, blocks: number): BlockTransfer {
  return { lba, blocks, dpo: (flags & flag.dpo) !== 0, fua: (flags & flag.fua) !== 0, protect: flags >>> 5 };
}
