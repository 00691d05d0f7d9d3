// Fields that many CDBs share (SBC-4 §5, SPC-4 §6).

import { u8, u16, u32, u64 } from '../../base/index.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { type CheckCondition, condition } from './sense.ts';

/** A range of logical blocks with the flags that come with it. */
export interface BlockRange {
  readonly lba: number;
  readonly blocks: number;
  /** FUA: past the cache. */
  readonly forced: boolean;
}

/** An LBA of 64 bits. Beyond 2^53 it loses precision, not its being out of range. */
export function longLba(cdb: Uint8Array, at: number): number {
  return Number(u64(cdb, at));
}

/** The LBA and transfer length of a 6, 10, 12 or 16 byte read, write or verify. Length 0 of 6 bytes means 256. */
export function blockRange(cdb: Uint8Array): BlockRange {
  const flags = u8(cdb, 1);
  const forced = (flags & 0x08) !== 0;
  switch (u8(cdb, 0) >>> 5) {
    case 0:
      return { lba: ((flags & 0x1f) << 16) | u16(cdb, 2), blocks: u8(cdb, 4) || 256, forced: false };
    case 4:
      return { lba: longLba(cdb, 2), blocks: u32(cdb, 10), forced };
    case 5:
      return { lba: u32(cdb, 2), blocks: u32(cdb, 6), forced };
    default:
      return { lba: u32(cdb, 2), blocks: u16(cdb, 7), forced };
  }
}

/** The first of the conditions that forbid touching a range of blocks. */
export function rangeProblem(
  unit: LogicalUnit,
  range: BlockRange,
  limitBlocks: number = unit.maxTransferBlocks,
): CheckCondition | undefined {
  if (range.lba + range.blocks > unit.blockCount || range.lba > unit.blockCount) return condition.lbaOutOfRange;
  return range.blocks > limitBlocks ? condition.invalidFieldInCdb : undefined;
}

/** As {@link rangeProblem}, for commands that change the medium. */
export function changeProblem(unit: LogicalUnit, range: BlockRange, limitBlocks?: number): CheckCondition | undefined {
  return rangeProblem(unit, range, limitBlocks) ?? (unit.isWriteProtected ? condition.writeProtected : undefined);
}

/** RDPROTECT, WRPROTECT or VRPROTECT of 10 to 16 byte CDBs: protection information is not supported. */
export function asksForProtection(cdb: Uint8Array): boolean {
  return u8(cdb, 0) >>> 5 !== 0 && (u8(cdb, 1) & 0xe0) !== 0;
}
