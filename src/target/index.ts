// The embedded iSCSI target: a reading of RFC 7143 of its own, which shares bytes with the initiator (wire, scsi) and
// no behaviour. target.ts listens; connection.ts is a socket with its phases (login-phase, full-feature-phase);
// session.ts has the command window and the tasks; command-intake and command-runner take a command from its PDU to its
// response; device-server/ is the SCSI side, negotiation/ and login/ the login, all three without I/O of their own;
// recovery/ is what the error recovery levels above 0 add, and how connections leave their session. hooks.ts says where
// others may interfere: faults/ are the named ones (fault-table.ts), control/ the socket over which they are asked for.

export { askControl, type ControlClientOptions } from './control/control-client.ts';
export {
  type ControlAnswer,
  type ControlRequest,
  type ControlSession,
} from './control/control-request.ts';
export { type ControlServer, openControl } from './control/control-server.ts';
export type { LunOptions } from './device-server/logical-unit.ts';
export { type CheckCondition, type ConditionName, condition, encodeSense, scsiStatus } from './device-server/sense.ts';
export {
  checkFault,
  describeFaults,
  type FaultDescription,
  type FaultParameterDescription,
} from './faults/describe.ts';
export type { FaultName } from './faults/fault-table.ts';
export type { FaultHandle, FaultInfo } from './faults/laboratory.ts';
export type { FaultValue } from './faults/parameter.ts';
export type { FaultSpec } from './faults/settings.ts';
export type {
  CommandVerdict,
  HookCommand,
  HookConnection,
  HookLogin,
  LoginVerdict,
  PduVerdict,
  ReceivedVerdict,
  RequestVerdict,
  TargetHooks,
} from './hooks.ts';
export type { ChapAlgorithm, ChapCredentials, ChapOptions } from './login/chap-options.ts';
export type {
  ConnectionParameters,
  DigestName,
  SessionParameters,
  TargetParameters,
} from './negotiation/parameters.ts';
export type { AdvertisedPortal, LoginRedirect, PortalAddress, TargetLimits, TargetOptions } from './options.ts';
export { listenTarget, type RebootOptions, type Target } from './target.ts';
export type {
  DropTimes,
  TargetConnectionInfo,
  TargetRecoveryInfo,
  TargetSessionInfo,
} from './target-session.ts';
