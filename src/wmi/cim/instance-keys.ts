// The keys of instances: how they are written, and which instance they name.

import type { CimClass, CimKeys } from './cim-class.ts';
import type { CimObject, CimValue } from './cim-value.ts';

/** A key as text: a number in decimal, a boolean as `true` or `false`. Null is empty. */
export function formatKey(value: CimValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? '' : String(value);
}

/** The keys that name an instance. */
export function keysOf(cimClass: CimClass, instance: CimObject): CimKeys {
  const keys = cimClass.properties.filter(({ isKey }) => isKey);
  return Object.fromEntries(keys.map(({ name }) => [name, formatKey(instance.values[name] ?? null)]));
}

/**
 * The instance that keys name. The case of names and text does not matter, as it does not in WQL. Undefined where there
 * is none, where a key is missing and several instances match, or where a name is none of the class's keys.
 */
export async function findInstance(
  cimClass: CimClass,
  keys: CimKeys,
  signal: AbortSignal,
): Promise<CimObject | undefined> {
  const wanted = Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()] as const);
  const names = new Set(cimClass.properties.filter(({ isKey }) => isKey).map(({ name }) => name.toLowerCase()));
  if (wanted.some(([name]) => !names.has(name))) return undefined;
  const found = (await cimClass.instances(signal)).filter((instance) => {
    const own = folded(keysOf(cimClass, instance));
    return wanted.every(([name, value]) => own.get(name) === value);
  });
  return found.length === 1 ? found[0] : undefined;
}

function folded(keys: CimKeys): ReadonlyMap<string, string> {
  return new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]));
}
