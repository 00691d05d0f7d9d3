// What a caller did wrong.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The caller's fault: an argument that cannot be taken, or a call in the wrong state. Nothing was sent. */
export class UsageError extends IscsiError {
  override readonly name = 'UsageError';
  /** The argument or option at fault, where there is one. */
  readonly argument: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly argument?: string } = {}) {
    super(code, message, details);
    this.argument = details.argument;
  }
}
