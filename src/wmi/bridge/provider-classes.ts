// The classes of the driver contract as CIM has them: with InstanceName and Active, and the members of their structures as
// properties; the members of what a method takes and gives are its parameters.

import { isDeepStrictEqual } from 'node:util';

import { WmiError } from '../../base/index.ts';
import { anyInitiatorPort } from '../../service/index.ts';
import type { CimClass, CimKeys, CimProperty } from '../cim/cim-class.ts';
import { checkedValues, type FindTable, parseType } from '../cim/cim-types.ts';
import type { CimObject, CimValues } from '../cim/cim-value.ts';
import type { TypesByName } from '../cim/class-table.ts';
import { findInstance, keysOf } from '../cim/instance-keys.ts';
import { methodOf } from '../cim/table-class.ts';
import { requireMethod, type WmiClass, type WmiMethod, wmiClasses } from '../classes/index.ts';
import { isStructureName } from '../structures/index.ts';
import { LOGINSESSIONTYPE } from '../values/iscsiop.ts';
import { asMember, asMembers, asValues, type Members, typeOf, typesOf } from './structure-values.ts';

interface CallOptions {
  readonly signal: AbortSignal;
}

/** An instance, or an event, as the provider has it. */
export interface ProviderInstance {
  readonly instanceName: string;
  readonly value: Members;
}

/** What the classes need of WmiProvider, by names that no compiler has seen. */
export interface ClassSource {
  call(
    className: string,
    method: string,
    instanceName: string,
    input: Members | undefined,
    options: CallOptions,
  ): Promise<Members>;
  query(className: string, options: CallOptions): Promise<readonly ProviderInstance[]>;
  set(className: string, instanceName: string, changes: Members, options: CallOptions): Promise<void>;
  instanceNames(className: string, options: CallOptions): Promise<readonly string[]>;
}

const namespace = 'root/wmi';
const instanceNameKey = 'InstanceName';

/** What every class that has instances has besides the members of its structure. */
const ownProperties: readonly CimProperty[] = [
  { name: instanceNameKey, type: 'string', isArray: false, isKey: true, isWritable: false },
  { name: 'Active', type: 'boolean', isArray: false, isKey: false, isWritable: false },
];

/** What a parameter means that is not given, where 0 would be one port in particular, or a discovery session. */
const notGiven: CimValues = { PortNumber: anyInitiatorPort, SessionType: LOGINSESSIONTYPE.ISCSI_LOGINTARGET_DATA };

const findStructure: FindTable = (name) => (isStructureName(name) ? { properties: typesOf(name) } : undefined);

/** All classes of the driver contract. */
export function providerClasses(source: ClassSource): CimClass[] {
  return wmiClasses.map((wmiClass) => providerClass(source, wmiClass));
}

/** An instance or an event of a class. */
export function asObject({ name, structure }: WmiClass, { instanceName, value }: ProviderInstance): CimObject {
  const members = structure === undefined ? {} : asValues(structure, value);
  return { className: name, values: { [instanceNameKey]: instanceName, Active: true, ...members } };
}

function providerClass(source: ClassSource, wmiClass: WmiClass): CimClass {
  const { name, kind } = wmiClass;
  const isEmbedded = kind === 'embedded';
  const hasInstances = !isEmbedded && kind !== 'event';
  const base: CimClass = {
    namespace,
    name,
    properties: [...(isEmbedded ? [] : ownProperties), ...wmiClass.properties.map(asProperty)],
    methods: wmiClass.methods.map(asMethod),
    isEvent: kind === 'event',
    isEmbedded,
    instances: async (signal) => (hasInstances ? await instancesOf(source, wmiClass, signal) : []),
  };
  const isWritable = wmiClass.properties.some((each) => each.isWritable);
  return {
    ...base,
    ...(isWritable ? { put: async (...given) => await put(source, wmiClass, base, ...given) } : {}),
    ...(kind === 'methods' ? { invoke: async (...given) => await invoke(source, wmiClass, base, ...given) } : {}),
  };
}

