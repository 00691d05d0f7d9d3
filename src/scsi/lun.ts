// Logical unit addressing (SAM-5 §4.7): what the eight bytes of a LUN field mean.
//
//   byte 0 bits 7-6   method                    what follows
//   00b               peripheral device         bus (6 bits), target or LUN (8 bits)
//   01b               flat space                LUN (14 bits)
//   10b               logical unit              target (6 bits), bus (3 bits), LUN (5 bits)
//   11b               extended logical unit     length (2 bits), extended method (4 bits), 1, 3, 5 or 7 bytes
//
// The first two bytes are the first level; where a level names a device behind another one, the next two bytes follow.

import {
  type Lun,
  putLun,
  putU8,
  putU16,
  putU24,
  putU32,
  readLun,
  UsageError,
  u8,
  u16,
  u24,
  u32,
} from '../base/index.ts';

/** What one level of a LUN field addresses. */
export type LunAddress =
  | { readonly method: 'peripheral'; readonly bus: number; readonly lun: number }
  | { readonly method: 'flat'; readonly lun: number }
  | { readonly method: 'logicalUnit'; readonly target: number; readonly bus: number; readonly lun: number }
  | { readonly method: 'wellKnown'; readonly lun: number }
  | { readonly method: 'extendedFlat'; readonly lun: number }
  | { readonly method: 'longExtendedFlat'; readonly lun: number }
  | { readonly method: 'notSpecified' }
  | { readonly method: 'other'; readonly extendedMethod: number; readonly addressLength: number };

/** The well known logical units (SPC-4); each has its LUN field `C1h xxh`. */
export const wellKnownLun = { reportLuns: 0x01, accessControls: 0x02, targetLogPages: 0x03 } as const;

const flatLimit = 0x4000;
const extendedFlatLimit = 0x100_0000;
const longExtendedFlatLimit = 0x100_0000_0000;

/**
 * The LUN field of a single-level logical unit number: below 256 peripheral addressing on bus 0, below 16384 flat
 * space, below 2^24 extended flat space, below 2^40 long extended flat space addressing. Throws UsageError
 * ISCSI_BAD_ARGUMENT for anything else.
 */
export function lunFromNumber(number: number): Lun {
  if (!Number.isInteger(number) || number < 0 || number >= longExtendedFlatLimit) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `LUN ${number} is not an integer from 0 to 2^40-1`, { argument: 'lun' });
  }
  if (number < 0x100) return encodeLunAddress({ method: 'peripheral', bus: 0, lun: number });
  if (number < flatLimit) return encodeLunAddress({ method: 'flat', lun: number });
  if (number < extendedFlatLimit) return encodeLunAddress({ method: 'extendedFlat', lun: number });
  return encodeLunAddress({ method: 'longExtendedFlat', lun: number });
}

/**
 * The number of a single-level LUN field, or undefined where one number cannot tell it: a bus other than 0, several
 * levels, a well known logical unit. Two different fields may have one number (a target is free to report LUN 5 in flat
 * space), so commands go to the field that was reported, not to the number.
 */
export function lunToNumber(lun: Lun): number | undefined {
  const levels = decodeLun(lun);
  const [first] = levels;
  if (first === undefined || levels.length > 1) return undefined;
  switch (first.method) {
    case 'peripheral':
      return first.bus === 0 ? first.lun : undefined;
    case 'flat':
    case 'extendedFlat':
    case 'longExtendedFlat':
      return first.lun;
    case 'logicalUnit':
    case 'wellKnown':
    case 'notSpecified':
    case 'other':
      return undefined;
  }
}

/** Formats a LUN field: its number where it has one, else `0x` and its 16 hexadecimal digits. */
export function lunToString(lun: Lun): string {
  const number = lunToNumber(lun);
  if (number !== undefined) return number.toString();
  return `0x${lun.high.toString(16).padStart(8, '0')}${lun.low.toString(16).padStart(8, '0')}`;
}

/** The LUN field of a single-level address. `other` cannot be encoded and throws UsageError ISCSI_BAD_ARGUMENT. */
export function encodeLunAddress(address: LunAddress): Lun {
  const bytes = new Uint8Array(8);
  switch (address.method) {
    case 'peripheral':
      putU16(bytes, 0, ((address.bus & 0x3f) << 8) | (address.lun & 0xff));
      break;
    case 'flat':
      putU16(bytes, 0, 0x4000 | (address.lun & 0x3fff));
      break;
    case 'logicalUnit':
      putU16(bytes, 0, 0x8000 | ((address.target & 0x3f) << 8) | ((address.bus & 0x07) << 5) | (address.lun & 0x1f));
      break;
    case 'wellKnown':
      putU16(bytes, 0, 0xc100 | (address.lun & 0xff));
      break;
    case 'extendedFlat':
      putU8(bytes, 0, 0xd2);
      putU24(bytes, 1, address.lun);
      break;
    case 'longExtendedFlat':
      putU8(bytes, 0, 0xe2);
      putU8(bytes, 1, Math.floor(address.lun / 0x1_0000_0000));
      putU32(bytes, 2, address.lun % 0x1_0000_0000);
      break;
    case 'notSpecified':
      bytes.fill(0xff);
      break;
    case 'other':
      throw new UsageError('ISCSI_BAD_ARGUMENT', 'a LUN of another addressing method cannot be encoded', {
        argument: 'lun',
      });
  }
  return readLun(bytes, 0);
}

/**
 * The levels of a LUN field, first level first; never empty. By SAM-5 only peripheral addressing of a bus leads to a next
 * level, but bytes behind another two-byte address are shown as levels too, so that a field which no number can stand
 * for is not taken for one that has a number.
 */
export function decodeLun(lun: Lun): readonly LunAddress[] {
  const bytes = new Uint8Array(8);
  putLun(bytes, 0, lun);
  const levels: LunAddress[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    const address = decodeLevel(bytes, at);
    levels.push(address);
    const isExtended = u8(bytes, at) >= 0xc0;
    if (isExtended || bytes.subarray(at + 2).every((byte) => byte === 0)) break;
  }
  return levels;
}

function decodeLevel(bytes: Uint8Array, at: number): LunAddress {
  const first = u16(bytes, at);
  switch (first >>> 14) {
    case 0:
      return { method: 'peripheral', bus: first >>> 8, lun: first & 0xff };
    case 1:
      return { method: 'flat', lun: first & 0x3fff };
    case 2:
      return { method: 'logicalUnit', target: (first >>> 8) & 0x3f, bus: (first >>> 5) & 0x07, lun: first & 0x1f };
    default:
      return decodeExtended(bytes, at);
  }
}

/** Extended logical unit addressing (SAM-5 §4.7): byte 0 bits 5-4 length, bits 3-0 extended address method. */
function decodeExtended(bytes: Uint8Array, at: number): LunAddress {
  const head = u8(bytes, at);
  const addressLength = ((head >>> 4) & 0x03) * 2 + 1;
  const end = at + 1 + addressLength;
  if (end <= bytes.length && bytes.subarray(end).every((byte) => byte === 0)) {
    if (head === 0xc1) return { method: 'wellKnown', lun: u8(bytes, at + 1) };
    if (head === 0xd2) return { method: 'extendedFlat', lun: u24(bytes, at + 1) };
    if (head === 0xe2) {
      return { method: 'longExtendedFlat', lun: u8(bytes, at + 1) * 0x1_0000_0000 + u32(bytes, at + 2) };
    }
    if (head === 0xff) return { method: 'notSpecified' };
  }
  return { method: 'other', extendedMethod: head & 0x0f, addressLength };
}
