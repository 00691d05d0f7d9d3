// Text keys, RFC 7143 §6.1: the data segment of Login and Text PDUs as a list of key=value pairs.
//
//   key=value NUL key=value NUL …    UTF-8; every pair ends with a NUL, the last one too

import { isUtf8 } from 'node:buffer';
import { ProtocolError, UsageError } from '../base/index.ts';

/** A key and its value, both exactly as they stand on the wire. */
export type TextKey = [key: string, value: string];

/**
 * A standard-label (§6.1): a capital letter first, at most 63 characters. `#` is not among the characters that the clause
 * lists, but the RFC's own X#NodeArchitecture has it (§13.26); and its own iSCSIProtocolLevel begins with a small letter
 * (§13.24).
 */
const keyPattern = /^(?:[A-Z][A-Za-z0-9.\-+@_#]{0,62}|iSCSIProtocolLevel)$/;

const nul = 0x00;
const equalSign = 0x3d;

/**
 * Encodes pairs as text, in their order.
 * @throws UsageError ISCSI_BAD_ARGUMENT when a key is not a standard-label, or a value holds a NUL.
 */
export function encodeTextKeys(pairs: Iterable<readonly [string, string]>): Uint8Array {
  let text = '';
  for (const [key, value] of pairs) {
    if (!keyPattern.test(key)) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `The text key ${JSON.stringify(key)} is not a standard-label`, {
        argument: 'key',
      });
    }
    if (value.includes('\0')) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `The value of the text key ${key} holds a NUL`, { argument: key });
    }
    text += `${key}=${value}\0`;
  }
  return new TextEncoder().encode(text);
}

/**
 * Parses text whose continuations have been joined, in the order of the pairs; a key that comes twice is there twice.
 * NULs that end nothing are passed over, so that an empty or padded segment is an empty list. What a value may hold
 * depends on its key and is not looked at.
 * @throws ProtocolError ISCSI_BAD_TEXT when the text is not UTF-8, the last pair has no NUL after it, or a pair has no
 * `=` or a key that is not a standard-label of at most 63 characters.
 */
export function parseTextKeys(bytes: Uint8Array): TextKey[] {
  if (!isUtf8(bytes)) throw badText('Text is not UTF-8', bytes.length);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pairs: TextKey[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf(nul, start);
    if (end < 0) throw badText('The last text key has no NUL after it', start);
    if (end > start) pairs.push(parsePair(text, start, end));
    start = end + 1;
  }
  return pairs;
}

function parsePair(text: Buffer, start: number, end: number): TextKey {
  const equal = text.indexOf(equalSign, start);
  if (equal < 0 || equal >= end) throw badText('A text key has no = after it', start);
  const key = text.toString('utf8', start, equal);
  // A key that is not a label may be anything, a secret too, so that the error tells only where it stands.
  if (!keyPattern.test(key)) throw badText('A text key is not a standard-label of 1 to 63 characters', start);
  return [key, text.toString('utf8', equal + 1, end)];
}

function badText(claim: string, offset: number): ProtocolError {
  return new ProtocolError('ISCSI_BAD_TEXT', `${claim}, at byte ${offset} of the text`, {
    byte: offset,
    clause: 'RFC 7143 §6.1',
  });
}
