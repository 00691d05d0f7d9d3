// The root of every error that this package throws on purpose.

import { type ErrorCode, errorCodes } from './codes.ts';

/** What a failed command may have done to the medium: nothing, perhaps something, or all that was asked. */
export type Effect = 'none' | 'unknown' | 'complete';

/** What every error may carry besides its code and message. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** May a write have landed? `none` unless stated. */
  readonly effect?: Effect;
  /** May the same call succeed later? As the code's table row says unless stated. */
  readonly isRetryable?: boolean;
}

/** The root class: a stable `code`, what is known of the medium, and whether to try again. */
export abstract class IscsiError extends Error {
  /** Stable, documented, never reused. */
  readonly code: ErrorCode;
  readonly effect: Effect;
  readonly isRetryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.effect = details.effect ?? 'none';
    this.isRetryable = details.isRetryable ?? errorCodes[code].isRetryable;
  }
}
