// Commands that unmap blocks, write one block many times and tell what is mapped (SBC-4 §5.8, §5.35, §5.50).

import { putU8, putU32, putU64, u8, u16, u32 } from '../../base/index.ts';
import { asksForProtection, type BlockRange, blockRange, changeProblem, longLba, rangeProblem } from './cdb.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { dataOutPlan } from './medium.ts';
import { dataIn, ended, type Outcome, type Plan } from './plan.ts';
import { condition } from './sense.ts';

/** Limits that the Block Limits page tells (SBC-4 §6.6.4). */
export const provisioningLimits = {
  unmapBlocks: 0x0010_0000,
  unmapDescriptors: 256,
  writeSameBlocks: 0x0000_8000,
} as const;

/** UNMAP (SBC-4 §5.35). */
export function planUnmap(unit: LogicalUnit, cdb: Uint8Array): Plan {
  if (!unit.isThin) return ended(condition.invalidOpcode);
  if ((u8(cdb, 1) & 0x01) !== 0) return ended(condition.invalidFieldInCdb);
  return dataOutPlan(u16(cdb, 7), async (list) => await unmapAll(unit, list));
}

async function unmapAll(unit: LogicalUnit, list: Uint8Array): Promise<Outcome> {
  if (list.length < 8) return condition.parameterListLengthError;
  const length = u16(list, 2);
  if (length + 8 > list.length) return condition.parameterListLengthError;
  const count = Math.floor(length / 16);
  if (count > provisioningLimits.unmapDescriptors) return condition.invalidFieldInParameterList;
  const ranges: BlockRange[] = [];
  let total = 0;
  for (let at = 8; ranges.length < count; at += 16) {
    const range = { lba: longLba(list, at), blocks: u32(list, at + 8), forced: false };
    total += range.blocks;
    ranges.push(range);
  }
  if (total > provisioningLimits.unmapBlocks) return condition.invalidFieldInParameterList;
  for (const range of ranges) {
    const problem = changeProblem(unit, range, Number.POSITIVE_INFINITY);
    if (problem !== undefined) return problem;
  }
  for (const range of ranges) {
    await unit.gate.shared(async () => {
      await unmap(unit, range);
    });
  }
  return undefined;
}

/** `zero` before `trim`: only it promises what LBPRZ says, and a device with both gives space back for either. */
async function unmap(unit: LogicalUnit, range: BlockRange): Promise<void> {
  const offset = range.lba * unit.blockSize;
  const length = range.blocks * unit.blockSize;
  if (unit.device.zero !== undefined) await unit.device.zero(offset, length);
  else await unit.device.trim?.(offset, length);
}

/** WRITE SAME (10) and (16) (SBC-4 §5.50): UNMAP is a permission that is taken up when the block is all zeros. */
export function planWriteSame(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const flags = u8(cdb, 1);
  const isLong = u8(cdb, 0) === 0x93;
  const mayUnmap = (flags & 0x08) !== 0;
  const hasAnchor = (flags & 0x10) !== 0;
  const hasObsolete = (flags & 0x06) !== 0;
  if (asksForProtection(cdb) || hasAnchor || hasObsolete || (mayUnmap && !unit.isThin)) {
    return ended(condition.invalidFieldInCdb);
  }
  const range = blockRange(cdb);
  // WSNZ: the page of limits says that 0, "up to the end", is not taken.
  if (range.blocks === 0) return ended(condition.invalidFieldInCdb);
  const problem = changeProblem(unit, range, provisioningLimits.writeSameBlocks);
  if (problem !== undefined) return ended(problem);
  const hasNoBuffer = isLong && (flags & 0x01) !== 0;
  if (!hasNoBuffer) return dataOutPlan(unit.blockSize, async (block) => await writeSame(unit, range, block));
  return { kind: 'noData', run: async () => await writeSame(unit, range, new Uint8Array(unit.blockSize)) };
}

async function writeSame(unit: LogicalUnit, range: BlockRange, block: Uint8Array): Promise<Outcome> {
  if (block.length < unit.blockSize) return condition.incorrectAmountOfData;
  const start = range.lba * unit.blockSize;
  const length = range.blocks * unit.blockSize;
  await unit.gate.shared(async () => {
    if (unit.device.zero !== undefined && block.every((byte) => byte === 0)) {
      await unit.device.zero(start, length);
      if (!unit.isWriteCacheEnabled) await unit.device.flush();
      return;
    }
    const piece = Buffer.alloc(Math.min(length, Math.max(unit.blockSize, 1_048_576)), block);
    for (let done = 0; done < length; done += piece.length) {
      await unit.write(start + done, piece.subarray(0, Math.min(piece.length, length - done)), false);
    }
  });
  return undefined;
}

/** GET LBA STATUS (SBC-4 §5.8): from the device's extents, or all mapped where it does not know. */
export async function planGetLbaStatus(unit: LogicalUnit, cdb: Uint8Array): Promise<Plan> {
  const lba = longLba(cdb, 2);
  if (lba >= unit.blockCount) return ended(condition.lbaOutOfRange);
  const problem = rangeProblem(unit, { lba, blocks: 0, forced: false });
  if (problem !== undefined) return ended(problem);
  const allocationLength = u32(cdb, 10);
  const runs = await mappedRuns(unit, lba, Math.max(1, Math.floor((allocationLength - 8) / 16)));
  const data = new Uint8Array(8 + runs.length * 16);
  putU32(data, 0, data.length - 4);
  runs.forEach((run, i) => {
    putU64(data, 8 + i * 16, BigInt(run.lba));
    putU32(data, 16 + i * 16, run.blocks);
    putU8(data, 20 + i * 16, run.isMapped ? 0 : 1);
  });
  return dataIn(data, allocationLength);
}

interface MappedRun {
  readonly lba: number;
  blocks: number;
  readonly isMapped: boolean;
}

/** How far one answer looks: extents of a large device would take long to list. */
const statusBlocks = 0x0100_0000;

async function mappedRuns(unit: LogicalUnit, lba: number, limit: number): Promise<MappedRun[]> {
  const blocks = Math.min(unit.blockCount - lba, statusBlocks);
  if (unit.device.extents === undefined) return [{ lba, blocks, isMapped: true }];
  const found: MappedRun[] = [];
  const list = await unit.device.extents(lba * unit.blockSize, blocks * unit.blockSize);
  let next = lba;
  for (const extent of list) {
    // A block that is mapped in part is mapped.
    const isMapped = extent.kind !== 'hole';
    const end = (extent.offset + extent.length) / unit.blockSize;
    const until = isMapped ? Math.ceil(end) : Math.floor(end);
    if (until <= next) continue;
    const last = found.at(-1);
    if (last?.isMapped === isMapped) last.blocks += until - next;
    else if (found.length === limit) break;
    else found.push({ lba: next, blocks: until - next, isMapped });
    next = until;
  }
  return found;
}
