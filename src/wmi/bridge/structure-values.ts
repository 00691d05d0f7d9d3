// The values of structures as CIM has them, and back: arrays of bytes are arrays of numbers, structures are objects.

import type { CimValue, CimValues } from '../cim/cim-value.ts';
import type { TypesByName } from '../cim/class-table.ts';
import { type FieldFact, fieldsOf, isStructureName, type StructureName } from '../structures/index.ts';

/** The members of a structure, as the codec and the provider have them. */
export type Members = Readonly<Record<string, unknown>>;

/** The members of a structure with their types. */
export function typesOf(structure: StructureName): TypesByName {
  return Object.fromEntries(fieldsOf(structure).map((field) => [field.name, typeOf(field)]));
}

/** The type of a member, as tables write it. */
export function typeOf({ type, length, count }: FieldFact): string {
  return length === undefined && count === undefined ? type : `${type}[]`;
}

/** A structure's members as CIM has them. */
export function asValues(structure: StructureName, members: Members): CimValues {
  return Object.fromEntries(fieldsOf(structure).map((field) => [field.name, asValue(field, members[field.name])]));
}

/**
 * CIM's values, which have been checked to be of their types, as members of a structure. What is null is 0, empty or false;
 * what is given for a count does not matter, since the encoder knows it from the array.
 */
export function asMembers(structure: StructureName, values: CimValues): Members {
  return Object.fromEntries(
    fieldsOf(structure).map((field) => [field.name, asMember(field, values[field.name] ?? null)]),
  );
}

/** One value, which has been checked to be of its type, as a member. */
export function asMember(field: FieldFact, value: CimValue): unknown {
  const { type, length, count } = field;
  if (length === undefined && count === undefined) return asElement(field, value);
  const elements = (value ?? Array.from({ length: length ?? 0 }, () => null)) as readonly CimValue[];
  const all = elements.map((each) => asElement(field, each));
  return type === 'uint8' ? Uint8Array.from(all as number[]) : all;
}

function asElement({ type }: FieldFact, value: CimValue): unknown {
  if (isStructureName(type)) return asMembers(type, isObject(value) ? value.values : {});
  if (value !== null) return value;
  if (type === 'string') return '';
  if (type === 'boolean') return false;
  return type === 'uint64' ? 0n : 0;
}

function asValue(field: FieldFact, member: unknown): CimValue {
  if (member instanceof Uint8Array) return [...member];
  if (Array.isArray(member)) return member.map((each) => asOne(field, each));
  return asOne(field, member);
}

function asOne({ type }: FieldFact, member: unknown): CimValue {
  if (member === undefined || member === null) return null;
  if (isStructureName(type)) return { className: type, values: asValues(type, member as Members) };
  // What is no structure is of one of the scalar types, which are CIM's own.
  return member as CimValue;
}

function isObject(value: CimValue): value is { readonly className: string; readonly values: CimValues } {
  return typeof value === 'object' && value !== null && 'values' in value;
}
