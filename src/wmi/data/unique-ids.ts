// Ids of the service as this contract has them: the adapter's part apart from their own.

import type { InitiatorInstance } from '../../adapter/index.ts';
import type { UniqueId } from '../../service/index.ts';

/** The own part of the id of a session or connection. */
export function uniqueIdOf(id: UniqueId): bigint {
  return BigInt(`0x${id.slice(id.indexOf('-') + 1)}`);
}

/** Whether an id is of this adapter. */
export function isOf({ adapterId }: Pick<InitiatorInstance, 'adapterId'>, id: UniqueId): boolean {
  return BigInt(`0x${id.slice(0, id.indexOf('-'))}`) === adapterId;
}
