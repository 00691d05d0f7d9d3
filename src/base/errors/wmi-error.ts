// What goes wrong with the MSiSCSI classes: no such class, instance, method or item, and buffers that do not fit.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** Where a request about an MSiSCSI class went wrong. */
export interface WmiErrorPlace {
  /** The structure of a buffer and the member in it, as in `LoginToTarget_IN.TargetPortal.Address.Type`. */
  readonly member?: string;
  /** Where in the buffer the member is, in bytes. */
  readonly offset?: number;
  /** How many bytes a buffer that is too small must have. */
  readonly neededLength?: number;
}

/** A request about an MSiSCSI class that cannot be met. Nothing was done. */
export class WmiError extends IscsiError {
  override readonly name = 'WmiError';
  readonly member: string | undefined;
  readonly offset: number | undefined;
  readonly neededLength: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & WmiErrorPlace = {}) {
    super(code, message, details);
    this.member = details.member;
    this.offset = details.offset;
    this.neededLength = details.neededLength;
  }
}
