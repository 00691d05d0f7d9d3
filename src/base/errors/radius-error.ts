// What RADIUS servers said, or did not say.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** No RADIUS server gave an answer that can be trusted, or one refused. */
export class RadiusError extends IscsiError {
  override readonly name = 'RadiusError';
  /** The server that refused, as `host:port`. */
  readonly server: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly server?: string } = {}) {
    super(code, message, details);
    this.server = details.server;
  }
}
