// Values of the MSiSCSI structures: any of them for fast-check, and one of each that is all zeros.

import fc from 'fast-check';

import { type FieldFact, type StructureName, type StructureValue, structureLayout } from '../../src/wmi/index.ts';

/** The members of a structure, as any test may go through them. */
export function membersOf(name: StructureName): readonly FieldFact[] {
  return structureLayout(name).fields.map(({ field }) => field);
}

const integers = {
  boolean: fc.boolean(),
  uint8: fc.nat(0xff),
  uint16: fc.nat(0xffff),
  uint32: fc.nat(0xffff_ffff),
  uint64: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
} as const;

/** Text of any UTF-16 units, but for a terminator at its end. */
function anyText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.constant(0), fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff }));
  return fc.array(unit, { maxLength, size: 'small' }).map((units) => String.fromCharCode(...units).replace(/\0+$/, ''));
}

function anyOne({ type, maxChars = 0 }: FieldFact): fc.Arbitrary<unknown> {
  if (type === 'string') return anyText(maxChars);
  return type in integers ? integers[type as keyof typeof integers] : anyStructure(type as StructureName);
}

function anyMember(field: FieldFact): fc.Arbitrary<unknown> {
  const { type, length, count } = field;
  if (length === undefined && count === undefined) return anyOne(field);
  if (type === 'uint8') return fc.uint8Array({ minLength: length ?? 0, maxLength: length ?? 20 });
  return fc.array(anyOne(field), { maxLength: 3 });
}

/** Any value of a structure, its counts those of its arrays. */
export function anyStructure<N extends StructureName>(name: N): fc.Arbitrary<StructureValue<N>> {
  const members = membersOf(name);
  const counted = new Set(members.flatMap(({ count }) => count ?? []));
  const rest = members.filter((field) => !counted.has(field.name));
  const model: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    rest.map((field) => [field.name, anyMember(field)]),
  );
  return fc.record(model).map((value) => withCounts(members, value) as StructureValue<N>);
}

function withCounts(members: readonly FieldFact[], value: Record<string, unknown>): Record<string, unknown> {
  const arrays = new Map(members.flatMap(({ name, count }) => (count === undefined ? [] : [[count, name]])));
  // In the order of the members, as a decoder gives them.
  return Object.fromEntries(
    members.map(({ name }) => {
      const array = arrays.get(name);
      return [name, array === undefined ? value[name] : (value[array] as ArrayLike<unknown>).length];
    }),
  );
}

const zeros = { boolean: false, uint8: 0, uint16: 0, uint32: 0, uint64: 0n, string: '' } as const;

/** The value of a structure whose bytes are all zero. */
export function zeroOf<N extends StructureName>(name: N): StructureValue<N> {
  const zeroMember = ({ type, length, count }: FieldFact): unknown => {
    if (type === 'uint8' && (length !== undefined || count !== undefined)) return new Uint8Array(length ?? 0);
    if (count !== undefined) return [];
    return type in zeros ? zeros[type as keyof typeof zeros] : zeroOf(type as StructureName);
  };
  return Object.fromEntries(membersOf(name).map((field) => [field.name, zeroMember(field)])) as StructureValue<N>;
}
