// Where the members of a structure are: natural alignment under 8-byte packing, the same for 32 and 64 bits.

import { assert } from '../../base/index.ts';
import { type FieldFact, fieldsOf, isStructureName, type StructureName, structureNames } from '../structures/index.ts';

/** A place of a member. */
export interface FieldLayout {
  readonly name: string;
  readonly field: FieldFact;
  /**
   * From the start of the structure; undefined for a member that follows a variable array of this structure, since it
   * begins where the elements end. Such members are no members of the C structure, but comments in its header.
   */
  readonly offset: number | undefined;
  /** Whether the offset holds only while a variable structure before the member has arrays of one element. */
  readonly isNominal: boolean;
  /** Bytes of the member; of one element for a variable array, and with arrays of one element for a variable structure. */
  readonly size: number;
  /** Bytes of an element of an array; of the member, for what is none. */
  readonly elementSize: number;
  /** The fewest bytes of an element: without padding behind its last member, its variable arrays empty. */
  readonly leastElementSize: number;
  readonly align: number;
  /** Whether its length depends on a count, in it or inside of it. */
  readonly isVariable: boolean;
}

/** How a structure lies in memory; with arrays of one element where they are variable, as in C. */
export interface StructureLayout {
  readonly name: StructureName;
  /** To the end of the last member: what the header's `NAME_SIZE` says. */
  readonly size: number;
  /** With the padding behind the last member: C's `sizeof`. */
  readonly sizeOf: number;
  readonly align: number;
  readonly isVariable: boolean;
  /** The fewest bytes that it can have: its variable arrays empty, no padding behind the last member. */
  readonly leastSize: number;
  readonly fields: readonly FieldLayout[];
}

/** The next offset from `at` on that is a multiple of `align`, a power of 2. */
export function alignUp(at: number, align: number): number {
  return Math.ceil(at / align) * align;
}

/** How a structure lies in memory. */
export function structureLayout(name: StructureName): StructureLayout {
  const layout = layouts.get(name);
  assert(layout !== undefined, `no structure ${name}`);
  return layout;
}

type Layouts = ReadonlyMap<StructureName, StructureLayout>;

const scalarSizes = { boolean: 1, uint8: 1, uint16: 2, uint32: 4, uint64: 8 } as const;

interface ElementLayout {
  readonly size: number;
  /** Up to its last member, with empty arrays. */
  readonly leastSize: number;
  readonly align: number;
  readonly isVariable: boolean;
}

function fixed(size: number, align: number): ElementLayout {
  return { size, leastSize: size, align, isVariable: false };
}

function elementLayout(field: FieldFact, known: Layouts): ElementLayout {
  const { type } = field;
  // A string is its length in bytes, as 16 bits, and room for its characters.
  if (type === 'string') return fixed(2 * ((field.maxChars ?? 0) + 1), 2);
  if (!isStructureName(type)) return fixed(scalarSizes[type], scalarSizes[type]);
  const nested = known.get(type);
  assert(nested !== undefined, `${type} is not declared before it is used`);
  const { sizeOf, leastSize, align, isVariable } = nested;
  return { size: sizeOf, leastSize, align, isVariable };
}

/** Where the members are that have been laid out so far. */
interface Ends {
  /** Of the C structure. */
  nominal: number;
  /** With all arrays empty. */
  least: number;
  /** Where the next member may begin. */
  cursor: number;
}

function moveOn(ends: Ends, field: FieldFact, element: ElementLayout, isDeclared: boolean): void {
  const elements = field.length ?? 1;
  if (isDeclared) ends.nominal = alignUp(ends.nominal, element.align) + element.size * elements;
  ends.cursor = alignUp(ends.cursor, element.align);
  if (field.count !== undefined) return;
  ends.cursor += element.leastSize * elements;
  ends.least = ends.cursor;
}

function computeLayout(name: StructureName, known: Layouts): StructureLayout {
  const fields: FieldLayout[] = [];
  const ends: Ends = { nominal: 0, least: 0, cursor: 0 };
  let align = 1;
  for (const field of fieldsOf(name)) {
    const element = elementLayout(field, known);
    const isDeclared = !fields.some((before) => before.field.count !== undefined);
    if (isDeclared) align = Math.max(align, element.align);
    fields.push({
      name: field.name,
      field,
      offset: isDeclared ? alignUp(ends.nominal, element.align) : undefined,
      isNominal: isDeclared && fields.some((before) => before.isVariable),
      size: element.size * (field.length ?? 1),
      elementSize: element.size,
      leastElementSize: element.leastSize,
      align: element.align,
      isVariable: field.count !== undefined || element.isVariable,
    });
    moveOn(ends, field, element, isDeclared);
  }
  const isVariable = fields.some((field) => field.isVariable);
  const sizeOf = alignUp(ends.nominal, align);
  return { name, size: ends.nominal, sizeOf, align, isVariable, leastSize: ends.least, fields };
}

function computeLayouts(): Layouts {
  const known = new Map<StructureName, StructureLayout>();
  // Headers declare a structure before they embed it, and so do the tables.
  for (const name of structureNames) known.set(name, computeLayout(name, known));
  return known;
}

const layouts: Layouts = computeLayouts();
