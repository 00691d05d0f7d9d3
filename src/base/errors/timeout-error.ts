// What did not happen in time.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** Nobody knows whose fault: an answer did not come within its limit. */
export class TimeoutError extends IscsiError {
  override readonly name = 'TimeoutError';
  /** What was waited for. */
  readonly operation: string;
  readonly limitMs: number;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly operation: string; readonly limitMs: number },
  ) {
    super(code, message, details);
    this.operation = details.operation;
    this.limitMs = details.limitMs;
  }
}
