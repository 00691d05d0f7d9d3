// What methods return: 0, or the status that stands for what went wrong.

import {
  type ErrorCode,
  errorCodes,
  IscsiError,
  ServiceError,
  type StatusName,
  statusOfError,
  statusValue,
} from '../../base/index.ts';
import type { CimValues } from './cim-value.ts';

/** Return values that errors get in the place of the usual ones. */
export type Statuses = Readonly<Partial<Record<ErrorCode, StatusName>>>;

/** A failure with a status of its own, and what comes out all the same. Never leaves `returned`. */
class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: StatusName;
  readonly out: CimValues;

  constructor(status: StatusName, message: string, out: CimValues) {
    super(message);
    this.status = status;
    this.out = out;
  }
}

/** Ends a method with a status that no error of the service's stands for. `out` is what comes out nevertheless. */
export function refuse(status: StatusName, message: string, out: CimValues = {}): never {
  throw new StatusError(status, message, out);
}

/** Ends a method with the status of an error that is told, not thrown: the outcome of a discovery. */
export function requireNoError(
  error: { readonly code: string; readonly message: string } | undefined,
  { statuses = {}, out = {} }: { readonly statuses?: Statuses; readonly out?: CimValues } = {},
): void {
  if (error === undefined) return;
  const code = Object.hasOwn(errorCodes, error.code) ? (error.code as ErrorCode) : 'SERVICE_FAILED';
  refuse(statuses[code] ?? statusOfError(new ServiceError(code, error.message)), error.message, out);
}

/** Does the work of a method. Rejects with what is no failure of it: the reason of an abort, a mistake of ours. */
export async function returned(
  work: () => Promise<CimValues>,
  { statuses = {}, signal }: { readonly statuses?: Statuses | undefined; readonly signal: AbortSignal },
): Promise<CimValues> {
  try {
    const out = await work();
    return { ReturnValue: 0, ...out };
  } catch (error) {
    if (error instanceof StatusError) return { ReturnValue: statusValue(error.status), ...error.out };
    if (signal.aborted || !(error instanceof IscsiError)) throw error;
    return { ReturnValue: statusValue(statuses[error.code] ?? statusOfError(error)) };
  }
}
