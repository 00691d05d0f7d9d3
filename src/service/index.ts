// The initiator service: what should be connected, what is, and how the one becomes the other.

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
  PolicyInput,
  RemovalInfo,
  ScsiAnswer,
  SessionInfo,
  SessionParameters,
} from './contract/sessions.ts';
