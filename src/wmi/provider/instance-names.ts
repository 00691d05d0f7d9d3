// The names of instances. Those of adapters, sessions and connections are the documents', the others our own: no document
// says what ports and LUNs are called.

import { formatUniqueId, type InitiatorInstance } from '../../adapter/index.ts';

/** An adapter: the name of its PDO. */
export function adapterInstanceName({ name }: Pick<InitiatorInstance, 'name'>): string {
  return name;
}

/** A port of an adapter, or the address that it has: the number is its index. */
export function portInstanceName({ name }: Pick<InitiatorInstance, 'name'>, port: number): string {
  return `${name}#Port${port}`;
}

/** A LUN of a session. */
export function lunInstanceName(
  adapter: Pick<InitiatorInstance, 'name'>,
  uniqueSessionId: bigint,
  lun: bigint,
): string {
  return `${adapter.name}#Session${formatUniqueId(uniqueSessionId)}Lun${lun}`;
}

/** `targetname_SID`: SID is the UniqueSessionId, in hexadecimal. */
export function sessionInstanceName(targetName: string, uniqueSessionId: bigint): string {
  return `${targetName}_${formatUniqueId(uniqueSessionId)}`;
}

/** `targetname_SID:CID`. */
export function connectionInstanceName(targetName: string, uniqueSessionId: bigint, cid: number): string {
  return `${sessionInstanceName(targetName, uniqueSessionId)}:${cid}`;
}

/** Whether two names are of the same instance: their case does not matter. */
export function isSameInstance(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
