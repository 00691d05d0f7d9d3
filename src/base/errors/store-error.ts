// What goes wrong with durable records.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The store cannot be opened, read or written. What was committed before is whole. */
export class StoreError extends IscsiError {
  override readonly name = 'StoreError';
  /** The file, or the record as `kind/key`. */
  readonly record: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly record: string }) {
    super(code, message, details);
    this.record = details.record;
  }
}
