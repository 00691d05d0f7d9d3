// Attributes: tag, length, value (RFC 4171 §5.3).
//
//    0..3 tag · 4..7 length of the value with its padding · 8.. value, padded with zeros to 4 bytes

import { IsnsError, putU32, putU64, UsageError, u32, u64 } from '../../base/index.ts';
import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import { layoutOf, tag } from './tag.ts';

const headerLength = 8;

/** Text, address literal, number, time in seconds since 1970, or bytes, by the attribute's layout; undefined for no value. */
export type AttributeValue = string | number | Uint8Array | undefined;

/** One attribute of an object. */
export interface IsnsAttribute {
  readonly tag: number;
  readonly value: AttributeValue;
}

/** What stands between the key of a message and its operating attributes (§5.6.3). */
export const delimiter: IsnsAttribute = { tag: tag.delimiter, value: undefined };

/** Encodes attributes one behind the other. Throws UsageError ISCSI_BAD_ARGUMENT for a value that its layout does not hold. */
export function encodeAttributes(attributes: readonly IsnsAttribute[]): Uint8Array {
  const values = attributes.map((attribute) => encodeValue(attribute));
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + headerLength + value.length, 0));
  let at = 0;
  for (const [index, value] of values.entries()) {
    putU32(bytes, at, attributes[index]?.tag ?? 0);
    putU32(bytes, at + 4, value.length);
    bytes.set(value, at + headerLength);
    at += headerLength + value.length;
  }
  return bytes;
}

/** Decodes all attributes of a payload from `start` on. Throws IsnsError ISNS_BAD_ANSWER for bytes that are none. */
export function decodeAttributes(bytes: Uint8Array, start = 0): IsnsAttribute[] {
  const attributes: IsnsAttribute[] = [];
  let at = start;
  while (at < bytes.length) {
    if (bytes.length - at < headerLength) throw bad(`An attribute ends in its header, ${bytes.length - at} bytes long`);
    const attributeTag = u32(bytes, at);
    const length = u32(bytes, at + 4);
    at += headerLength;
    if (length > bytes.length - at)
      throw bad(`Attribute ${attributeTag} has ${length} bytes, and ${bytes.length - at} are left`);
    if (length % 4 !== 0) throw bad(`Attribute ${attributeTag} has ${length} bytes, not a multiple of 4`);
    attributes.push({ tag: attributeTag, value: decodeValue(attributeTag, bytes.subarray(at, at + length)) });
    at += length;
  }
  return attributes;
}

function encodeValue({ tag: attributeTag, value }: IsnsAttribute): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  const layout = layoutOf(attributeTag);
  if (typeof layout === 'object') {
    if (typeof value === 'string' && !value.includes('\0')) return encodeText(attributeTag, value, layout.textLength);
  } else if (layout === 'bytes') {
    if (value instanceof Uint8Array && value.length % 4 === 0) return value;
  } else if (layout === 'address') {
    const address = typeof value === 'string' ? parseIpAddress(value) : undefined;
    if (address !== undefined) return address;
  } else if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    const bytes = new Uint8Array(layout === 'time' ? 8 : 4);
    if (layout === 'time') putU64(bytes, 0, BigInt(value));
    else putU32(bytes, 0, value);
    if (layout === 'time' || value <= 0xffff_ffff) return bytes;
  }
  throw unfit(attributeTag, String(value));
}

function encodeText(attributeTag: number, value: string, longest: number): Uint8Array {
  const encoded = Buffer.from(value);
  const length = padded(encoded.length + 1); // the NUL belongs to the value
  if (length > longest) throw unfit(attributeTag, value);
  const bytes = new Uint8Array(length);
  bytes.set(encoded);
  return bytes;
}

function decodeValue(attributeTag: number, bytes: Uint8Array): AttributeValue {
  if (bytes.length === 0) return undefined;
  const layout = layoutOf(attributeTag);
  if (typeof layout === 'object') return decodeText(attributeTag, bytes, layout.textLength);
  switch (layout) {
    case 'bytes':
      return Uint8Array.from(bytes);
    case 'number':
      requireLength(attributeTag, bytes, 4);
      return u32(bytes, 0);
    case 'address':
      requireLength(attributeTag, bytes, 16);
      return formatIpAddress(bytes);
    case 'time':
      requireLength(attributeTag, bytes, 8);
      return safeTime(u64(bytes, 0));
  }
}

function decodeText(attributeTag: number, bytes: Uint8Array, longest: number): string {
  if (bytes.length > longest)
    throw bad(`Attribute ${attributeTag} has ${bytes.length} bytes, at most ${longest} are allowed`);
  const end = bytes.indexOf(0);
  if (end === -1) throw bad(`The text of attribute ${attributeTag} does not end with NUL`);
  if (bytes.subarray(end).some((byte) => byte !== 0)) throw bad(`Attribute ${attributeTag} has bytes behind its text`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
  } catch (error) {
    throw new IsnsError('ISNS_BAD_ANSWER', `The text of attribute ${attributeTag} is not UTF-8`, {
      cause: error,
      clause: 'RFC 4171 §6.1',
    });
  }
}

function safeTime(seconds: bigint): number {
  if (seconds > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`A timestamp of ${seconds} seconds is no time`);
  return Number(seconds);
}

function requireLength(attributeTag: number, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw bad(`Attribute ${attributeTag} has ${bytes.length} bytes instead of ${length}`);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function bad(message: string): IsnsError {
  return new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.3' });
}

function unfit(attributeTag: number, value: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', `iSNS attribute ${attributeTag} cannot hold ${JSON.stringify(value)}`, {
    argument: `attribute ${attributeTag}`,
  });
}
