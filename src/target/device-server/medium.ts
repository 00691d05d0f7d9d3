// Commands that read, write and compare blocks (SBC-4 §5).

import { equalBytes, u8 } from '../../base/index.ts';
import { asksForProtection, blockRange, changeProblem, longLba, rangeProblem } from './cdb.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { ended, type Outcome, type Plan } from './plan.ts';
import { condition } from './sense.ts';

/** The most blocks of a COMPARE AND WRITE: its length field has one byte. */
export const maxCompareBlocks = 255;

/** READ (6), (10), (12) and (16). */
export function planRead(unit: LogicalUnit, cdb: Uint8Array): Plan {
  if (asksForProtection(cdb)) return ended(condition.invalidFieldInCdb);
  const range = blockRange(cdb);
  const problem = rangeProblem(unit, range);
  if (problem !== undefined) return ended(problem);
  return { kind: 'read', offset: range.lba * unit.blockSize, length: range.blocks * unit.blockSize };
}

/** WRITE (6), (10), (12), (16) and WRITE AND VERIFY (10), (12), (16). */
export function planWrite(unit: LogicalUnit, cdb: Uint8Array): Plan {
  if (asksForProtection(cdb)) return ended(condition.invalidFieldInCdb);
  const range = blockRange(cdb);
  const problem = changeProblem(unit, range);
  if (problem !== undefined) return ended(problem);
  return dataOutPlan(range.blocks * unit.blockSize, async (data) => {
    // An initiator that expected to send less leaves a part of a block, which is not written: blocks stay whole.
    const whole = data.subarray(0, data.length - (data.length % unit.blockSize));
    await unit.gate.shared(async () => {
      await unit.write(range.lba * unit.blockSize, whole, range.forced);
    });
    return undefined;
  });
}

/** WRITE AND VERIFY: what was written to a device that reported success is taken as verified; BYTCHK asks for a look. */
export function planWriteAndVerify(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const plan = planWrite(unit, cdb);
  const byteCheck = (u8(cdb, 1) >>> 1) & 3;
  if (plan.kind !== 'dataOut' || byteCheck === 0) return plan;
  if (byteCheck !== 1) return ended(condition.invalidFieldInCdb);
  const { lba } = blockRange(cdb);
  return dataOutPlan(plan.length, async (data) => {
    const outcome = await plan.run(data);
    return outcome ?? (await compare(unit, lba * unit.blockSize, data));
  });
}

/** VERIFY (10), (12) and (16) (SBC-4 §5.36): BYTCHK says what to compare with. */
export function planVerify(unit: LogicalUnit, cdb: Uint8Array): Plan {
  if (asksForProtection(cdb)) return ended(condition.invalidFieldInCdb);
  const range = blockRange(cdb);
  const problem = rangeProblem(unit, range);
  if (problem !== undefined) return ended(problem);
  const offset = range.lba * unit.blockSize;
  switch ((u8(cdb, 1) >>> 1) & 3) {
    case 0:
      return ended(undefined);
    case 1:
      return dataOutPlan(range.blocks * unit.blockSize, async (data) => await compare(unit, offset, data));
    case 3: {
      const length = range.blocks === 0 ? 0 : unit.blockSize;
      return dataOutPlan(length, async (block) => {
        for (let i = 0; i < range.blocks; i += 1) {
          const outcome = await compare(unit, offset + i * unit.blockSize, block);
          if (outcome !== undefined) return outcome;
        }
        return undefined;
      });
    }
    default:
      return ended(condition.invalidFieldInCdb);
  }
}

/** COMPARE AND WRITE (SBC-4 §5.3): nothing else touches the medium between its two halves. */
export function planCompareAndWrite(unit: LogicalUnit, cdb: Uint8Array): Plan {
  if (asksForProtection(cdb)) return ended(condition.invalidFieldInCdb);
  const range = { lba: longLba(cdb, 2), blocks: u8(cdb, 13), forced: (u8(cdb, 1) & 0x08) !== 0 };
  const problem = changeProblem(unit, range, maxCompareBlocks);
  if (problem !== undefined) return ended(problem);
  const length = range.blocks * unit.blockSize;
  const offset = range.lba * unit.blockSize;
  return dataOutPlan(2 * length, async (data) => {
    if (data.length < 2 * length) return condition.incorrectAmountOfData;
    return await unit.gate.exclusive(async () => {
      const outcome = await compareWith(unit, offset, data.subarray(0, length));
      if (outcome === undefined) await unit.write(offset, data.subarray(length), range.forced);
      return outcome;
    });
  });
}

/** SYNCHRONIZE CACHE (10) and (16). The whole device is flushed, whatever the range; IMMED is answered when done. */
export function planSynchronizeCache(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const problem = rangeProblem(unit, blockRange(cdb), Number.POSITIVE_INFINITY);
  if (problem !== undefined) return ended(problem);
  return {
    kind: 'noData',
    run: async () => {
      await unit.device.flush();
      return undefined;
    },
  };
}

/** A plan for data from the initiator; a length of 0 needs none. */
export function dataOutPlan(length: number, run: (data: Uint8Array) => Promise<Outcome>): Plan {
  return length === 0 ? ended(undefined) : { kind: 'dataOut', length, run };
}

async function compare(unit: LogicalUnit, offset: number, expected: Uint8Array): Promise<Outcome> {
  return await unit.gate.shared(async () => await compareWith(unit, offset, expected));
}

async function compareWith(unit: LogicalUnit, offset: number, expected: Uint8Array): Promise<Outcome> {
  const actual = Buffer.allocUnsafe(expected.length);
  await unit.device.read(offset, actual);
  if (equalBytes(actual, expected)) return undefined;
  let at = 0;
  while (actual[at] === expected[at]) at += 1;
  // SBC-4 §5.3: INFORMATION is the offset of the first byte that differs.
  return { ...condition.miscompare, information: at };
}
