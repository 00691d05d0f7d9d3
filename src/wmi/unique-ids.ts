// Ids of the service as this contract has them: the adapter's part apart from their own.

import type { InitiatorInstance } from '../adapter/index.ts';
import { formatUniqueId, parseUniqueId, type UniqueId } from '../service/index.ts';

type Adapter = Pick<InitiatorInstance, 'adapterId'>;

/** An id of 64 bits as the service has it: behind that of its adapter. */
export function serviceId({ adapterId }: Adapter, id: bigint): UniqueId {
  return formatUniqueId(adapterId, id);
}

/** The part of the service's id that is the driver's. */
export function driverId(id: UniqueId): bigint {
  return parseUniqueId(id).uniqueId;
}

/** Whether an id is of this adapter. */
export function isOf({ adapterId }: Adapter, id: UniqueId): boolean {
  return parseUniqueId(id).adapterId === adapterId;
}
