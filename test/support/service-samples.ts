// An input and an answer of every operation of the service, with every field that there may be.

import type { InputOf, OperationName, OutputOf } from '../../src/control/operations/operation.ts';
import type {
  ConnectionInfo,
  DeviceInfo,
  HoldInfo,
  InitiatorInfo,
  KnownTarget,
  LoginOptions,
  PersistentLogin,
  ServiceEvent,
  ServiceStatus,
  SessionInfo,
  StoredLoginOptions,
  TargetMapping,
} from '../../src/service/index.ts';

/** What goes in and what comes out. */
export type ServiceSamples = {
  readonly [Name in OperationName]: { readonly input: InputOf<Name>; readonly output: OutputOf<Name> };
};

const sessionId = '4000013700000001-4000013700000002';
const connectionId = '4000013700000001-4000013700000003';
const targetName = 'iqn.2026-11.example:disk/with space?&=%2F#ä';
const instance = 'Root\\ISCSIPRT\\0000_0';
const at = '2026-11-21T18:00:00.000Z';
const place = { instance, initiatorPort: 0xffff_ffff };
const portal = { host: '2001:db8::1', port: 3260 };
const failure = { code: 'ISCSI_CONNECT_FAILED', message: 'No way there' };
const mapping: TargetMapping = {
  osBusNumber: 1,
  osTargetNumber: 2,
  luns: [{ osLun: 3, targetLun: '0000000000000000' }],
};

const loginOptions: LoginOptions = {
  authType: 'mutualChap',
  userName: 'joe',
  password: { hex: '00ff00ff00ff00ff00ff00ff' },
  headerDigest: 'crc32c',
  dataDigest: 'preferred',
  maximumConnections: 4,
  defaultTime2Wait: 0,
  defaultTime2Retain: 3600,
  loginFlags: 2,
  connections: 2,
  policy: 'weightedPaths',
};
const stored: StoredLoginOptions = { authType: 'chap', userName: 'joe', hasPassword: true };
const outcome = { at, targetCount: 1, error: undefined };
const keptPortal = {
  ...place,
  ...portal,
  symbolicName: 'first',
  loginOptions: stored,
  securityFlags: 0,
  outcome: { at: undefined, targetCount: 0, error: failure },
};
const isns = { address: '192.0.2.1:3205', outcome, isRegistered: true };
const known: KnownTarget = {
  targetName,
  instances: [
    {
      mechanism: 'SendTargets:192.0.2.1:3260',
      targetAlias: '',
      initiatorInstance: instance,
      portals: [portal, { ...portal, portalGroupTag: 1 }],
      isHidden: false,
      mapping: undefined,
      loginOptions: { hasPassword: false },
    },
    {
      mechanism: 'Static',
      targetAlias: 'mine',
      initiatorInstance: '',
      portals: [],
      isHidden: true,
      mapping,
      loginOptions: stored,
    },
  ],
  sessions: [sessionId],
};
const connection: ConnectionInfo = {
  connectionId,
  cid: 0,
  state: 'loggedIn',
  isLeading: true,
  initiatorAddress: undefined,
  targetAddress: portal,
  role: 'active',
  tasksInFlight: 1,
  tasksSent: 2,
  bytesRead: 3,
  bytesWritten: 2 ** 40,
  headerDigest: true,
  dataDigest: false,
  maxRecvDataSegmentLength: 262_144,
};
const session: SessionInfo = {
  sessionId,
  instance,
  initiatorName: 'iqn.2026-11.example:me',
  targetName,
  targetAlias: '',
  isInformational: false,
  state: 'lost',
  isid: '00023d000001',
  tsih: 1,
  policy: 'roundRobin',
  parameters: {
    initialR2t: true,
    immediateData: true,
    dataPduInOrder: true,
    dataSequenceInOrder: true,
    errorRecoveryLevel: 0,
    maxOutstandingR2t: 1,
    firstBurstLength: 65_536,
    maxBurstLength: 262_144,
    maxConnections: 4,
    defaultTime2Wait: 2,
    defaultTime2Retain: 20,
    targetPortalGroupTag: undefined,
  },
  connections: [connection, { ...connection, initiatorAddress: { host: '127.0.0.1', port: 40_000 } }],
  since: at,
  recoveries: 3,
  authType: 'chap',
  error: failure,
};
const holder = { device: 'LUN 0', label: 'backup', pid: 7, reason: 'half done' };
const removal = {
  holders: [holder, { device: 'LUN 1', label: 'x', pid: 8 }],
  unknownWrites: [{ device: 'LUN 0', offset: 4096, length: 512 }],
  flushErrors: [failure],
};
const device: DeviceInfo = {
  path: `${targetName}/0`,
  sessionId,
  targetName,
  lun: 0,
  vendor: 'HAWSER',
  product: 'DISK',
  revision: '1',
  deviceType: 0,
  state: 'ready',
  size: undefined,
  holders: [holder],
  osBusNumber: 0,
  osTargetNumber: 0,
  osLun: 0,
  isPersistent: true,
};
const hold: HoldInfo = { holdId: 'h/1', path: device.path, sessionId, label: 'backup', pid: 7, endsAt: undefined };
const bound = { path: device.path, isPresent: true };
const login: PersistentLogin = {
  targetName,
  portal: undefined,
  isInformational: false,
  mapping,
  loginOptions: stored,
  securityFlags: 0,
  actual: { state: 'waiting', sessionId: undefined, attempts: 3, nextAttemptAt: at, error: failure },
};
const scsi = { scsiStatus: 0, response: 'AAAA', sense: '' };
const initiator: InitiatorInfo = {
  nodeName: 'iqn.2026-11.example:me',
  defaultNodeName: 'iqn.2026-11.io.hawser:host',
  alias: undefined,
  instances: [{ instance, adapterId: '4000013700000001', sessionCount: 1, ports: ['127.0.0.1'] }],
  hasChapSecret: true,
};
const status: ServiceStatus = {
  version: '0.1.0',
  pid: 1,
  startedAt: at,
  stateDirectory: '/var/lib/hawser',
  nodeName: initiator.nodeName,
  isReady: true,
  counts: { sessions: 1, connections: 1, devices: 1, persistentLogins: 1, portals: 1, isnsServers: 1, targets: 1 },
  lostSessions: [sessionId],
  concerns: [{ kind: 'portal', name: '192.0.2.1:3260', ...failure, since: at, nextAttemptAt: undefined }],
};
const state = {
  format: 'hawser-state' as const,
  version: 1,
  records: { portal: { a: { host: 'h', list: [1, null, 'x'] } } },
  secrets: { 'initiator CHAP secret': 'AAAA' },
};

