// What the wire did.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The wire's fault: no connection could be made, or one was lost. */
export class TransportError extends IscsiError {
  override readonly name = 'TransportError';
  /** The peer's address as `host:port`, or the transport's own form of it. */
  readonly address: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly address: string }) {
    super(code, message, details);
    this.address = details.address;
  }
}
