// The NTSTATUS codes of the connection engine, and which of them stands for an error of ours.

import { InternalError, IscsiError } from '../base/index.ts';

/** Name → value. Those that end a circuit or a connect stand for what a transport has to say (docs/decisions/0021-rxce.md). */
export const ntStatus = {
  STATUS_SUCCESS: 0x00000000,
  STATUS_PENDING: 0x00000103,
  STATUS_BUFFER_OVERFLOW: 0x80000005,
  STATUS_NOT_IMPLEMENTED: 0xc0000002,
  STATUS_INVALID_HANDLE: 0xc0000008,
  STATUS_INVALID_PARAMETER: 0xc000000d,
  STATUS_MORE_PROCESSING_REQUIRED: 0xc0000016,
  STATUS_INSUFFICIENT_RESOURCES: 0xc000009a,
  STATUS_DEVICE_NOT_READY: 0xc00000a3,
  STATUS_IO_TIMEOUT: 0xc00000b5,
  STATUS_LOCAL_DISCONNECT: 0xc000013b,
  STATUS_REMOTE_DISCONNECT: 0xc000013c,
  STATUS_CONNECTION_DISCONNECTED: 0xc000020c,
  STATUS_CONNECTION_RESET: 0xc000020d,
  STATUS_DATA_NOT_ACCEPTED: 0xc000021b,
  STATUS_CONNECTION_REFUSED: 0xc0000236,
  STATUS_GRACEFUL_DISCONNECT: 0xc0000237,
  STATUS_ADDRESS_NOT_ASSOCIATED: 0xc0000239,
  STATUS_CONNECTION_INVALID: 0xc000023a,
  STATUS_NETWORK_UNREACHABLE: 0xc000023c,
  STATUS_HOST_UNREACHABLE: 0xc000023d,
  STATUS_CONNECTION_ABORTED: 0xc0000241,
} as const;

export type NtStatusName = keyof typeof ntStatus;

/** A status that a routine answers with. */
export type NTSTATUS = (typeof ntStatus)[NtStatusName];

/** Any status but STATUS_SUCCESS. */
export type FailureStatus = Exclude<NTSTATUS, 0>;

/** The routine has done what it says. */
export const STATUS_SUCCESS = 0x00000000;

/** The name of a status, or its value in hexadecimal where it is none of ours. */
export function ntStatusName(status: number): string {
  const found = Object.entries(ntStatus).find(([, value]) => value === status);
  return found?.[0] ?? `0x${(status >>> 0).toString(16).padStart(8, '0').toUpperCase()}`;
}

type FailureName = Exclude<NtStatusName, 'STATUS_SUCCESS'>;

/** What the system says of a connect or a circuit, by its error code. */
const ofSystem: Readonly<Record<string, FailureName>> = {
  ECONNREFUSED: 'STATUS_CONNECTION_REFUSED',
  ECONNRESET: 'STATUS_CONNECTION_RESET',
  EPIPE: 'STATUS_CONNECTION_RESET',
  ETIMEDOUT: 'STATUS_IO_TIMEOUT',
  ENETUNREACH: 'STATUS_NETWORK_UNREACHABLE',
  EHOSTUNREACH: 'STATUS_HOST_UNREACHABLE',
  ENOTFOUND: 'STATUS_HOST_UNREACHABLE',
  ECONNABORTED: 'STATUS_CONNECTION_ABORTED',
};

/** What the engine says. */
const ofEngine: Readonly<Record<string, FailureName>> = {
  ISCSI_BAD_ARGUMENT: 'STATUS_INVALID_PARAMETER',
  ISCSI_WRONG_STATE: 'STATUS_INVALID_PARAMETER',
  ISCSI_QUEUE_FULL: 'STATUS_INSUFFICIENT_RESOURCES',
  ISCSI_LISTEN_FAILED: 'STATUS_INSUFFICIENT_RESOURCES',
  ISCSI_CLOSED: 'STATUS_LOCAL_DISCONNECT',
  ISCSI_CONNECT_TIMEOUT: 'STATUS_IO_TIMEOUT',
};

/** The status of what was caught; STATUS_CONNECTION_ABORTED for what no other stands for. Throws InternalErrors on. */
export function statusOf(error: unknown): FailureStatus {
  if (error instanceof InternalError) throw error;
  const name = nameOf(error) ?? (error instanceof IscsiError ? nameOf(error.cause) : undefined);
  return ntStatus[name ?? 'STATUS_CONNECTION_ABORTED'];
}

function nameOf(error: unknown): FailureName | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError) return nameOf(error.errors[0]); // a name with several addresses
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (Object.hasOwn(ofEngine, code)) return ofEngine[code];
  return Object.hasOwn(ofSystem, code) ? ofSystem[code] : undefined;
}
