// Bytes into structures: whatever they say is checked against how many there are before anything is read or allocated.

import { assert } from '../../base/index.ts';
import { type FieldFact, isStructureName, type StructureName } from '../structures/index.ts';
import { alignUp, type FieldLayout, structureLayout } from './layout.ts';
import { Place } from './place.ts';
import type { StructureValue } from './structure-value.ts';
import { readText } from './text.ts';

/**
 * Reads a structure from the start of a buffer; nothing in the result shares its memory. Bytes behind it are ignored, and
 * padding behind its last member may be missing.
 *
 * Throws WmiError `WMI_BAD_BUFFER`, naming member and offset, for a buffer that is shorter than its counts say, and for
 * text of an odd length or longer than its room. Throws UsageError `ISCSI_BAD_ARGUMENT` for what are no bytes.
 */
export function decodeStructure<N extends StructureName>(name: N, bytes: Uint8Array): StructureValue<N> {
  const given: unknown = bytes;
  if (!(given instanceof Uint8Array)) throw new Place(name).badValue('is no Uint8Array');
  const decoder = new Decoder(name, bytes);
  // The table gives the type and the value the same members.
  return decoder.structure(name, 0, true) as StructureValue<N>;
}

/**
 * Reads a member that stands alone at the start of a buffer, as WMI has it when a single data item is set. A variable array
 * of bytes is all of the buffer; text need not fill the room that it has in the structure. Throws as decodeStructure does.
 */
export function decodeItem(name: StructureName, member: string, bytes: Uint8Array): unknown {
  const field = structureLayout(name).fields.find((candidate) => candidate.name === member);
  assert(field !== undefined, `${name} has no member ${member}`);
  return new Decoder(name, bytes).item(field);
}

type Value = Record<string, unknown>;

class Decoder {
  readonly #bytes: Uint8Array;
  /** Throws for whatever is outside of the bytes, which the checks here should never let happen. */
  readonly #view: DataView;
  readonly #place: Place;
  /** Where the member that was read last ends. */
  #end = 0;

  constructor(name: StructureName, bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#place = new Place(name);
  }

  structure(name: StructureName, start: number, isOutermost = false): Value {
    const layout = structureLayout(name);
    const value: Value = {};
    this.#end = start;
    for (const [index, field] of layout.fields.entries()) {
      const { count } = field.field;
      value[field.name] = this.member(field, count === undefined ? 0 : (value[count] as number), this.#end);
      if (isOutermost && field.isVariable) this.#skipUnusedElement(field, layout.fields.slice(index + 1), value);
    }
    // Within another structure, one of fixed size keeps the padding behind its last member.
    if (!layout.isVariable) this.#end = start + layout.sizeOf;
    return value;
  }

  /** Reads a member as if it were all that the bytes are. */
  item(field: FieldLayout): unknown {
    const { type, maxChars = 0 } = field.field;
    if (type !== 'string') return this.member(field, Math.floor(this.#bytes.length / field.elementSize), 0);
    this.#place.enter(field.name);
    this.#need(0, 2, '');
    this.#need(0, 2 + Math.min(this.#view.getUint16(0, true), 2 * maxChars), '');
    return readText(this.#view, 0, maxChars, this.#place);
  }

  /** Reads a member, of `count` elements if it is a variable array, at the first place from `after` on that it may have. */
  member(field: FieldLayout, count: number, after: number): unknown {
    const at = alignUp(after, field.align);
    this.#place.enter(field.name);
    const value = isArray(field.field) ? this.#array(field, field.field.length ?? count, at) : this.#one(field, at);
    this.#place.leave();
    return value;
  }

  #array(field: FieldLayout, count: number, at: number): unknown {
    const stride = alignUp(field.leastElementSize, field.align);
    if (count > 0) this.#need(at, (count - 1) * stride + field.leastElementSize, `of ${count} elements `);
    this.#end = at;
    if (field.field.type === 'uint8') {
      this.#end = at + count;
      return Uint8Array.from(this.#bytes.subarray(at, this.#end));
    }
    const elements: unknown[] = [];
    for (let index = 0; index < count; index++) {
      this.#place.element(index);
      elements.push(this.#one(field, alignUp(this.#end, field.align)));
      this.#place.leave();
    }
    return elements;
  }

  #one(field: FieldLayout, at: number): unknown {
    const { type, maxChars = 0 } = field.field;
    if (isStructureName(type)) return this.structure(type, at);
    this.#need(at, field.elementSize, '');
    this.#end = at + field.elementSize;
    switch (type) {
      case 'string':
        return readText(this.#view, at, maxChars, this.#place);
      case 'boolean':
        return this.#view.getUint8(at) !== 0;
      case 'uint8':
        return this.#view.getUint8(at);
      case 'uint16':
        return this.#view.getUint16(at, true);
      case 'uint32':
        return this.#view.getUint32(at, true);
      case 'uint64':
        return this.#view.getBigUint64(at, true);
    }
  }

  #need(at: number, size: number, what: string): void {
    const left = Math.max(0, this.#bytes.length - at);
    if (size > left) throw this.#place.badBuffer(at, `${what}takes ${size} bytes, and ${left} are there`);
  }

  /**
   * A writer in C that has no element for the array of an embedded structure may go on where the header declares the next
   * member, that is behind one element. So room of zeros is skipped, if all that follows is in the buffer behind it; what
   * follows are names and secrets, which do not begin with so many zeros.
   */
  #skipUnusedElement(field: FieldLayout, following: readonly FieldLayout[], value: Value): void {
    const { type } = field.field;
    if (!isStructureName(type) || isArray(field.field)) return;
    const array = structureLayout(type).fields.at(-1);
    const elements = array === undefined ? undefined : (value[field.name] as Value)[array.name];
    if (array === undefined || !Array.isArray(elements) || elements.length > 0) return;
    const needed = following.reduce((sum, { field: { count } }) => sum + (count ? (value[count] as number) : 0), 0);
    const behind = this.#end + array.elementSize;
    const isUnused = this.#bytes.subarray(this.#end, behind).every((byte) => byte === 0);
    if (needed > 0 && isUnused && behind + needed <= this.#bytes.length) this.#end = behind;
  }
}

function isArray(field: FieldFact): boolean {
  return field.count !== undefined || field.length !== undefined;
}
