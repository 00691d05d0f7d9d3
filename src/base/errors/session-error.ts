// What cannot be done because of where a session stands in its life.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The session or connection is ending, has ended, or forbids this by its rules. */
export class SessionError extends IscsiError {
  override readonly name = 'SessionError';

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
  }
}
