// The ids of sessions and connections: pairs of 64 bits here, text in the service.

import type { UniqueId } from '../service/index.ts';
import { badArgument } from './answer.ts';
import { readStructure, readUnsigned64 } from './arguments.ts';
import type { ISCSI_UNIQUE_SESSION_ID } from './structures.ts';

/** The id of nothing. */
export const noId: ISCSI_UNIQUE_SESSION_ID = { AdapterUnique: 0n, AdapterSpecific: 0n };

/** An id as the service has it. */
export function readId(value: unknown, name: string): UniqueId {
  const members = readStructure(value, name);
  const parts = ['AdapterUnique', 'AdapterSpecific'].map((part) => readUnsigned64(members[part], `${name}.${part}`));
  return parts.map((part) => part.toString(16).padStart(16, '0')).join('-');
}

/** An id as the header has it. */
export function asId(id: UniqueId): ISCSI_UNIQUE_SESSION_ID {
  const parts = /^([0-9a-f]{16})-([0-9a-f]{16})$/i.exec(id);
  if (parts === null) return badArgument('id', `two numbers of 16 hexadecimal digits, not ${id}`);
  return { AdapterUnique: BigInt(`0x${parts[1] ?? '0'}`), AdapterSpecific: BigInt(`0x${parts[2] ?? '0'}`) };
}
