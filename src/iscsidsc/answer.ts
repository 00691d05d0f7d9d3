// What a call answers with: a status first, then its out-parameters. No failure of an operation is thrown.

import {
  asIscsiError,
  type ErrorCode,
  errorCodes,
  IscsiError,
  ServiceError,
  type StatusName,
  type StatusValue,
  statusFacts,
  statusOfError,
  statusValue,
  UsageError,
} from '../base/index.ts';
import type { DiscoveryOutcome } from '../service/index.ts';

/** Every status but ERROR_SUCCESS. */
export type FailureStatus = Exclude<StatusValue, 0>;

/**
 * The answer of a call. With Status 0 its out-parameters are there; with any other, Cause says in our own words what went
 * wrong (for ISDSC_DEVICE_BUSY_ON_SESSION with everybody who holds a device), and out-parameters are there where the call
 * says so.
 */
export type Answer<Out extends object = object> =
  | ({ readonly Status: 0 } & Readonly<Out>)
  | ({ readonly Status: FailureStatus; readonly Cause: IscsiError } & Partial<Readonly<Out>>);

/** A failure with a status of its own, and the out-parameters that are there all the same. Never leaves this folder. */
class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: StatusName;
  override readonly cause: IscsiError;
  readonly out: object;

  constructor(status: StatusName, cause: IscsiError, out: object) {
    super(cause.message);
    this.status = status;
    this.cause = cause;
    this.out = out;
  }
}

/** Ends a call with ERROR_INVALID_PARAMETER, since an argument is not what the header says. */
export function badArgument(argument: string, expected: string): never {
  const cause = new UsageError('ISCSI_BAD_ARGUMENT', `${argument} must be ${expected}`, { argument });
  throw new StatusError('ERROR_INVALID_PARAMETER', cause, {});
}

/** Ends a call with a status that no error of the service's stands for. `out` is what it answers with nevertheless. */
export function refuse(status: StatusName, why: string | IscsiError, out: object = {}): never {
  const code = statusFacts(statusValue(status))?.code ?? 'SERVICE_FAILED';
  throw new StatusError(status, typeof why === 'string' ? new ServiceError(code, why) : why, out);
}

/** Statuses that a call gives to errors in the place of the usual ones. */
export type Statuses = Readonly<Partial<Record<ErrorCode, StatusName>>>;

/** Does the work of a call, and answers with what it gives or why it gives nothing. */
export async function answer<Out extends object>(
  work: () => Promise<Out>,
  statuses: Statuses = {},
): Promise<Answer<Out>> {
  try {
    return { Status: 0, ...(await work()) };
  } catch (error) {
    return failure<Out>(error, statuses);
  }
}

/** Ends the call with the status of an error that is told, not thrown: the outcome of a discovery. */
export function requireOutcome({ error }: DiscoveryOutcome, statuses: Statuses = {}): void {
  if (error === undefined) return;
  const code = Object.hasOwn(errorCodes, error.code) ? (error.code as ErrorCode) : 'SERVICE_FAILED';
  const cause = new ServiceError(code, error.message);
  refuse(statuses[code] ?? statusOfError(cause), cause);
}

function failure<Out extends object>(error: unknown, statuses: Statuses): Answer<Out> {
  const { status, cause, out } =
    error instanceof StatusError ? error : { status: undefined, cause: asIscsiError(error), out: {} };
  const name = status ?? (error instanceof IscsiError ? statuses[error.code] : undefined) ?? statusOfError(error);
  // Whoever built `out` has built it of the call's own out-parameters.
  return { Status: statusValue(name) as FailureStatus, Cause: cause, ...(out as Partial<Out>) };
}
