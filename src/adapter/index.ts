// An initiator and its operations: discovery, login, sessions with their devices, safe logout, and URLs. instance/ is one
// as management sees it (MSiSCSI_Operations): sessions and connections by ids that stay the same, logins at any of several
// portals, statistics.

export type { DiscoveredTarget, IsnsTarget, SendTargetsAnswer } from '../discovery/index.ts';
export type { PortFacts } from '../engine/index.ts';
export { lunToNumber } from '../scsi/index.ts';
export type { ChapProof, ChapVerifier } from '../session/index.ts';
export type {
  ChapCredentials,
  ConnectionWishes,
  ConnectOptions,
  ExistingSession,
  LoginWishes,
  MutualChapCredentials,
} from './connect-options.ts';
export type { DiscoverySession, DiscoverySessionState } from './discovery-session.ts';
export { Initiator, type InitiatorOptions } from './initiator.ts';
export { checkName, defaultInitiatorName } from './initiator-name.ts';
export { InitiatorSession, type LogoutOptions, type LogoutReport } from './initiator-session.ts';
export type { InstanceDiscovery } from './instance/discovery-sessions.ts';
export { InitiatorInstance } from './instance/initiator-instance.ts';
export type { InstanceExisting } from './instance/instance-logins.ts';
export type {
  AddConnectionInput,
  CloseInstanceOptions,
  InitiatorInstanceOptions,
  InstanceConnectOptions,
  LoginToTargetInput,
  LoginToTargetResult,
  SendTargetsInput,
} from './instance/instance-options.ts';
export type {
  DeviceHappening,
  InstanceAuthType,
  InstanceConnection,
  InstanceEvents,
  InstanceSession,
  Trouble,
} from './instance/instance-session.ts';
export type { CommandListener, InstanceStatistics, LoginStatistics } from './instance/instance-statistics.ts';
export type { LoadBalancePolicy } from './instance/load-balance-policy.ts';
export type { PortalFailure } from './instance/portal-candidates.ts';
export { mediumSize, type RawInquiry, type RawScsiAnswer } from './instance/raw-scsi.ts';
export {
  type ConnectionStatistics,
  type ErrorStatistics,
  errorKind,
  type SessionStatistics,
  type TrafficByAddress,
  type TrafficStatistics,
} from './instance/session-counters.ts';
export { formatUniqueId, UniqueIds } from './instance/unique-ids.ts';
export { formatIscsiUrl, type IscsiUrl, parseIscsiUrl, toChap, toConnectOptions } from './iscsi-url.ts';
export { formatIsid, type IsidParts, type IsidPlan, parseIsid, randomIsid } from './isid.ts';
export {
  type IsnsLimits,
  type IsnsNode,
  type IsnsRegistrationOptions,
  isnsPort,
} from './isns/isns-options.ts';
export { IsnsRegistration, type IsnsRegistrationEvents } from './isns/isns-registration.ts';
export { type RadiusVerifierOptions, radiusVerifier } from './radius/radius-verifier.ts';
