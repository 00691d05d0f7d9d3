// LUN addresses and REPORT LUNS (SAM-5 §4.7, SPC-4 §6.33).

import { type Lun, putLun, putU32, u8, u32 } from '../../base/index.ts';
import { dataIn, ended, type Plan } from './plan.ts';
import { condition } from './sense.ts';

/** What a LUN field names: a logical unit by number, the REPORT LUNS well-known logical unit, or nothing we have. */
export type LunAddress = number | 'reportLuns' | 'unknown';

/** The REPORT LUNS well-known logical unit: extended addressing, well-known, 1 (SAM-5 §4.7.7.5.1). */
const reportLunsUnit: Lun = { high: 0xc101_0000, low: 0 };

/** Reads a LUN field: peripheral device addressing on bus 0, flat space addressing, or the well-known one. */
export function lunAddress(lun: Lun): LunAddress {
  if (lun.high === reportLunsUnit.high && lun.low === 0) return 'reportLuns';
  if (lun.low !== 0 || (lun.high & 0xffff) !== 0) return 'unknown';
  const first = lun.high >>> 16;
  switch (first >>> 14) {
    case 0:
      return first <= 0xff ? first : 'unknown';
    case 1:
      return first & 0x3fff;
    default:
      return 'unknown';
  }
}

/** The LUN field of a logical unit: peripheral device addressing up to 255, flat space addressing beyond. */
export function lunField(number: number): Lun {
  return { high: (number <= 0xff ? number << 16 : (0x4000 | number) << 16) >>> 0, low: 0 };
}

/** REPORT LUNS, the same on every logical unit and where there is none. */
export function planReportLuns(numbers: readonly number[], cdb: Uint8Array): Plan {
  const units = numbers.map((number) => lunField(number));
  const allocationLength = u32(cdb, 6);
  switch (u8(cdb, 2)) {
    case 0x00:
      return listing(units, allocationLength);
    case 0x01:
      return listing([reportLunsUnit], allocationLength);
    case 0x02:
      return listing([...units, reportLunsUnit], allocationLength);
    default:
      return ended(condition.invalidFieldInCdb);
  }
}

function listing(luns: readonly Lun[], allocationLength: number): Plan {
  const data = new Uint8Array(8 + luns.length * 8);
  putU32(data, 0, luns.length * 8);
  luns.forEach((lun, i) => {
    putLun(data, 8 + i * 8, lun);
  });
  return dataIn(data, allocationLength);
}
