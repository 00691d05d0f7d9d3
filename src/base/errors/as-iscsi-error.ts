// What was caught, as one of our errors.

import { IscsiError } from './iscsi-error.ts';
import { SessionError } from './session-error.ts';

/** The error itself when it is one of ours; else SessionError ISCSI_CLOSED with it as `cause`, such as an abort's reason. */
export function asIscsiError(caught: unknown): IscsiError {
  if (caught instanceof IscsiError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new SessionError('ISCSI_CLOSED', `Given up: ${message}`, { cause: caught });
}
