// The HTTP status of an error. Clients of ours go by the code alone; the status is for proxies and for curl.

import { type ErrorCode, type IscsiError, SessionError, StoreError, TimeoutError, UsageError } from '../base/index.ts';

const byCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  SERVICE_BAD_REQUEST: 400,
  SERVICE_UNAUTHORIZED: 401,
  SERVICE_OVERLOADED: 503,
  SERVICE_STOPPING: 503,
  SERVICE_NOT_RUNNING: 503,
  SERVICE_TIMEOUT: 504,
  SERVICE_FAILED: 500,
  SERVICE_PORTAL_UNKNOWN: 404,
  SERVICE_TARGET_UNKNOWN: 404,
  SERVICE_SESSION_UNKNOWN: 404,
  SERVICE_CONNECTION_UNKNOWN: 404,
  SERVICE_INSTANCE_UNKNOWN: 404,
  SERVICE_LOGIN_UNKNOWN: 404,
  SERVICE_SERVER_UNKNOWN: 404,
  SERVICE_DEVICE_UNKNOWN: 404,
  SERVICE_HOLD_UNKNOWN: 404,
  SERVICE_TARGET_LOGGED_IN: 409,
  SERVICE_DEVICE_NOT_PERSISTENT: 409,
  SERVICE_DEVICE_BOUND: 409,
  SERVICE_MAPPING_TAKEN: 409,
  SERVICE_SECRET_MISSING: 422,
  SERVICE_SECRET_INVALID: 422,
  SERVICE_STATE_INVALID: 422,
  SERVICE_IPSEC_UNAVAILABLE: 501,
  SERVICE_DEVICES_MISSING: 504,
  ISNS_TIMEOUT: 504,
  ISCSI_DEVICE_BUSY: 409,
  ISCSI_TOO_MANY_CONNECTIONS: 409,
};

/** 502 is for what a target, an iSNS server or a RADIUS server did or did not do. */
const peerFailed = 502;

export function httpStatus(error: IscsiError): number {
  const status = byCode[error.code];
  if (status !== undefined) return status;
  if (error instanceof UsageError) return 400;
  if (error instanceof SessionError) return 409;
  if (error instanceof TimeoutError) return 504;
  if (error instanceof StoreError) return 500;
  return peerFailed;
}

/** What is counted and logged for a client that has gone before its answer: no status of HTTP, but what servers commonly say. */
export const clientGone = 499;
