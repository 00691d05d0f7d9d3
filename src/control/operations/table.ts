// The table of operations: every method of InitiatorService that answers once, exactly once. `events` is a stream of its own.

import { connectionOperations } from './connections.ts';
import { deviceOperations } from './devices.ts';
import { isnsOperations } from './isns-servers.ts';
import type { AnyOperation, OperationName, OperationTable } from './operation.ts';
import { persistentDeviceOperations } from './persistent-devices.ts';
import { persistentLoginOperations } from './persistent-logins.ts';
import { portalOperations } from './portals.ts';
import { scsiOperations } from './scsi.ts';
import { ipsecOperations, radiusOperations, secretOperations } from './security.ts';
import { serviceOperations } from './service.ts';
import { sessionOperations } from './sessions.ts';
import { stateOperations } from './state.ts';
import { targetOperations } from './targets.ts';

/** The compiler refuses a table that lacks a method. */
const typed: OperationTable<OperationName> = {
  ...serviceOperations,
  ...portalOperations,
  ...isnsOperations,
  ...targetOperations,
  ...sessionOperations,
  ...connectionOperations,
  ...scsiOperations,
  ...deviceOperations,
  ...persistentLoginOperations,
  ...persistentDeviceOperations,
  ...secretOperations,
  ...radiusOperations,
  ...ipsecOperations,
  ...stateOperations,
};

/** All operations by name, without the types of their own. */
export const operations: Readonly<Record<OperationName, AnyOperation>> = typed;

export const operationNames: readonly OperationName[] = Object.keys(operations) as OperationName[];

/** Where events are streamed. */
export const eventsPath = '/v1/events';
