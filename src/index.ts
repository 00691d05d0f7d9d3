// The library's front door: connect to a target, discover targets, use disks, leave safely.

import {
  type ConnectOptions,
  Initiator,
  type InitiatorOptions,
  type InitiatorSession,
  type LoginWishes,
  parseIscsiUrl,
  toChap,
  toConnectOptions,
} from './adapter/index.ts';
import { parsePortal } from './base/index.ts';
import type { DiscoveredTarget } from './discovery/index.ts';

export {
  type AddConnectionInput,
  type ChapCredentials,
  type ChapProof,
  type ChapVerifier,
  type CloseInstanceOptions,
  type CommandListener,
  type ConnectionStatistics,
  type ConnectionWishes,
  type ConnectOptions,
  type DeviceHappening,
  type DiscoverySession,
  type DiscoverySessionState,
  type ErrorStatistics,
  type ExistingSession,
  formatIscsiUrl,
  formatIsid,
  formatUniqueId,
  Initiator,
  InitiatorInstance,
  type InitiatorInstanceOptions,
  type InitiatorOptions,
  InitiatorSession,
  type InstanceAuthType,
  type InstanceConnection,
  type InstanceConnectOptions,
  type InstanceDiscovery,
  type InstanceEvents,
  type InstanceExisting,
  type InstanceSession,
  type InstanceStatistics,
  type IscsiUrl,
  type IsidParts,
  type LoadBalancePolicy,
  type LoginStatistics,
  type LoginToTargetInput,
  type LoginToTargetResult,
  type LoginWishes,
  type LogoutOptions,
  type LogoutReport,
  type MutualChapCredentials,
  type PortalFailure,
  parseIscsiUrl,
  parseIsid,
  type RadiusVerifierOptions,
  type RawInquiry,
  type RawScsiAnswer,
  radiusVerifier,
  type SendTargetsAnswer,
  type SendTargetsInput,
  type SessionStatistics,
  type TrafficByAddress,
  type TrafficStatistics,
  type Trouble,
  toConnectOptions,
  UniqueIds,
} from './adapter/index.ts';
export {
  BlockError,
  channels,
  DeviceBusyError,
  type Effect,
  type ErrorCode,
  type ErrorCodeFacts,
  errorCodes,
  type HolderFacts,
  IscsiError,
  LoginError,
  ProtocolError,
  RadiusError,
  ScsiError,
  SessionError,
  TaskManagementError,
  TimeoutError,
  TransportError,
  UsageError,
} from './base/index.ts';
export type { BlockDevice, BlockFeatures, Extent } from './block/index.ts';
export type {
  DeviceAttention,
  DeviceChanged,
  DeviceEvents,
  DeviceFacts,
  DeviceHandle,
  DeviceReplaced,
  DeviceResized,
  DeviceState,
  Holder,
  RemovalOptions,
  RemovalReport,
  RemoveAnswer,
  RemoveRequest,
  RemoveVeto,
  UnknownWrite,
} from './devices/index.ts';
export type { DiscoveredTarget } from './discovery/index.ts';
export type { Disk, DiskIdentity, DiskLimits } from './disk/index.ts';
export { tcpDriver, tlsDriver } from './engine/index.ts';
export type {
  ConnectionFacts,
  ConnectionRole,
  EscalationLimit,
  EscalationStep,
  FunctionOutcome,
  LoginAttempt,
  NamedPolicy,
  NegotiatedParameters,
  Portal,
  Redirect,
  ResumeKind,
  SchedulingPolicy,
  SessionEnd,
  SessionEvents,
  SessionLimits,
  SessionState,
  TaskManagementFunction,
  TaskManagementOptions,
} from './session/index.ts';
export { openTrace, type Trace, type TraceOptions } from './trace/index.ts';

/**
 * Logs in to a target: a URL (`iscsi://[user[%secret]@]host[:port]/target/lun[?options]`) or options. Resolves with a
 * session that takes I/O; its `close`, and `await using`, log out. Rejects with TransportError, TimeoutError,
 * LoginError, ProtocolError, UsageError or the signal's reason, and then leaves nothing behind.
 */
export async function connect(
  target: string | ConnectOptions,
  options: InitiatorOptions & { readonly signal?: AbortSignal } = {},
): Promise<InitiatorSession> {
  if (typeof target === 'string') {
    const url = parseIscsiUrl(target);
    const name = options.name ?? url.options.initiator;
    return await connect(toConnectOptions(url), { ...options, ...(name === undefined ? {} : { name }) });
  }
  const initiator = new Initiator(options);
  try {
    const session = await initiator.connect(withSignal(target, options.signal));
    session.closed.then(
      () => initiator.close(),
      () => undefined,
    );
    return session;
  } catch (error) {
    await initiator.close();
    throw error;
  }
}

/** Asks a portal for its targets: `host[:port]`, a URL, or options. Rejects as `connect` does. */
export async function discover(
  portal: string | LoginWishes,
  options: InitiatorOptions & { readonly signal?: AbortSignal } = {},
): Promise<DiscoveredTarget[]> {
  const initiator = new Initiator(options);
  try {
    return await initiator.discover(withSignal(typeof portal === 'string' ? toWishes(portal) : portal, options.signal));
  } finally {
    await initiator.close();
  }
}

function toWishes(portal: string): LoginWishes {
  if (!portal.startsWith('iscsi://')) return { portal: parsePortal(portal) };
  const url = parseIscsiUrl(portal);
  const chap = toChap(url);
  const { headerDigest, dataDigest, limits } = url.options;
  return {
    portal: url.portal,
    offers: { headerDigest, dataDigest },
    ...(chap === undefined ? {} : { chap }),
    ...(limits === undefined ? {} : { limits }),
  };
}

function withSignal<Wishes extends LoginWishes>(wishes: Wishes, signal: AbortSignal | undefined): Wishes {
  return signal === undefined ? wishes : { ...wishes, signal };
}
