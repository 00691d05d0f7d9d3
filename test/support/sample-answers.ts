// What a service may answer: one of each kind.

import type {
  ConnectionInfo,
  DeviceInfo,
  KnownTarget,
  PersistentLogin,
  SendTargetsPortal,
  ServiceStatus,
  SessionInfo,
} from '../../src/service/index.ts';

export const disk = 'iqn.2026-11.example:disk';

/** The id that the sessions and connections of the samples have, by number. */
export function sampleId(number: number): string {
  return `9f3a5c0012345678-400001370000${number.toString(16).padStart(4, '0')}`;
}

export function sampleConnection(number: number, changes: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    connectionId: sampleId(0x100 + number),
    cid: number,
    state: 'loggedIn',
    isLeading: number === 1,
    initiatorAddress: { host: '192.0.2.1', port: 40_000 + number },
    targetAddress: { host: '192.0.2.10', port: 3260 },
    role: 'active',
    tasksInFlight: 2,
    tasksSent: 1000,
    bytesRead: 1 << 20,
    bytesWritten: 4096,
    headerDigest: true,
    dataDigest: false,
    maxRecvDataSegmentLength: 262_144,
    ...changes,
  };
}

export function sampleSession(number: number, changes: Partial<SessionInfo> = {}): SessionInfo {
  return {
    sessionId: sampleId(number),
    instance: 'Root\\ISCSIPRT\\0000_0',
    initiatorName: 'iqn.2026-11.example:host',
    targetName: disk,
    targetAlias: '',
    isInformational: false,
    state: 'loggedIn',
    isid: '80a1a2a30001',
    tsih: 7,
    policy: 'roundRobin',
    parameters: {
      initialR2t: false,
      immediateData: true,
      dataPduInOrder: true,
      dataSequenceInOrder: true,
      errorRecoveryLevel: 0,
      maxOutstandingR2t: 1,
      firstBurstLength: 65_536,
      maxBurstLength: 262_144,
      maxConnections: 8,
      defaultTime2Wait: 2,
      defaultTime2Retain: 20,
      targetPortalGroupTag: 1,
    },
    connections: [sampleConnection(1)],
    since: '2026-11-21T18:00:00.123Z',
    recoveries: 0,
    authType: 'none',
    error: undefined,
    ...changes,
  };
}

export function sampleDevice(lun: number, changes: Partial<DeviceInfo> = {}): DeviceInfo {
  return {
    path: `${disk}/${lun}`,
    sessionId: sampleId(1),
    targetName: disk,
    lun,
    vendor: 'HAWSER',
    product: 'VIRTUAL-DISK',
    revision: '0001',
    deviceType: 0,
    state: 'present',
    size: 64 << 20,
    holders: [],
    osBusNumber: 0,
    osTargetNumber: 0,
    osLun: lun,
    isPersistent: false,
    ...changes,
  };
}

export const samplePortal: SendTargetsPortal = {
  host: '192.0.2.10',
  port: 3260,
  symbolicName: '',
  loginOptions: { hasPassword: false },
  securityFlags: 0,
  outcome: { at: '2026-11-21T18:00:00.123Z', targetCount: 2, error: undefined },
};

export const sampleTarget: KnownTarget = {
  targetName: disk,
  sessions: [sampleId(1)],
  instances: [
    {
      mechanism: 'SendTargets:192.0.2.10:3260',
      targetAlias: 'for tests',
      initiatorInstance: '',
      portals: [
        { host: '192.0.2.10', port: 3260, portalGroupTag: 1 },
        { host: '2001:db8::10', port: 3260, portalGroupTag: 1 },
      ],
      isHidden: false,
      mapping: undefined,
      loginOptions: { hasPassword: false },
    },
  ],
};

export const samplePersistentLogin: PersistentLogin = {
  targetName: disk,
  portal: undefined,
  isInformational: false,
  mapping: undefined,
  loginOptions: { hasPassword: false },
  securityFlags: 0,
  actual: {
    state: 'waiting',
    sessionId: undefined,
    attempts: 3,
    nextAttemptAt: '2026-11-21T18:00:08.000Z',
    error: { code: 'ISCSI_CONNECT_FAILED', message: 'Nobody listens at 192.0.2.10:3260' },
  },
};

export const sampleStatus: ServiceStatus = {
  version: '9.8.7',
  pid: 4711,
  startedAt: '2026-11-21T17:00:00.000Z',
  stateDirectory: '/var/lib/hawser',
  nodeName: 'iqn.2026-11.example:host',
  isReady: true,
  counts: { sessions: 2, connections: 3, devices: 4, persistentLogins: 1, portals: 1, isnsServers: 0, targets: 5 },
  lostSessions: [],
  concerns: [],
};
