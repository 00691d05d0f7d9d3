// Strings of a structure: their length in bytes as 16 bits, then UTF-16 in a room of fixed size (WCHAR[N+1]).
//
// JavaScript's strings are UTF-16 as well, so every one survives, lone surrogates included. A terminator that a writer has
// counted is no part of the text, nor are the zeros of one who has counted all its room.

import type { Place } from './place.ts';

/** Reads a string whose room of `maxChars` + 1 units is whole. */
export function readText(view: DataView, at: number, maxChars: number, place: Place): string {
  const length = view.getUint16(at, true);
  if (length % 2 !== 0) throw place.badBuffer(at, `has an odd length of ${length} bytes`);
  if (length > 2 * maxChars) throw place.badBuffer(at, `has ${length} bytes of text, ${2 * maxChars} at most`);
  let units = length / 2;
  while (units > 0 && view.getUint16(at + 2 * units, true) === 0) units--;
  const codes = Array.from({ length: units }, (_, index) => view.getUint16(at + 2 + 2 * index, true));
  return String.fromCharCode(...codes);
}

/** Writes a string into zeroed bytes. */
export function putText(view: DataView, at: number, text: unknown, maxChars: number, place: Place): void {
  if (typeof text !== 'string') throw place.badValue('is no string');
  if (text.length > maxChars) throw place.badValue(`has ${text.length} characters, ${maxChars} at most`);
  if (text.endsWith('\0')) throw place.badValue('ends with a NUL, which a reader takes for its terminator');
  view.setUint16(at, 2 * text.length, true);
  for (let index = 0; index < text.length; index++) view.setUint16(at + 2 + 2 * index, text.charCodeAt(index), true);
}
