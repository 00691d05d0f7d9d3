// Reading and writing the values of text keys: numbers, Booleans and binary strings. RFC 7143 §6.1.

import { toHex } from '../base/index.ts';

/** Values that are answers, never proposals (RFC 7143 §6.2). */
export const reservedAnswers: ReadonlySet<string> = new Set(['Reject', 'Irrelevant', 'NotUnderstood']);

const decimalConstant = /^(?:0|[1-9][0-9]*)$/;
const hexConstant = /^0[xX][0-9a-fA-F]+$/;
const base64Constant = /^0[bB](?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads a numerical-value, decimal or hexadecimal. Undefined when the text is neither. A number beyond 2^53 loses its
 * low digits, which no key cares about: all bounds are far lower.
 */
export function parseNumber(text: string): number | undefined {
  return decimalConstant.test(text) || hexConstant.test(text) ? Number(text) : undefined;
}

/** Reads a boolean-value. Undefined when the text is neither `Yes` nor `No`. */
export function parseBoolean(text: string): boolean | undefined {
  if (text === 'Yes') return true;
  return text === 'No' ? false : undefined;
}

/** Writes a value as the text of a key. */
export function formatValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return String(value);
}

/**
 * Reads a binary-value given as hex-constant or base64-constant. Undefined when the text is neither or is longer than
 * `maxLength` bytes. An odd number of hexadecimal digits has its high nibble implied as zero: n digits make
 * (n + 1) / 2 bytes.
 */
export function parseBinary(text: string, maxLength: number): Uint8Array | undefined {
  let bytes: Uint8Array;
  if (hexConstant.test(text)) {
    if (text.length - 2 > maxLength * 2) return undefined;
    const digits = text.slice(2);
    bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  } else if (base64Constant.test(text)) {
    if (text.length - 2 > Math.ceil(maxLength / 3) * 4) return undefined;
    bytes = Buffer.from(text.slice(2), 'base64');
  } else {
    return undefined;
  }
  return bytes.length <= maxLength ? bytes : undefined;
}

/** Writes a binary-value as a hex-constant. */
export function formatBinary(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

/**
 * Reads a 16-bit binary-value (portal group tags, and ports in addresses: RFC 7143 §13.8, §13.9). Undefined when the
 * text is none or the value needs more than 16 bits.
 */
export function parse16Bit(text: string): number | undefined {
  const number = parseNumber(text);
  if (number !== undefined) return number <= 0xffff ? number : undefined;
  const bytes = parseBinary(text, 2);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
