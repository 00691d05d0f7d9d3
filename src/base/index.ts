// Ground that every folder stands on: bytes, serial numbers, time, cancellation, errors and diagnostics channels.
// Pure but for the clock; imports nothing of ours. Errors have a stable code from errors/codes.ts, which is also where
// exit statuses come from. Timers are taken from a Clock, and abort listeners are added in abort.ts and clock.ts alone.

export { type Deferred, deferred, onAbort, raceAbort, throwIfAborted, untilAborted } from './abort.ts';
export { assert, InternalError, unreachable } from './assert.ts';
export {
  equalBytes,
  latin1,
  putU8,
  putU16,
  putU24,
  putU32,
  putU48,
  putU64,
  toHex,
  u8,
  u16,
  u24,
  u32,
  u48,
  u64,
} from './bytes.ts';
export {
  type AsyncMessageReceived,
  type Channel,
  type CircuitBytes,
  type CircuitClosed,
  type CircuitConnected,
  type CircuitEndpoint,
  type CommandRetried,
  channels,
  type DeviceLost,
  type DeviceStateChanged,
  type EscalationTaken,
  type LoginFinished,
  type PduDiscarded,
  type PduPassed,
  type PduRejected,
  type QueueFull,
  type SnackSent,
  type StateChanged,
} from './channels.ts';
export { type Clock, nextTurn, sleep, systemClock, type Timer } from './clock.ts';
export { withDeadline } from './deadline.ts';
export { asIscsiError } from './errors/as-iscsi-error.ts';
export { BlockError } from './errors/block-error.ts';
export { type ErrorCode, type ErrorCodeFacts, errorCodes } from './errors/codes.ts';
export { DeviceBusyError, type HolderFacts } from './errors/device-busy-error.ts';
export { type Effect, type ErrorDetails, IscsiError } from './errors/iscsi-error.ts';
export { IsnsError } from './errors/isns-error.ts';
export { LoginError } from './errors/login-error.ts';
export { ProtocolError, type ProtocolErrorPlace } from './errors/protocol-error.ts';
export { RadiusError } from './errors/radius-error.ts';
export { ScsiError, type ScsiErrorFacts } from './errors/scsi-error.ts';
export { ServiceError } from './errors/service-error.ts';
export { SessionError } from './errors/session-error.ts';
export { StoreError } from './errors/store-error.ts';
export { TaskManagementError } from './errors/task-management-error.ts';
export { TimeoutError } from './errors/timeout-error.ts';
export { TransportError } from './errors/transport-error.ts';
export { UsageError } from './errors/usage-error.ts';
export { WmiError, type WmiErrorPlace } from './errors/wmi-error.ts';
export {
  type IsdscName,
  isdscCodes,
  type StatusName,
  type StatusText,
  type StatusValue,
  type Win32Name,
  win32Codes,
} from './isdsc/codes.ts';
export { type DeviceKind, deviceKindOf } from './isdsc/device-kinds.ts';
export { statusOfCode, statusOfError, statusValue } from './isdsc/from-error.ts';
export {
  IKE_IDENTIFICATION_PAYLOAD_TYPE,
  ISCSI_AUTH_TYPES,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_SECURITY_FLAGS,
} from './isdsc/login-values.ts';
export { type StatusFacts, statusFacts } from './isdsc/lookup.ts';
export { lunFieldOf, lunNameOf, lunNumberOf } from './isdsc/lun-numbers.ts';
export { chapSecretLength, ikeIdentityText, radiusSecretLength } from './isdsc/secrets.ts';
export { equalLun, type Lun, lunZero, putLun, readLun } from './lun.ts';
export { parsePortal } from './portal-text.ts';
export { seededRandom } from './random.ts';
export { snAdd, snAfter, snBefore, snDistance } from './serial.ts';
