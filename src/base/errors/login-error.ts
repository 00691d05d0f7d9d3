// A login that did not succeed.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The peer refused the login, or we refused the peer. */
export class LoginError extends IscsiError {
  override readonly name = 'LoginError';
  /** Status-Class of the Login Response (RFC 7143 §11.13.5), when a response refused. */
  readonly statusClass: number | undefined;
  /** Status-Detail of the Login Response. */
  readonly statusDetail: number | undefined;
  /** The negotiation key at fault, where there is one. */
  readonly key: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & {
      readonly statusClass?: number;
      readonly statusDetail?: number;
      readonly key?: string;
    } = {},
  ) {
    super(code, message, details);
    this.statusClass = details.statusClass;
    this.statusDetail = details.statusDetail;
    this.key = details.key;
  }
}