/** An event. */
export const sampleEvent: ServiceEvent = {
  id: 'run-1',
  at,
  type: 'sessionLoggedIn',
  sessionId,
  connectionId,
  targetName,
  path: device.path,
  detail: { text: 'two\nlines', number: 1, nothing: null },
};

/** Of every operation. */
export const serviceSamples: ServiceSamples = {
  status: { input: undefined, output: status },
  version: { input: undefined, output: { majorVersion: 10, minorVersion: 0, buildNumber: 1 } },
  initiator: { input: undefined, output: initiator },
  setInitiator: { input: { nodeName: null, alias: 'me' }, output: { ...initiator, alias: 'me' } },
  portals: { input: undefined, output: [keptPortal, { ...keptPortal, outcome }] },
  addPortal: {
    input: { ...place, ...portal, symbolicName: 'first', loginOptions, securityFlags: 1 },
    output: keptPortal,
  },
  removePortal: { input: { ...place, ...portal }, output: undefined },
  refreshPortal: { input: { ...place, ...portal }, output: keptPortal },
  isnsServers: { input: undefined, output: [isns] },
  addIsnsServer: { input: { address: '192.0.2.1:3205' }, output: isns },
  removeIsnsServer: { input: { address: '[2001:db8::1]:3205' }, output: undefined },
  refreshIsnsServer: { input: { address: 'isns.example' }, output: isns },
  targets: { input: { refresh: true, includesHidden: false }, output: [known] },
  addStaticTarget: {
    input: {
      targetName,
      targetAlias: 'mine',
      isHidden: true,
      merges: true,
      persists: false,
      portals: [{ ...portal, portalGroupTag: 1 }],
      mapping,
      loginOptions: { ...loginOptions, password: 'a secret of joe' },
    },
    output: known,
  },
  removeStaticTarget: { input: { targetName }, output: undefined },
  login: {
    input: {
      ...place,
      targetName,
      portal,
      isInformational: true,
      loginOptions,
      mapping,
      securityFlags: 0,
      key: 'key',
      existing: 'add',
      isPersistent: true,
    },
    output: { sessionId, connectionId, wasThere: false },
  },
  logout: {
    input: { sessionId, force: true, drainTimeoutMs: 1, askTimeoutMs: 2 },
    output: { ...removal, isClean: false, error: failure },
  },
  sessions: { input: undefined, output: [session, { ...session, error: undefined }] },
  session: { input: { sessionId }, output: session },
  setPolicy: {
    input: { sessionId, policy: 'weightedPaths', active: [connectionId], weights: { [connectionId]: 3 } },
    output: session,
  },
  addConnection: {
    input: { sessionId, initiatorPort: 0, portal, loginOptions, securityFlags: 0, key: { hex: '00' } },
    output: { connectionId },
  },
  removeConnection: { input: { sessionId, connectionId, drainTimeoutMs: 5 }, output: undefined },
  scsiInquiry: {
    input: { sessionId, lun: '0001000000000000', evpdCmddt: 1, pageCode: 0x83, allocationLength: 255 },
    output: scsi,
  },
  scsiReadCapacity: { input: { sessionId, lun: 1 }, output: scsi },
  scsiReportLuns: { input: { sessionId }, output: scsi },
  devices: { input: { sessionId, rescan: true }, output: [device, { ...device, size: 2 ** 43 }] },
  removeDevice: { input: { sessionId, lun: 5, force: false }, output: removal },
  holdDevice: {
    input: { path: device.path, sessionId, label: 'backup', pid: 7, leaseMs: 60_000 },
    output: { ...hold, endsAt: at },
  },
  renewHold: { input: { holdId: hold.holdId, leaseMs: 1000 }, output: hold },
  releaseHold: { input: { holdId: hold.holdId }, output: undefined },
  holds: { input: undefined, output: [hold] },
  persistentLogins: { input: undefined, output: [login, { ...login, ...place, portal }] },
  addPersistentLogin: {
    input: { ...place, targetName, portal, isInformational: false, loginOptions, mapping, securityFlags: 0, key: 'k' },
    output: login,
  },
  removePersistentLogin: { input: { ...place, targetName, portal }, output: { removed: 2 } },
  persistentDevices: { input: undefined, output: [bound] },
  addPersistentDevice: { input: { path: device.path }, output: bound },
  removePersistentDevice: { input: { path: device.path }, output: undefined },
  clearPersistentDevices: { input: undefined, output: undefined },
  bindPersistentDevices: { input: undefined, output: [bound] },
  waitForPersistentDevices: { input: { timeoutMs: 5 }, output: undefined },
  secrets: { input: undefined, output: [{ name: 'initiator CHAP secret', length: 12, since: at }] },
  setChapSecret: { input: { secret: 'a secret of joe' }, output: undefined },
  radiusServers: { input: undefined, output: [portal] },
  addRadiusServer: { input: { address: '192.0.2.1' }, output: undefined },
  removeRadiusServer: { input: { address: '192.0.2.1:1812' }, output: undefined },
  setRadiusSecret: { input: { secret: null }, output: undefined },
  ikeSettings: { input: place, output: { ...place, securityFlags: 1, identity: undefined, hasKey: false } },
  setIkeSettings: {
    input: { ...place, securityFlags: 1, identity: { idType: 2, id: 'host.example' }, key: 'key', persists: true },
    output: undefined,
  },
  setPresharedKey: { input: { identity: { idType: 2, id: 'h' }, key: null, persists: false }, output: undefined },
  tunnelAddresses: { input: undefined, output: [{ ...place, destination: '192.0.2.1', outer: '192.0.2.2' }] },
  setTunnelAddress: { input: { ...place, destination: '192.0.2.1', persists: true }, output: undefined },
  exportState: { input: { includesSecrets: true }, output: state },
  importState: { input: { state, merges: true }, output: undefined },
};
