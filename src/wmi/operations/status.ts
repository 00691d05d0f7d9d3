// How a method says what became of its work: `Status`, which is 0 or an ISDSC code (ISCSI_STATUS_QUALIFIERS).

import {
  type ErrorCode,
  IscsiError,
  type IsdscName,
  type StatusName,
  statusOfError,
  statusValue,
  type Win32Name,
  WmiError,
  win32Codes,
} from '../../base/index.ts';

/** Statuses that a method gives to errors in the place of the usual ones. */
export type Statuses = Readonly<Partial<Record<ErrorCode, IsdscName>>>;

/** A method ends with this status, whatever else. Never leaves this folder. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: IsdscName;

  constructor(status: IsdscName) {
    super(status);
    this.status = status;
  }
}

/** What a code of Win32 is among the qualifiers, which are ISDSC codes alone; ISDSC_NON_SPECIFIC_ERROR for all others. */
const qualifiers: Readonly<Partial<Record<Win32Name, IsdscName>>> = {
  ERROR_INVALID_PARAMETER: 'ISDSC_INVALID_PARAMETER',
  ERROR_INVALID_DATA: 'ISDSC_INVALID_PARAMETER',
  ERROR_INSUFFICIENT_BUFFER: 'ISDSC_BUFFER_TOO_SMALL',
  ERROR_BUSY: 'ISDSC_SESSION_BUSY',
  ERROR_TIMEOUT: 'ISDSC_TRANSPORT_ERROR',
  ERROR_IO_DEVICE: 'ISDSC_SCSI_REQUEST_FAILED',
  // Of RADIUS servers: without their word nobody has proved anything.
  WSAETIMEDOUT: 'ISDSC_AUTHENTICATION_FAILURE',
};

/** Ends a method with a status. */
export function refuse(status: IsdscName): never {
  throw new Refusal(status);
}

/**
 * Does the work of a method, and answers with what it gives or with why it gives `nothing`. A buffer that is not as its
 * structure wants it, and what is no error of ours, is thrown.
 */
export async function answer<Out extends object>(
  work: () => Promise<Out>,
  nothing: Out,
  statuses: Statuses = {},
): Promise<Out & { readonly Status: number }> {
  try {
    return { ...(await work()), Status: 0 };
  } catch (error) {
    return { ...nothing, Status: statusValue(statusOf(error, statuses)) };
  }
}

/** As `answer`, for a method that gives nothing but its status. */
export async function done(work: () => unknown, statuses: Statuses = {}): Promise<{ readonly Status: number }> {
  return await answer(
    async () => {
      await work();
      return {};
    },
    {},
    statuses,
  );
}

function statusOf(error: unknown, statuses: Statuses): IsdscName {
  if (error instanceof Refusal) return error.status;
  if (!(error instanceof IscsiError) || error instanceof WmiError) throw error;
  return statuses[error.code] ?? qualifierOf(statusOfError(error));
}

function qualifierOf(status: StatusName): IsdscName {
  return isWin32(status) ? (qualifiers[status] ?? 'ISDSC_NON_SPECIFIC_ERROR') : status;
}

function isWin32(status: StatusName): status is Win32Name {
  return status in win32Codes;
}
