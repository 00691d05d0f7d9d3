// The 64-bit logical unit number field, as two halves: it is a PDU field (RFC 7143 §11.2.1.6) and a SCSI structure
// (SAM-5 §4.7), so it lives below both.

import { putU32, u32 } from './bytes.ts';

/** The eight bytes of a LUN field: `high` is bytes 0 to 3, `low` bytes 4 to 7, each big-endian. */
export interface Lun {
  readonly high: number;
  readonly low: number;
}

/** LUN 0, and what a LUN field holds where it is reserved. */
export const lunZero: Lun = { high: 0, low: 0 };

/** Reads the 8 bytes at `at`. The caller has checked the length. */
export function readLun(bytes: Uint8Array, at: number): Lun {
  return { high: u32(bytes, at), low: u32(bytes, at + 4) };
}

/** Writes the 8 bytes at `at`. */
export function putLun(bytes: Uint8Array, at: number, lun: Lun): void {
  putU32(bytes, at, lun.high);
  putU32(bytes, at + 4, lun.low);
}

/** Whether two LUN fields are the same. */
export function equalLun(a: Lun, b: Lun): boolean {
  return a.high === b.high && a.low === b.low;
}
