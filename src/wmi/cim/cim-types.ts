// The types of tables, as they are written and as classes tell them; and the check that values are of them.

import { UsageError, WmiError } from '../../base/index.ts';
import type { CimObject, CimType, CimValue, CimValues } from './cim-value.ts';
import type { ClassTable, TypesByName } from './class-table.ts';

/** A type, taken apart. */
export interface ParsedType {
  readonly type: CimType;
  readonly className?: string;
  readonly isArray: boolean;
}

/** The greatest value of each type that is a number here. */
const greatest: Readonly<Partial<Record<CimType, number>>> = {
  uint8: 0xff,
  uint16: 0xffff,
  uint32: 0xffffffff,
  sint32: 0x7fffffff,
};

const scalars: ReadonlySet<string> = new Set([...Object.keys(greatest), 'boolean', 'uint64', 'string', 'datetime']);

/** `uint8[]`, `string`, `MSIscsiInitiator_Portal` and so on. */
export function parseType(written: string): ParsedType {
  const isArray = written.endsWith('[]');
  const name = isArray ? written.slice(0, -2) : written;
  return scalars.has(name) ? { type: name as CimType, isArray } : { type: 'object', className: name, isArray };
}

/** Finds the table of an embedded class. */
export type FindTable = (className: string) => Pick<ClassTable, 'properties'> | undefined;

/**
 * Values by the names of `types`, in their spelling; those that are not given are null. Throws WmiError WMI_ITEM_NOT_FOUND
 * for a name that is not there, UsageError ISCSI_BAD_ARGUMENT for a value that is not of its type.
 */
export function checkedValues(types: TypesByName, given: CimValues, find: FindTable, place = ''): CimValues {
  const names = new Map(Object.keys(types).map((name) => [name.toLowerCase(), name]));
  const values: Record<string, CimValue> = Object.fromEntries([...names.values()].map((name) => [name, null]));
  for (const [spelt, value] of Object.entries(given)) {
    const name = names.get(spelt.toLowerCase());
    if (name === undefined) throw new WmiError('WMI_ITEM_NOT_FOUND', `There is no ${place}${spelt}`);
    values[name] = checked(value, parseType(types[name] ?? ''), { find, name: `${place}${name}` });
  }
  return values;
}

interface Place {
  readonly find: FindTable;
  readonly name: string;
}

function checked(value: CimValue, type: ParsedType, place: Place): CimValue {
  if (value === null) return null;
  if (!type.isArray) return checkedOne(value, type, place);
  if (!Array.isArray(value)) return refuse(place.name, 'an array');
  return (value as readonly CimValue[]).map((each, index) =>
    checkedOne(each, type, { ...place, name: `${place.name}[${index}]` }),
  );
}

function checkedOne(value: CimValue, { type, className = '' }: ParsedType, place: Place): CimValue {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse(place.name, 'true or false');
    case 'string':
    case 'datetime':
      return typeof value === 'string' ? value : refuse(place.name, 'text');
    case 'uint64':
      return checkedUint64(value, place);
    case 'object':
      return isObject(value) ? checkedObject(value, className, place) : refuse(place.name, `a ${className}`);
    default:
      return checkedNumber(value, type, place);
  }
}

function checkedNumber(value: CimValue, type: CimType, { name }: Place): number {
  const most = greatest[type] ?? 0;
  const least = type === 'sint32' ? -most - 1 : 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(name, `a ${type}, from ${least} to ${most}`);
}

function checkedUint64(value: CimValue, { name }: Place): bigint {
  const wide = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof wide === 'bigint' && BigInt.asUintN(64, wide) === wide ? wide : refuse(name, 'a uint64');
}

function checkedObject(object: CimObject, className: string, { find, name }: Place): CimObject {
  const table = find(className);
  if (table === undefined || object.className.toLowerCase() !== className.toLowerCase()) {
    return refuse(name, `a ${className}, not a ${object.className}`);
  }
  return { className, values: checkedValues(table.properties, object.values, find, `${name}.`) };
}

function isObject(value: CimValue): value is CimObject {
  return typeof value === 'object' && value !== null && 'className' in value;
}

function refuse(name: string, expected: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${name} must be ${expected}`, { argument: name });
}
