// An InitiatorService that answers from a script and keeps what it was asked.

import assert from 'node:assert/strict';

import { type ErrorCode, ServiceError } from '../../src/base/index.ts';
import type { DeviceInfo, InitiatorService, SessionInfo } from '../../src/service/index.ts';

type Method = keyof InitiatorService;

/** What a method answers with: a value, or a function of its input, whose error it rejects with. */
export type Script = Partial<Record<Method, unknown>>;

/** A call that the service got. */
export interface Asked {
  readonly method: Method;
  readonly input: unknown;
}

/** A service that answers by `script`, and fails the test when it is asked something else. */
export function fakeService(script: Script): { readonly service: InitiatorService; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const service = new Proxy({} as InitiatorService, {
    get: (_target, method: Method) => async (input?: unknown) => {
      asked.push({ method, input });
      assert.ok(method in script, `the service was asked ${method}`);
      const scripted = script[method];
      return await Promise.resolve(
        typeof scripted === 'function' ? (scripted as (input: unknown) => unknown)(input) : scripted,
      );
    },
  });
  return { service, asked };
}

/** A step of a script that rejects. */
export function rejects(code: ErrorCode, field?: string): () => never {
  return () => {
    throw new ServiceError(code, 'refused', field === undefined ? {} : { field });
  };
}

/** Ids as the service has them. */
export const sessionId = '0123456789abcdef-4000013700000001';
export const connectionId = '0123456789abcdef-4000013700000002';
export const otherConnectionId = '0123456789abcdef-4000013700000003';
export const instanceName = 'Root\\ISCSIPRT\\0000_0';
export const targetName = 'iqn.2026-11.example:disk';

type Connection = SessionInfo['connections'][number];

export function connectionInfo(overrides: Partial<Connection> = {}): Connection {
  return {
    connectionId,
    cid: 0x0102,
    state: 'loggedIn',
    isLeading: true,
    initiatorAddress: { host: '127.0.0.1', port: 40_000 },
    targetAddress: { host: '127.0.0.2', port: 3260 },
    role: 'active',
    tasksInFlight: 0,
    tasksSent: 7,
    bytesRead: 512,
    bytesWritten: 0,
    headerDigest: true,
    dataDigest: false,
    maxRecvDataSegmentLength: 262_144,
    ...overrides,
  };
}

export function sessionInfo(overrides: Partial<SessionInfo> = {}): SessionInfo {
  return {
    sessionId,
    instance: instanceName,
    initiatorName: 'iqn.2026-11.example:host',
    targetName,
    targetAlias: 'a disk',
    isInformational: false,
    state: 'loggedIn',
    isid: '80a1b2c3d4e5',
    tsih: 0x0304,
    policy: 'roundRobin',
    parameters: {
      initialR2t: false,
      immediateData: true,
      dataPduInOrder: true,
      dataSequenceInOrder: false,
      errorRecoveryLevel: 1,
      maxOutstandingR2t: 4,
      firstBurstLength: 65_536,
      maxBurstLength: 1_048_576,
      maxConnections: 8,
      defaultTime2Wait: 2,
      defaultTime2Retain: 20,
      targetPortalGroupTag: 1,
    },
    connections: [connectionInfo()],
    since: '2026-11-21T18:00:00.000Z',
    recoveries: 0,
    authType: 'mutualChap',
    error: undefined,
    ...overrides,
  };
}

export function deviceInfo(overrides: Partial<DeviceInfo> = {}): DeviceInfo {
  return {
    path: `${targetName}/1`,
    sessionId,
    targetName,
    lun: 1,
    vendor: 'HAWSER',
    product: 'DISK',
    revision: '1',
    deviceType: 0,
    state: 'present',
    size: 1_048_576,
    holders: [],
    osBusNumber: 0,
    osTargetNumber: 5,
    osLun: 2,
    isPersistent: false,
    ...overrides,
  };
}
