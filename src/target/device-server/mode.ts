// MODE SENSE and MODE SELECT, 6 and 10 bytes (SPC-4 §6.9 to §6.12).

import { putU8, putU16, putU32, putU64, u8, u16 } from '../../base/index.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { dataOutPlan } from './medium.ts';
import { type ModePage, modePages, pageControl } from './mode-pages.ts';
import { dataIn, ended, type Outcome, type Plan } from './plan.ts';
import { condition } from './sense.ts';

/** MODE SENSE (6) and (10). */
export function planModeSense(unit: LogicalUnit, cdb: Uint8Array): Plan {
  const isLong = u8(cdb, 0) === 0x5a;
  const control = u8(cdb, 2) >>> 6;
  const code = u8(cdb, 2) & 0x3f;
  const subpage = u8(cdb, 3);
  if (control === pageControl.saved) return ended(condition.savingNotSupported);
  const isAll = code === 0x3f && (subpage === 0 || subpage === 0xff);
  const pages = modePages.filter((page) => isAll || (page.code === code && subpage === 0));
  if (pages.length === 0) return ended(condition.invalidFieldInCdb);
  const bodies = pages.map((page) => page.encode(unit, control));
  const hasDescriptor = (u8(cdb, 1) & 0x08) === 0;
  const isLongLba = isLong && (u8(cdb, 1) & 0x10) !== 0;
  const descriptor = hasDescriptor ? blockDescriptor(unit, isLongLba) : new Uint8Array(0);
  const header = isLong ? new Uint8Array(8) : new Uint8Array(4);
  const data = Buffer.concat([header, descriptor, ...bodies]);
  const deviceSpecific = (unit.isWriteProtected ? 0x80 : 0) | 0x10; // WP, DPOFUA
  if (isLong) {
    putU16(data, 0, data.length - 2);
    putU8(data, 3, deviceSpecific);
    putU8(data, 4, isLongLba && hasDescriptor ? 1 : 0);
    putU16(data, 6, descriptor.length);
    return dataIn(data, u16(cdb, 7));
  }
  putU8(data, 0, data.length - 1);
  putU8(data, 2, deviceSpecific);
  putU8(data, 3, descriptor.length);
  return dataIn(data, u8(cdb, 4));
}

/** The mode parameter block descriptor (SBC-4 §6.5.2): how many blocks of which length. */
function blockDescriptor(unit: LogicalUnit, isLong: boolean): Uint8Array {
  if (isLong) {
    const data = new Uint8Array(16);
    putU64(data, 0, BigInt(unit.blockCount));
    putU32(data, 12, unit.blockSize);
    return data;
  }
  const data = new Uint8Array(8);
  putU32(data, 0, Math.min(unit.blockCount, 0xffff_ffff));
  putU32(data, 4, unit.blockSize); // its first byte is reserved, and block sizes stay below 2^24
  return data;
}

/** MODE SELECT (6) and (10). `changed` is called when a page took a new value, which other initiators must hear of. */
export function planModeSelect(unit: LogicalUnit, cdb: Uint8Array, changed: () => void): Plan {
  const isLong = u8(cdb, 0) === 0x55;
  const hasPageFormat = (u8(cdb, 1) & 0x10) !== 0;
  const savesPages = (u8(cdb, 1) & 0x01) !== 0;
  if (!hasPageFormat || savesPages) return ended(condition.invalidFieldInCdb);
  const length = isLong ? u16(cdb, 7) : u8(cdb, 4);
  return dataOutPlan(length, async (list) => {
    const outcome = applyParameterList(unit, list, isLong, changed);
    return await Promise.resolve(outcome);
  });
}

function applyParameterList(unit: LogicalUnit, list: Uint8Array, isLong: boolean, changed: () => void): Outcome {
  const headerLength = isLong ? 8 : 4;
  if (list.length < headerLength) return condition.parameterListLengthError;
  const descriptorLength = isLong ? u16(list, 6) : u8(list, 3);
  const parsed: { page: ModePage; bytes: Uint8Array }[] = [];
  for (let at = headerLength + descriptorLength; at < list.length; ) {
    if (at + 2 > list.length || at + 2 + u8(list, at + 1) > list.length) return condition.parameterListLengthError;
    const bytes = list.subarray(at, at + 2 + u8(list, at + 1));
    const page = modePages.find((each) => each.code === (u8(bytes, 0) & 0x7f));
    if (page === undefined || !changesOnlyWhatMayChange(unit, page, bytes))
      return condition.invalidFieldInParameterList;
    parsed.push({ page, bytes });
    at += bytes.length;
  }
  // All pages are checked before the first takes effect (SPC-4 §6.9.1).
  let isChanged = false;
  for (const { page, bytes } of parsed) isChanged = page.apply(unit, bytes) || isChanged;
  if (isChanged) changed();
  return undefined;
}

function changesOnlyWhatMayChange(unit: LogicalUnit, page: ModePage, bytes: Uint8Array): boolean {
  const current = page.encode(unit, pageControl.current);
  const mask = page.encode(unit, pageControl.changeable);
  if (bytes.length !== current.length) return false;
  for (let i = 2; i < bytes.length; i += 1) {
    if (((u8(bytes, i) ^ u8(current, i)) & ~u8(mask, i)) !== 0) return false;
  }
  return true;
}
