// READ CAPACITY (10) and (16) (SBC-4 §5.20, §5.21).

import { putU16, putU32, putU64, u8, u32 } from '../../base/index.ts';
import { longLba } from './cdb.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { dataIn, ended, type Plan } from './plan.ts';
import { condition } from './sense.ts';

const capacity10Length = 8;

/** READ CAPACITY (10): the last LBA, or all ones when it does not fit. */
export function planReadCapacity10(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const isPartial = (u8(cdb, 8) & 0x01) !== 0;
  if (!isPartial && u32(cdb, 2) !== 0) return ended(condition.invalidFieldInCdb);
  const data = new Uint8Array(capacity10Length);
  putU32(data, 0, Math.min(unit.blockCount - 1, 0xffff_ffff));
  putU32(data, 4, unit.blockSize);
  return dataIn(data, capacity10Length);
}

/** READ CAPACITY (16), with what it says of thin provisioning. */
export function planReadCapacity16(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const isPartial = (u8(cdb, 14) & 0x01) !== 0;
  if (!isPartial && longLba(cdb, 2) !== 0) return ended(condition.invalidFieldInCdb);
  const data = new Uint8Array(32);
  putU64(data, 0, BigInt(unit.blockCount - 1));
  putU32(data, 8, unit.blockSize);
  const thin = unit.isThin ? 0x8000 | (unit.unmappedReadsZeros ? 0x4000 : 0) : 0; // LBPME, LBPRZ
  putU16(data, 14, thin);
  return dataIn(data, u32(cdb, 10));
}
