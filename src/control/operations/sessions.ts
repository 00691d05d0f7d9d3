// Operations on sessions: login, logout, and how a session uses its connections.

import { z } from 'zod';
import { policyName } from '../schemas/login-options.ts';
import { uniqueId } from '../schemas/names.ts';
import { loginInput, loginResult, logoutInfo, sessionInfo } from '../schemas/sessions.ts';
import { milliseconds } from '../schemas/texts.ts';
import type { OperationTable } from './operation.ts';

export const sessionOperations: OperationTable<'login' | 'logout' | 'sessions' | 'session' | 'setPolicy'> = {
  login: {
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Logs in to a target that is known, or finds the session that is there',
    input: loginInput,
    output: loginResult,
    errors: [
      'SERVICE_BAD_REQUEST',
      'SERVICE_TARGET_UNKNOWN',
      'SERVICE_TARGET_LOGGED_IN',
      'SERVICE_INSTANCE_UNKNOWN',
      'SERVICE_NO_PORTAL',
      'SERVICE_SECRET_MISSING',
      'SERVICE_SECRET_INVALID',
      'SERVICE_IPSEC_UNAVAILABLE',
      'SERVICE_MAPPING_TAKEN',
      'ISCSI_AUTH_FAILED',
    ],
  },
  logout: {
    method: 'DELETE',
    path: '/v1/sessions/{sessionId}',
    summary: 'Leaves a session safely: asks the holders of its devices, drains, flushes, logs out',
    input: z.strictObject({
      sessionId: uniqueId,
      force: z.boolean().exactOptional(),
      drainTimeoutMs: milliseconds.exactOptional(),
      askTimeoutMs: milliseconds.exactOptional(),
    }),
    output: logoutInfo,
    errors: ['SERVICE_SESSION_UNKNOWN', 'ISCSI_DEVICE_BUSY'],
    ownLimitMs: ({ drainTimeoutMs, askTimeoutMs }) => (drainTimeoutMs ?? 0) + (askTimeoutMs ?? 0),
  },
  sessions: {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'All sessions',
    input: undefined,
    output: z.array(sessionInfo),
    errors: [],
  },
  session: {
    method: 'GET',
    path: '/v1/sessions/{sessionId}',
    summary: 'One session',
    input: z.strictObject({ sessionId: uniqueId }),
    output: sessionInfo,
    errors: ['SERVICE_SESSION_UNKNOWN'],
  },
  setPolicy: {
    method: 'PUT',
    path: '/v1/sessions/{sessionId}/policy',
    summary: 'Says which connections of a session carry its commands',
    input: z.strictObject({
      sessionId: uniqueId,
      policy: policyName,
      active: z.array(uniqueId).max(65_535).exactOptional(),
      weights: z.record(uniqueId, z.number().min(0).max(0xffff_ffff)).exactOptional(),
    }),
    output: sessionInfo,
    errors: ['SERVICE_SESSION_UNKNOWN', 'SERVICE_CONNECTION_UNKNOWN', 'SERVICE_BAD_REQUEST'],
  },
};
