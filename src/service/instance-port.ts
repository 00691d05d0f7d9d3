// What the service needs of an initiator instance: a part of InitiatorInstance, so that tests can stand in for one.

import type { InitiatorInstance, InstanceSession } from '../adapter/index.ts';

/** An initiator instance as the service drives it. */
export type InstancePort = Pick<
  InitiatorInstance,
  | 'name'
  | 'adapterId'
  | 'events'
  | 'ports'
  | 'setNodeName'
  | 'sendTargets'
  | 'loginToTarget'
  | 'loginForDiscovery'
  | 'logoutFromTarget'
  | 'addConnectionToSession'
  | 'removeConnectionFromSession'
  | 'setLoadBalancePolicy'
  | 'scsiInquiry'
  | 'scsiReadCapacity'
  | 'scsiReportLuns'
  | 'sessions'
  | 'session'
  | 'statistics'
  | 'close'
>;

/** A session as an instance keeps it. */
export type SessionPort = InstanceSession;
