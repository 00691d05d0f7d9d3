// A slow codec that knows no PDU: it reads and writes whatever the layout tables say, bit by bit where it must.

import type { Lun } from '../../src/base/index.ts';
import { type Field, layouts, type PduName, pduNames } from './layout.ts';

export type FieldValue = number | boolean | Lun | Uint8Array;

/** A decoded header: the fields of the table by their names, without the opcode. */
export type Values = Record<string, FieldValue>;

export const headerLength = 48;

/** The name of the PDU that a header is, or undefined for an opcode that §11.2.1.2 does not define. */
export function oracleName(bhs: Uint8Array): PduName | undefined {
  const code = bits(bhs, 0, 1, 0x3f);
  return pduNames.find((name) => layouts[name].opcode === code);
}

/** Reads every field of the table. */
export function oracleDecode(name: PduName, bhs: Uint8Array): Values {
  const values: Values = {};
  for (const field of fieldsOf(name)) values[field.name] = readField(bhs, field);
  return values;
}

/** Writes every field of the table and every fixed bit into a new header; all else stays 0. */
export function oracleEncode(name: PduName, values: Values): Uint8Array {
  const layout = layouts[name];
  const bhs = new Uint8Array(headerLength);
  putBits(bhs, 0, 1, 0x3f, layout.opcode);
  for (const fixed of layout.fixed) putBits(bhs, fixed.byte, fixed.width, fixed.mask, fixed.value / lowBit(fixed.mask));
  for (const field of layout.fields) writeField(bhs, field, values[field.name]);
  return bhs;
}

/** Which bits of the header mean something: the fields, the fixed bits, the opcode and the two lengths (§11.2.1). */
export function definedBits(name: PduName): Uint8Array {
  const layout = layouts[name];
  const mask = new Uint8Array(headerLength);
  putBits(mask, 0, 1, 0x3f, 0x3f);
  mask.fill(0xff, 4, 8);
  for (const { byte, width, mask: part } of layout.fixed) putBits(mask, byte, width, part, part / lowBit(part));
  for (const { byte, width, mask: part } of layout.fields) {
    if (part === undefined) mask.fill(0xff, byte, byte + width);
    else putBits(mask, byte, width, part, part / lowBit(part));
  }
  return mask;
}

/** The widest number that a field holds. */
export function fieldMaximum(field: Field): number {
  return field.mask === undefined ? 2 ** (8 * field.width) - 1 : field.mask / lowBit(field.mask);
}

export function fieldsOf(name: PduName): readonly Field[] {
  return layouts[name].fields;
}

function readField(bhs: Uint8Array, field: Field): FieldValue {
  switch (field.kind) {
    case 'bytes':
      return bhs.slice(field.byte, field.byte + field.width);
    case 'lun':
      return { high: bits(bhs, field.byte, 4), low: bits(bhs, field.byte + 4, 4) };
    case 'flag':
      return bits(bhs, field.byte, field.width, field.mask) === 1;
    case 'integer':
      return bits(bhs, field.byte, field.width, field.mask);
  }
}

function writeField(bhs: Uint8Array, field: Field, value: FieldValue | undefined): void {
  if (value instanceof Uint8Array) bhs.set(value, field.byte);
  else if (typeof value === 'object') {
    putBits(bhs, field.byte, 4, undefined, value.high);
    putBits(bhs, field.byte + 4, 4, undefined, value.low);
  } else if (value === undefined) throw new TypeError(`no value for ${field.name}`);
  else putBits(bhs, field.byte, field.width, field.mask, Number(value));
}

/** The number in `width` bytes from `byte`, most significant first (§11), cut to `mask` and moved down to bit 0. */
function bits(bytes: Uint8Array, byte: number, width: number, mask?: number): number {
  let all = 0n;
  for (let i = 0; i < width; i += 1) all = all * 256n + BigInt(bytes[byte + i]!);
  if (mask !== undefined) all = (all & BigInt(mask)) / BigInt(lowBit(mask));
  return Number(all);
}

/** Sets the bits of `mask` to `value`, and no others. */
function putBits(bytes: Uint8Array, byte: number, width: number, mask: number | undefined, value: number): void {
  const whole = 2n ** BigInt(8 * width) - 1n;
  const place = mask === undefined ? whole : BigInt(mask);
  let rest = (BigInt(bits(bytes, byte, width)) & (whole - place)) + BigInt(value) * BigInt(lowBit(mask ?? 1));
  for (let i = width - 1; i >= 0; i -= 1) {
    bytes[byte + i] = Number(rest % 256n);
    rest /= 256n;
  }
}

/** The weight of the lowest bit that is set. */
function lowBit(mask: number): number {
  let weight = 1;
  while ((Math.floor(mask / weight) & 1) === 0) weight *= 2;
  return weight;
}
