// A class as a table of names and types, and the types that TypeScript makes of it.

import type { CimNamespace } from './cim-class.ts';
import type { CimObject } from './cim-value.ts';

/** Names with their types: a CIM type or the name of a class, and `[]` behind it where it is an array. */
export type TypesByName = Readonly<Record<string, string>>;

/** A method. One that is static may be called without an instance; called on one, what it is not given is the instance's. */
export interface MethodTable {
  readonly in: TypesByName;
  readonly out: TypesByName;
  readonly isStatic?: boolean;
}

/** A class. One without keys has one instance. */
export interface ClassTable {
  readonly namespace: CimNamespace;
  readonly name: string;
  readonly keys: readonly string[];
  readonly properties: TypesByName;
  readonly methods: Readonly<Record<string, MethodTable>>;
}

interface Scalars {
  boolean: boolean;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: bigint;
  sint32: number;
  string: string;
  datetime: string;
}

/** What a type of a table is here. */
export type ValueOf<Type> = Type extends `${infer Element}[]`
  ? readonly ValueOf<Element>[]
  : Type extends keyof Scalars
    ? Scalars[Type]
    : CimObject;

/** What the types of a table are here. Every name is there. */
export type ValuesOf<Types> = { readonly [Name in keyof Types]: ValueOf<Types[Name]> | null };

/** The values of an instance. */
export type PropertiesOf<Table extends ClassTable> = ValuesOf<Table['properties']>;

/** An object of an embedded class, with all of its properties. */
export function cimObject<const Table extends ClassTable>(table: Table, values: PropertiesOf<Table>): CimObject {
  return { className: table.name, values };
}

/** The values of an object that has been checked to be of a class. */
export function valuesOf<const Table extends ClassTable>(_table: Table, object: CimObject): PropertiesOf<Table> {
  // The check is checkedValues, which all that comes from outside goes through.
  return object.values as PropertiesOf<Table>;
}