function asProperty(property: WmiClass['properties'][number]): CimProperty {
  return { name: property.name, ...parseType(typeOf(property)), isKey: false, isWritable: property.isWritable };
}

function asMethod({ name, in: given, out }: WmiMethod): CimClass['methods'][number] {
  return methodOf(name, { in: inputsOf(given), out: typesOf(out) });
}

function inputsOf(given: WmiMethod['in']): TypesByName {
  return given === undefined ? {} : typesOf(given);
}

async function instancesOf(source: ClassSource, wmiClass: WmiClass, signal: AbortSignal): Promise<CimObject[]> {
  const { name, kind } = wmiClass;
  if (kind !== 'methods') {
    return (await source.query(name, { signal })).map((instance) => asObject(wmiClass, instance));
  }
  const names = await source.instanceNames(name, { signal });
  return names.map((instanceName) => asObject(wmiClass, { instanceName, value: {} }));
}

/** `Status`, which every method gives, is its return value as well. */
async function invoke(
  source: ClassSource,
  wmiClass: WmiClass,
  cimClass: CimClass,
  ...[wanted, keys, given, signal]: Parameters<NonNullable<CimClass['invoke']>>
): Promise<CimValues> {
  const { name: method, in: taken, out } = requireMethod(wmiClass, wanted);
  const input = checkedValues(inputsOf(taken), given, findStructure, `${wmiClass.name}.${method}.`);
  const instanceName = await instanceNameOf(cimClass, keys, signal);
  const members = taken === undefined ? undefined : asMembers(taken, withDefaults(input));
  const output = asValues(out, await source.call(wmiClass.name, method, instanceName, members, { signal }));
  return { ReturnValue: output['Status'] ?? 0, ...output };
}

function withDefaults(input: CimValues): CimValues {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, value ?? notGiven[name] ?? null]));
}

/** What is as it was may be given though it cannot be changed: clients send whole instances. */
async function put(
  source: ClassSource,
  wmiClass: WmiClass,
  cimClass: CimClass,
  ...[keys, given, signal]: Parameters<NonNullable<CimClass['put']>>
): Promise<CimObject> {
  const { name } = wmiClass;
  const own: TypesByName = { [instanceNameKey]: 'string', Active: 'boolean' };
  const types = Object.fromEntries(wmiClass.properties.map((property) => [property.name, typeOf(property)]));
  const values = checkedValues({ ...own, ...types }, given, findStructure, `${name}.`);
  const before = await instanceOf(cimClass, keys, signal);
  const changed = Object.entries(values).filter(
    ([property, value]) => value !== null && !isDeepStrictEqual(value, before.values[property] ?? null),
  );
  const instanceName = keysOf(cimClass, before)[instanceNameKey] ?? '';
  const changes = changed.map(([property, value]) => {
    const field = wmiClass.properties.find((each) => each.name === property);
    if (field?.isWritable !== true) throw new WmiError('WMI_READ_ONLY', `${name}.${property} cannot be changed`);
    return [property, asMember(field, value)] as const;
  });
  if (changes.length === 0) return before;
  await source.set(name, instanceName, Object.fromEntries(changes), { signal });
  return await instanceOf(cimClass, keys, signal);
}

async function instanceNameOf(cimClass: CimClass, keys: CimKeys | undefined, signal: AbortSignal): Promise<string> {
  return keysOf(cimClass, await instanceOf(cimClass, keys ?? {}, signal))[instanceNameKey] ?? '';
}

async function instanceOf(cimClass: CimClass, keys: CimKeys, signal: AbortSignal): Promise<CimObject> {
  const found = await findInstance(cimClass, keys, signal);
  if (found !== undefined) return found;
  throw new WmiError('WMI_INSTANCE_NOT_FOUND', `${cimClass.name} has no instance ${Object.values(keys).join(', ')}`);
}
