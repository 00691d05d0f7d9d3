// The initiator service: what should be connected, what is, and how the one becomes the other.
// contract/ is what everybody speaks who asks the service, in process or over a socket. service.ts has its operations, and
// service-parts.ts puts together what they run on: wanted/ (records and secrets), discovery/ (sources and what they found),
// logins/ (logins, and the supervision of the persistent ones), sessions/, devices/ (with holds and bound devices) and
// events/. input/ checks all that comes from outside.

export type { DeviceInfo, DevicePath, HoldInfo, HoldInput, PersistentDevice } from './contract/devices.ts';
export type {
  DiscoveryOutcome,
  IsnsServer,
  KnownTarget,
  SendTargetsPortal,
  SendTargetsPortalInput,
  StaticTargetInput,
  TargetInstance,
  TargetMapping,
} from './contract/discovery.ts';
export type { ServiceEvent } from './contract/events.ts';
export type {
  Concern,
  InitiatorInfo,
  InitiatorInput,
  InstanceInfo,
  ServiceStatus,
  VersionInfo,
} from './contract/initiator.ts';
export type { ExportedState, InitiatorService } from './contract/initiator-service.ts';
export type {
  AuthType,
  DigestWish,
  LoginOptions,
  LoginOptionsInfo,
  PolicyName,
  StoredLoginOptions,
} from './contract/login-options.ts';
export {
  anyInitiatorPort,
  type CallOptions,
  type InitiatorPlace,
  type LunName,
  type PortalAddress,
  type Secret,
  type TargetPortal,
  type UniqueId,
} from './contract/names.ts';
export type {
  IkeIdentity,
  IkeSettings,
  IkeSettingsInput,
  RadiusServer,
  SecretInfo,
  TunnelAddress,
} from './contract/security.ts';
export type {
  ConnectionInfo,
  ConnectionInput,
  HolderInfo,
  InquiryInput,
  LoginInput,
  LoginResult,
  LogoutInfo,
  LogoutInput,
  PersistentLogin,
  PersistentLoginKey,
  PersistentLoginState,
  PolicyInput,
  RemovalInfo,
  ScsiAnswer,
  SessionInfo,
  SessionParameters,
} from './contract/sessions.ts';
export type { DiscoverySource, FoundTarget, IsnsSurroundings, OpenIsnsSource } from './discovery/discovery-source.ts';
export { logService, type ServiceLogOptions } from './log.ts';
export type { DriverDiscoveryInput, DriverLoginInput, DriverLogins, LoginNode } from './logins/driver-logins.ts';
export type { RadiusMutual } from './logins/login-rules.ts';
export { openService } from './open-service.ts';
export type { ServiceInstanceOptions, ServiceOptions, SessionDefaults } from './options.ts';
export { Service } from './service.ts';
export { formatUniqueId, parseUniqueId } from './unique-ids.ts';
