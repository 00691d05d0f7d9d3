// What the service does not do, because of how it was asked or because it has no such thing.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The service refuses a request, or cannot be asked. `field` names what is wrong with the input, where that is so. */
export class ServiceError extends IscsiError {
  override readonly name = 'ServiceError';
  /** For example `loginOptions.maximumConnections`. */
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly field?: string } = {}) {
    super(code, message, details);
    this.field = details.field;
  }
}
