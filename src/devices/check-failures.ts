// Why a question to a device has no answer: because of the device, of the session, or of what will pass.

import { type ErrorCode, ScsiError, SessionError, TimeoutError } from '../base/index.ts';

/** The session takes no commands any more, or none for now. */
const sessionCodes: ReadonlySet<ErrorCode> = new Set(['ISCSI_CLOSED', 'ISCSI_DRAINING', 'ISCSI_SESSION_LOST']);

/** Whether a question failed at the device, and not on the way to it. */
export function isOfDevice(error: unknown): boolean {
  return error instanceof ScsiError || (error instanceof TimeoutError && error.code === 'ISCSI_TASK_TIMEOUT');
}

/** Whether a question failed since the session is not there, so that nothing else gets through either. */
export function isOfSession(error: unknown): boolean {
  return error instanceof SessionError && sessionCodes.has(error.code);
}
