// What all data returned by devices have in common: declared lengths that may lie, and text that may hold anything.

import { ScsiError, UsageError, u8 } from '../base/index.ts';

/** Makes the error for data that a command set does not allow. */
export function badData(message: string): ScsiError {
  return new ScsiError('SCSI_BAD_DATA', message);
}

/** Throws SCSI_BAD_DATA when fewer than `length` bytes of `what` came. */
export function requireLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length < length) throw badData(`${what} has ${bytes.length} bytes, fewer than the ${length} of its header`);
}

/**
 * The bytes that count: at most `declared` (what the data say of themselves), at most what came. When that is fewer
 * than `length`, zeros follow, which is what SPC gives fields that an older device does not have.
 */
export function zeroExtended(bytes: Uint8Array, declared: number, length: number): Uint8Array {
  const valid = Math.min(bytes.length, declared);
  if (valid >= length) return bytes.subarray(0, valid);
  const extended = new Uint8Array(length);
  extended.set(bytes.subarray(0, valid));
  return extended;
}

/**
 * The part of `data` that a device returns for an allocation length (SPC-4, ALLOCATION LENGTH field). Length fields
 * inside the data keep telling of the whole.
 */
export function clampToAllocation(data: Uint8Array, allocationLength: number): Uint8Array {
  return data.length <= allocationLength ? data : data.subarray(0, allocationLength);
}

/**
 * Reads an ASCII data field (SPC-4, ASCII data field requirements) without its padding. Bytes outside 20h to 7Eh become
 * `?`, since the text goes to logs and terminals; NULs at the end count as padding, as some devices send them. The
 * caller has checked the length.
 */
export function readAscii(bytes: Uint8Array, at: number, length: number): string {
  let end = at + length;
  while (end > at && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end -= 1;
  let text = '';
  for (let i = at; i < end; i += 1) {
    const code = u8(bytes, i);
    text += code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : '?';
  }
  return text;
}

/**
 * Writes an ASCII data field, left-aligned and padded with spaces. Throws UsageError ISCSI_BAD_ARGUMENT when the text
 * does not fit or is not printable ASCII.
 */
export function putAscii(bytes: Uint8Array, at: number, length: number, text: string, what: string): void {
  if (text.length > length || !/^[\x20-\x7e]*$/.test(text)) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${what} '${text}' is not printable ASCII of at most ${length} bytes`, {
      argument: what,
    });
  }
  bytes.fill(0x20, at, at + length);
  for (let i = 0; i < text.length; i += 1) bytes[at + i] = text.charCodeAt(i);
}
