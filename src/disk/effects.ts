// What is known of the medium when more than one command had to do with a request.

import { BlockError, type Effect, IscsiError, ScsiError } from '../base/index.ts';

/** Whether an error is one of this package's own, and so says what it did to the medium. */
export function isIscsiError(error: unknown): error is IscsiError {
  return error instanceof IscsiError;
}

/** The same error with another effect and more said; its code stays, and `cause` is the error as it was. */
export function withEffect(
  error: IscsiError,
  effect: Effect,
  remark: string,
  range: { readonly offset?: number; readonly length?: number } = {},
): IscsiError {
  const message = `${error.message}; ${remark}`;
  const details = { cause: error, effect, isRetryable: error.isRetryable };
  if (!(error instanceof ScsiError)) return new BlockError(error.code, message, { ...details, ...range });
  return new ScsiError(error.code, message, {
    ...details,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.senseKey !== undefined && { senseKey: error.senseKey }),
    ...(error.asc !== undefined && { asc: error.asc }),
    ...(error.ascq !== undefined && { ascq: error.ascq }),
    ...(error.sense !== undefined && { sense: error.sense }),
    ...(error.information !== undefined && { information: error.information }),
  });
}

/**
 * The failure of a change that was carried out in several commands: `effect` is `none` only when none of them can have
 * changed the medium. Anything but an error of this package's own (an abort's reason) is given as it is.
 */
export function changeFailure(error: unknown, mayHaveChanged: boolean, offset: number, length: number): unknown {
  if (!isIscsiError(error)) return error;
  const share = mayHaveChanged ? 'some may have been' : 'none has been';
  const remark = `of the ${length} bytes at ${offset}, ${share} changed`;
  return withEffect(error, mayHaveChanged ? 'unknown' : 'none', remark, { offset, length });
}
