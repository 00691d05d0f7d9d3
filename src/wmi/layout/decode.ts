// Bytes into structures: whatever they say is checked against how many there are before anything is read or allocated.

import { isStructureName, type StructureName } from '../structures/index.ts';
import { alignUp, type FieldLayout, structureLayout } from './layout.ts';
import { readLittle, readLittle64 } from './little-endian.ts';
import { Place } from './place.ts';
import type { StructureValue } from './structure-value.ts';
import { readText } from './text.ts';

/**
 * Reads a structure from the start of a buffer; nothing in the result shares its memory. Bytes behind it are ignored, and
 * padding behind its last member may be missing.
 *
 * Throws WmiError `WMI_BAD_BUFFER`, naming member and offset, for a buffer that is shorter than its counts say, and for
 * text of an odd length or longer than its room.
 */
export function decodeStructure<N extends StructureName>(name: N, bytes: Uint8Array): StructureValue<N> {
  // The table gives the type and the value the same members.
  return new Decoder(name, bytes).structure(name, 0) as StructureValue<N>;
}

type Value = Record<string, unknown>;

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #place: Place;
  /** Where the member that was read last ends. */
  #end = 0;

  constructor(name: StructureName, bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#place = new Place(name);
  }

  structure(name: StructureName, start: number): Value {
    const layout = structureLayout(name);
    const value: Value = {};
    this.#end = start;
    for (const field of layout.fields) {
      this.#place.enter(field.name);
      value[field.name] = this.#member(field, value, alignUp(this.#end, field.align));
      this.#place.leave();
    }
    // Within another structure, one of fixed size keeps the padding behind its last member.
    if (!layout.isVariable) this.#end = start + layout.sizeOf;
    return value;
  }

  #member(field: FieldLayout, value: Value, at: number): unknown {
    const { count, length } = field.field;
    const elements = count === undefined ? length : (value[count] as number);
    if (elements === undefined) return this.#one(field, at);
    this.#needElements(field, at, elements);
    if (field.field.type === 'uint8') {
      this.#end = at + elements;
      return Uint8Array.from(this.#bytes.subarray(at, this.#end));
    }
    return this.#elements(field, at, elements);
  }

  #elements(field: FieldLayout, start: number, count: number): unknown[] {
    const values: unknown[] = [];
    this.#end = start;
    for (let index = 0; index < count; index++) {
      this.#place.element(index);
      values.push(this.#one(field, alignUp(this.#end, field.align)));
      this.#place.leave();
    }
    return values;
  }

  #one(field: FieldLayout, at: number): unknown {
    const { type, maxChars } = field.field;
    if (isStructureName(type)) return this.structure(type, at);
    const size = field.elementSize;
    this.#need(at, size, '');
    this.#end = at + size;
    if (type === 'string') return readText(this.#bytes, at, maxChars ?? 0, this.#place);
    if (type === 'uint64') return readLittle64(this.#bytes, at);
    const number = readLittle(this.#bytes, at, size);
    return type === 'boolean' ? number !== 0 : number;
  }

  #needElements(field: FieldLayout, at: number, count: number): void {
    if (count === 0) return;
    const least = (count - 1) * alignUp(field.leastElementSize, field.align) + field.leastElementSize;
    this.#need(at, least, `of ${count} elements`);
  }

  #need(at: number, size: number, what: string): void {
    const left = Math.max(0, this.#bytes.length - at);
    if (size > left) {
      const said = what === '' ? '' : `${what} `;
      throw this.#place.badBuffer(at, `${said}takes ${size} bytes, and ${left} are there`);
    }
  }
}
