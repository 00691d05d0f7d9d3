// Structures into bytes: little-endian, padding and unused room zero.

import { isStructureName, type StructureName } from '../structures/index.ts';
import { alignUp, type FieldLayout, type StructureLayout, structureLayout } from './layout.ts';
import { Place } from './place.ts';
import type { StructureInput } from './structure-value.ts';
import { putText } from './text.ts';

/**
 * Writes a structure, up to its last member without the padding behind it, as the `NAME_SIZE` of the headers has it.
 * Counts are those of the arrays, whatever is given; reserved members that are left out are 0; a shorter array of bytes
 * than one of fixed length is filled up with zeros.
 *
 * Throws UsageError `ISCSI_BAD_ARGUMENT`, naming the member, for a number out of range, text that is too long or ends
 * with a NUL, an array of another length than it must have, and a member that is missing or of another type.
 */
export function encodeStructure<N extends StructureName>(name: N, value: StructureInput<N>): Uint8Array {
  const encoder = new Encoder(name);
  encoder.structure(name, value, 0);
  const { isVariable, size } = structureLayout(name);
  return isVariable ? encoder.bytes() : encoder.bytes().slice(0, size);
}

type Value = Readonly<Record<string, unknown>>;

class Encoder {
  #bytes: Uint8Array;
  #view: DataView;
  readonly #place: Place;
  /** Where the member that was written last ends. */
  #end = 0;

  constructor(name: StructureName) {
    this.#bytes = new Uint8Array(structureLayout(name).sizeOf);
    this.#view = new DataView(this.#bytes.buffer);
    this.#place = new Place(name);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#end);
  }

  structure(name: StructureName, value: unknown, start: number): void {
    if (typeof value !== 'object' || value === null) throw this.#place.badValue(`is no ${name}`);
    const layout = structureLayout(name);
    const given = withCounts(layout, value as Value);
    this.#end = start;
    for (const field of layout.fields) {
      this.#place.enter(field.name);
      this.#member(field, given[field.name], alignUp(this.#end, field.align));
      this.#place.leave();
    }
    if (!layout.isVariable) this.#reserve(start, layout.sizeOf);
  }

  #member(field: FieldLayout, value: unknown, at: number): void {
    const { type, length, count } = field.field;
    if (length === undefined && count === undefined) this.#one(field, value, at);
    else if (type === 'uint8') this.#byteArray(value, length, at);
    else this.#elements(field, value, at);
  }

  #byteArray(value: unknown, length: number | undefined, at: number): void {
    if (!(value instanceof Uint8Array)) throw this.#place.badValue('is no Uint8Array');
    if (length !== undefined && value.length > length) {
      throw this.#place.badValue(`has ${value.length} bytes, ${length} at most`);
    }
    this.#reserve(at, length ?? value.length);
    this.#bytes.set(value, at);
  }

  #elements(field: FieldLayout, value: unknown, start: number): void {
    if (!Array.isArray(value)) throw this.#place.badValue('is no array');
    this.#reserve(start, 0);
    for (const [index, element] of value.entries()) {
      this.#place.element(index);
      this.#one(field, element, alignUp(this.#end, field.align));
      this.#place.leave();
    }
  }

  #one(field: FieldLayout, value: unknown, at: number): void {
    const { type, maxChars = 0, name } = field.field;
    if (isStructureName(type)) {
      this.structure(type, value, at);
      return;
    }
    this.#reserve(at, field.elementSize);
    if (value === undefined && name.startsWith('Reserved')) return;
    const view = this.#view;
    switch (type) {
      case 'string':
        putText(view, at, value, maxChars, this.#place);
        break;
      case 'boolean':
        view.setUint8(at, this.#truth(value));
        break;
      case 'uint8':
        view.setUint8(at, this.#number(value, 0xff));
        break;
      case 'uint16':
        view.setUint16(at, this.#number(value, 0xffff), true);
        break;
      case 'uint32':
        view.setUint32(at, this.#number(value, 0xffff_ffff), true);
        break;
      case 'uint64':
        view.setBigUint64(at, this.#number64(value), true);
    }
  }

  #truth(value: unknown): number {
    if (typeof value !== 'boolean') throw this.#place.badValue('is neither true nor false');
    return value ? 1 : 0;
  }

  #number(value: unknown, most: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw this.#place.badValue(`must be an integer from 0 to ${most}, not ${String(value)}`);
  }

  #number64(value: unknown): bigint {
    if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) return value;
    throw this.#place.badValue(`must be a bigint from 0 to 2^64-1, not ${String(value)}`);
  }

  /** Makes room for a member. */
  #reserve(at: number, size: number): void {
    this.#end = at + size;
    if (this.#end <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(this.#end, 2 * this.#bytes.length));
    longer.set(this.#bytes);
    this.#bytes = longer;
    this.#view = new DataView(longer.buffer);
  }
}

/** The value with the counts of its arrays. */
function withCounts(layout: StructureLayout, value: Value): Value {
  const counts = layout.fields.flatMap(({ name, field: { count } }) => {
    const array = value[name];
    const isArray = Array.isArray(array) || array instanceof Uint8Array;
    return count === undefined || !isArray ? [] : [[count, array.length] as const];
  });
  return { ...value, ...Object.fromEntries(counts) };
}
