// What an iSNS server did, or did not do.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** An iSNS server could not be asked, did not answer in time, refused, or answered against RFC 4171. */
export class IsnsError extends IscsiError {
  override readonly name = 'IsnsError';
  /** The status code of the answer (RFC 4171 §5.4), when the server refused. */
  readonly status: number | undefined;
  /** The clause that an answer breaks, for example `RFC 4171 §5.3`. */
  readonly clause: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly status?: number; readonly clause?: string } = {},
  ) {
    super(code, message, details);
    this.status = details.status;
    this.clause = details.clause;
  }
}
