// REPORT LUNS (SPC-4): which logical units there are.

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';
import { badData, requireLength } from './response-data.ts';

/** SELECT REPORT: which logical units are reported. */
export const selectReport = { ordinary: 0x00, wellKnown: 0x01, all: 0x02 } as const;

/** The fields of a REPORT LUNS CDB. */
export interface ReportLunsCdb {
  /** One of `selectReport`. */
  readonly selectReport: number;
  /** At least 16, says SPC-4. */
  readonly allocationLength: number;
}

/** A LUN list. */
export interface LunList {
  readonly luns: readonly Lun[];
  /** How many bytes the whole answer has, which is more than came when the allocation length was too small. */
  readonly declaredLength: number;
}

const headerLength = 8;

/** Encodes a REPORT LUNS CDB (12 bytes and padding). */
export function encodeReportLunsCdb(fields: ReportLunsCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.reportLuns);
  putU8(cdb, 2, fields.selectReport);
  putU32(cdb, 6, fields.allocationLength);
  return cdb;
}

/** Decodes a REPORT LUNS CDB of at least 12 bytes. */
export function decodeReportLunsCdb(cdb: Uint8Array): ReportLunsCdb {
  return { selectReport: u8(cdb, 2), allocationLength: u32(cdb, 6) };
}

/** Encodes a LUN list. */
export function encodeLunList(luns: readonly Lun[]): Uint8Array {
  const bytes = new Uint8Array(headerLength + 8 * luns.length);
  putU32(bytes, 0, 8 * luns.length);
  for (const [i, lun] of luns.entries()) putLun(bytes, headerLength + 8 * i, lun);
  return bytes;
}

/**
 * Decodes a LUN list as far as it came. Throws ScsiError SCSI_BAD_DATA when the header is not whole or its length is
 * not a multiple of eight.
 */
export function decodeLunList(bytes: Uint8Array): LunList {
  requireLength(bytes, headerLength, 'the LUN list');
  const listLength = u32(bytes, 0);
  if (listLength % 8 !== 0) throw badData(`a LUN list of ${listLength} bytes is not a multiple of 8`);
  const declaredLength = headerLength + listLength;
  const end = Math.min(bytes.length, declaredLength);
  const luns: Lun[] = [];
  for (let at = headerLength; at + 8 <= end; at += 8) luns.push(readLun(bytes, at));
  return { luns, declaredLength };
}
