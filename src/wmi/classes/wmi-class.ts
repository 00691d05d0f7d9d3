// A class of the initiator's contract as data, and the ways to find one, its methods and its items.

import { WmiError } from '../../base/index.ts';
import { type FieldFact, fieldsOf, type StructureName } from '../structures/index.ts';
import { type ClassKind, type ClassName, classTables } from './class-tables.ts';

/**
 * What each instance of a class is of. Those of adapters have the name of the adapter's PDO, those of sessions are called
 * `targetname_SID`, those of connections `targetname_SID:CID`, where SID is the member USID.
 */
export type InstanceOf = 'adapter' | 'port' | 'address' | 'lun' | 'session' | 'connection';

/** A method, with its parameters as structures. */
export interface WmiMethod {
  readonly name: string;
  readonly methodId: number;
  /** Undefined for a method that takes nothing. */
  readonly in?: StructureName;
  readonly out: StructureName;
}

/** A property of a class: a member of its structure. `InstanceName` and `Active` come on top and are in no structure. */
export interface WmiProperty extends FieldFact {
  readonly isWritable: boolean;
}

/** A class. */
export interface WmiClass {
  readonly name: ClassName;
  /** In upper case, without braces. */
  readonly guid: string;
  readonly kind: ClassKind;
  readonly header: string;
  readonly purpose: string;
  /** Undefined for embedded classes, which have no instances. */
  readonly instances: InstanceOf | undefined;
  /** Undefined for classes of methods, which have no data. */
  readonly structure: StructureName | undefined;
  readonly properties: readonly WmiProperty[];
  readonly methods: readonly WmiMethod[];
}

/** All 53 classes. */
export const wmiClasses: readonly WmiClass[] = (Object.keys(classTables) as ClassName[]).map(wmiClass);

const byName: ReadonlyMap<string, WmiClass> = new Map(wmiClasses.map((entry) => [entry.name.toLowerCase(), entry]));
const byGuid: ReadonlyMap<string, WmiClass> = new Map(wmiClasses.map((entry) => [entry.guid, entry]));

/** The class of a name, in any case; undefined if there is none. */
export function classByName(name: string): WmiClass | undefined {
  return byName.get(name.toLowerCase());
}

/** The class of a GUID, in any case, with or without braces; undefined if there is none. */
export function classByGuid(guid: string): WmiClass | undefined {
  const bare = /^\{(.*)\}$/.exec(guid)?.[1] ?? guid;
  return byGuid.get(bare.toUpperCase());
}

/** The class of a name or GUID. Throws WmiError `WMI_CLASS_NOT_FOUND`. */
export function requireClass(nameOrGuid: string): WmiClass {
  const found = classByName(nameOrGuid) ?? classByGuid(nameOrGuid);
  if (found === undefined) throw new WmiError('WMI_CLASS_NOT_FOUND', `there is no class ${nameOrGuid}`);
  return found;
}

/** The method of an id, or of a name in any case. Throws WmiError `WMI_METHOD_NOT_FOUND`. */
export function requireMethod(wmiClass: WmiClass, idOrName: number | string): WmiMethod {
  const name = String(idOrName).toLowerCase();
  const found = wmiClass.methods.find((method) =>
    typeof idOrName === 'number' ? method.methodId === idOrName : method.name.toLowerCase() === name,
  );
  if (found === undefined) throw new WmiError('WMI_METHOD_NOT_FOUND', `${wmiClass.name} has no method ${idOrName}`);
  return found;
}

/** The property of a data id, or of a name in any case. Throws WmiError `WMI_ITEM_NOT_FOUND`. */
export function requireProperty(wmiClass: WmiClass, idOrName: number | string): WmiProperty {
  const name = String(idOrName).toLowerCase();
  const found = wmiClass.properties.find((property) =>
    typeof idOrName === 'number' ? property.dataId === idOrName : property.name.toLowerCase() === name,
  );
  if (found === undefined) throw new WmiError('WMI_ITEM_NOT_FOUND', `${wmiClass.name} has no item ${idOrName}`);
  return found;
}

/** What the tables say, whether a class has it or not. */
interface Row {
  readonly guid: string;
  readonly kind: ClassKind;
  readonly header: string;
  readonly purpose: string;
  readonly instances?: InstanceOf;
  readonly structure?: StructureName;
  readonly writable?: readonly string[];
  readonly methods?: readonly WmiMethod[];
}

function wmiClass(name: ClassName): WmiClass {
  const { guid, kind, header, purpose, instances, structure, writable = [], methods = [] }: Row = classTables[name];
  const fields = structure === undefined ? [] : fieldsOf(structure);
  const properties = fields.map((field) => ({ ...field, isWritable: writable.includes(field.name) }));
  return { name, guid, kind, header, purpose, instances, structure, properties, methods };
}
