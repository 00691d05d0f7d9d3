// Errors for those who wait for one, made of a status.

import { type NTSTATUS, ntStatus, ntStatusName } from './nt-status.ts';

const systemCodes: ReadonlyMap<NTSTATUS, string> = new Map([
  [ntStatus.STATUS_CONNECTION_REFUSED, 'ECONNREFUSED'],
  [ntStatus.STATUS_CONNECTION_RESET, 'ECONNRESET'],
  [ntStatus.STATUS_IO_TIMEOUT, 'ETIMEDOUT'],
  [ntStatus.STATUS_NETWORK_UNREACHABLE, 'ENETUNREACH'],
  [ntStatus.STATUS_HOST_UNREACHABLE, 'EHOSTUNREACH'],
]);

/** An error with the system's code that a status stands for, as sockets give them. */
export function statusError(status: NTSTATUS, routine: string): Error {
  const code = systemCodes.get(status);
  const error = new Error(`${code === undefined ? '' : `${code}: `}${routine} ended with ${ntStatusName(status)}`);
  return code === undefined ? error : Object.assign(error, { code });
}
