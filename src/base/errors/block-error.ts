// What a block device refused or failed to do.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** A block device's own fault, or a request that lies outside it. */
export class BlockError extends IscsiError {
  override readonly name = 'BlockError';
  /** Byte offset of the request, where there is one. */
  readonly offset: number | undefined;
  /** Byte length of the request, where there is one. */
  readonly length: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly offset?: number; readonly length?: number } = {},
  ) {
    super(code, message, details);
    this.offset = details.offset;
    this.length = details.length;
  }
}
