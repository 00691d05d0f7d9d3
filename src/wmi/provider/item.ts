// One data item as bytes: a member of a class by itself, as it is set with its data id.

import { assert, WmiError } from '../../base/index.ts';
import type { WmiProperty } from '../classes/index.ts';
import { decodeStructure } from '../layout/index.ts';
import { readLittle, readLittle64 } from '../layout/little-endian.ts';
import { isStructureName } from '../structures/index.ts';

const sizes = { boolean: 1, uint8: 1, uint16: 2, uint32: 4, uint64: 8 } as const;

/**
 * Reads an item. Bytes behind it are ignored, but for an array of bytes, which is all of them. Throws WmiError
 * WMI_BAD_BUFFER for too few bytes, and for text that is too long.
 */
export function decodeItem(property: WmiProperty, bytes: Uint8Array): unknown {
  const { type, name, length, count } = property;
  if (isStructureName(type)) return decodeStructure(type, bytes);
  if (type === 'string') return readItemText(property, bytes);
  if (count !== undefined || length !== undefined) {
    assert(type === 'uint8', `${name} is an array of bytes`);
    return Uint8Array.from(bytes.subarray(0, need(property, bytes, length ?? bytes.length)));
  }
  const size = need(property, bytes, sizes[type]);
  if (type === 'uint64') return readLittle64(bytes, 0);
  const value = readLittle(bytes, 0, size);
  return type === 'boolean' ? value !== 0 : value;
}

/** By itself, text need not fill the room that it has in the structure. */
function readItemText(property: WmiProperty, bytes: Uint8Array): string {
  const { maxChars = 0 } = property;
  const length = readLittle(bytes, 0, need(property, bytes, 2));
  if (length % 2 !== 0 || length > 2 * maxChars) {
    throw bad(property, `has ${length} bytes of text, and may have an even number up to ${2 * maxChars}`);
  }
  const end = need(property, bytes, 2 + length);
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes.subarray(2, end)).replace(/\0+$/, '');
}

function need(property: WmiProperty, bytes: Uint8Array, size: number): number {
  if (bytes.length >= size) return size;
  throw bad(property, `takes ${size} bytes, and ${bytes.length} are there`);
}

function bad({ name }: WmiProperty, what: string): WmiError {
  return new WmiError('WMI_BAD_BUFFER', `${name} ${what}`, { member: name, offset: 0 });
}
