// Ids of sessions and connections as text: the adapter's part and its own, 64 bits each, in hexadecimal.

import { ServiceError } from '../base/index.ts';
import type { UniqueId } from './contract/names.ts';

/** The id of a session or connection of the adapter with `adapterId`. */
export function formatUniqueId(adapterId: bigint, uniqueId: bigint): UniqueId {
  return `${hex(adapterId)}-${hex(uniqueId)}`;
}

/** The two parts of an id. Throws ServiceError SERVICE_BAD_REQUEST for text that is none. */
export function parseUniqueId(id: UniqueId): { readonly adapterId: bigint; readonly uniqueId: bigint } {
  const parts = /^([0-9A-Fa-f]{16})-([0-9A-Fa-f]{16})$/.exec(id);
  if (parts === null) throw new ServiceError('SERVICE_BAD_REQUEST', 'An id has two times 16 hexadecimal digits');
  return { adapterId: BigInt(`0x${parts[1] ?? ''}`), uniqueId: BigInt(`0x${parts[2] ?? ''}`) };
}

/** A number of 64 bits as 16 hexadecimal digits. */
export function hex(number: bigint): string {
  return number.toString(16).padStart(16, '0');
}
