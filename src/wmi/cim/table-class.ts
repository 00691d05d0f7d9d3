// Makes a class of its table and of what its instances and methods do.

import { WmiError } from '../../base/index.ts';
import type { CimClass, CimKeys, CimMethod, CimParameter, CimProperty } from './cim-class.ts';
import { checkedValues, type FindTable, parseType } from './cim-types.ts';
import type { CimValues } from './cim-value.ts';
import type { ClassTable, MethodTable, PropertiesOf, TypesByName, ValuesOf } from './class-table.ts';
import { findInstance } from './instance-keys.ts';
import { returned, type Statuses } from './return-value.ts';

/** A call of a method. */
export interface MethodCall<Table extends ClassTable, Method extends keyof Table['methods']> {
  readonly input: ValuesOf<Table['methods'][Method]['in']>;
  /** The instance that it is called on; undefined for a call of a static method on the class. */
  readonly instance: Table['methods'][Method] extends { readonly isStatic: true }
    ? PropertiesOf<Table> | undefined
    : PropertiesOf<Table>;
  readonly signal: AbortSignal;
}

/** What the methods of a class do. What they resolve with comes out; errors become a return value. */
export type MethodsOf<Table extends ClassTable> = {
  readonly [Method in keyof Table['methods']]: (
    call: MethodCall<Table, Method>,
  ) => Promise<Partial<ValuesOf<Table['methods'][Method]['out']>>>;
};

/** What a class does. */
export interface Behaviour<Table extends ClassTable> {
  /** None for a class whose objects are parts of others. */
  readonly instances?: (signal: AbortSignal) => Promise<readonly PropertiesOf<Table>[]>;
  readonly methods?: MethodsOf<Table>;
  /** Return values that errors get in the place of the usual ones. */
  readonly statuses?: Statuses;
  /** Finds the classes that parameters are objects of. */
  readonly findTable?: FindTable;
}

/** Any method, once its call has been checked. */
type AnyMethod = (call: {
  readonly input: CimValues;
  readonly instance: CimValues | undefined;
  readonly signal: AbortSignal;
}) => Promise<CimValues>;

const noTable: FindTable = () => undefined;

/** The class of a table. */
export function tableClass<const Table extends ClassTable>(table: Table, behaviour: Behaviour<Table>): CimClass {
  const { namespace, name } = table;
  const { instances, methods, statuses, findTable = noTable } = behaviour;
  const base: CimClass = {
    namespace,
    name,
    properties: propertiesOf(table),
    methods: Object.entries(table.methods).map(([method, facts]) => methodOf(method, facts)),
    isEvent: false,
    isEmbedded: instances === undefined,
    instances: async (signal) => ((await instances?.(signal)) ?? []).map((values) => ({ className: name, values })),
  };
  if (methods === undefined) return base;
  const invoke: CimClass['invoke'] = async (wanted, keys, given, signal) => {
    const [method, facts] = findMethod(table, wanted);
    const input = checkedValues(facts.in, given, findTable, `${name}.${method}.`);
    const instance = await instanceOf(base, { method, facts, keys, signal });
    const run = methods[method as keyof Table['methods']] as unknown as AnyMethod;
    return await returned(async () => await run({ input, instance, signal }), { statuses, signal });
  };
  return { ...base, invoke };
}

/** The properties of a table, none of which can be written. */
function propertiesOf({ properties, keys }: ClassTable): CimProperty[] {
  return Object.entries(properties).map(([name, type]) => ({
    name,
    ...parseType(type),
    isKey: keys.includes(name),
    isWritable: false,
  }));
}

/** A method as classes tell it: what goes in first, what goes in and comes out once. */
export function methodOf(name: string, { in: given, out, isStatic = false }: MethodTable): CimMethod {
  const both: TypesByName = { ...given, ...out };
  const parameters = Object.entries(both).map(
    ([parameter, type]): CimParameter => ({
      name: parameter,
      ...parseType(type),
      isIn: Object.hasOwn(given, parameter),
      isOut: Object.hasOwn(out, parameter),
    }),
  );
  return { name, parameters, isStatic };
}

function findMethod(table: ClassTable, wanted: string): readonly [string, MethodTable] {
  const found = Object.entries(table.methods).find(([name]) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new WmiError('WMI_METHOD_NOT_FOUND', `${table.name} has no method ${wanted}`);
}

interface Called {
  readonly method: string;
  readonly facts: MethodTable;
  readonly keys: CimKeys | undefined;
  readonly signal: AbortSignal;
}

async function instanceOf(cimClass: CimClass, { method, facts, keys, signal }: Called): Promise<CimValues | undefined> {
  const isNamed = keys !== undefined && (facts.isStatic !== true || Object.keys(keys).length > 0);
  if (!isNamed) {
    if (facts.isStatic === true) return undefined;
    throw new WmiError('WMI_INSTANCE_NOT_FOUND', `${cimClass.name}.${method} is a method of an instance`);
  }
  const found = await findInstance(cimClass, keys, signal);
  if (found !== undefined) return found.values;
  const named = Object.entries(keys).map(([key, value]) => `${key}=${value}`);
  throw new WmiError('WMI_INSTANCE_NOT_FOUND', `${cimClass.name} has no instance ${named.join(', ')}`);
}
