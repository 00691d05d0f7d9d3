// The service as all its faces know it: the same in this process and over a socket.

import type { DeviceInfo, DevicePath, HoldInfo, HoldInput, PersistentDevice } from './devices.ts';
import type {
  IsnsServer,
  KnownTarget,
  SendTargetsPortal,
  SendTargetsPortalInput,
  StaticTargetInput,
} from './discovery.ts';
import type { ServiceEvent } from './events.ts';
import type { InitiatorInfo, InitiatorInput, ServiceStatus, VersionInfo } from './initiator.ts';
import type { CallOptions, InitiatorPlace, LunName, PortalAddress, Secret, UniqueId } from './names.ts';
import type {
  IkeIdentity,
  IkeSettings,
  IkeSettingsInput,
  RadiusServer,
  SecretInfo,
  TunnelAddress,
} from './security.ts';
import type {
  ConnectionInput,
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
} from './sessions.ts';

/**
 * What one can do with the service. Every operation is idempotent where it can be: what is there already, or gone already,
 * is success. Rejects with an IscsiError: ServiceError for what is asked wrongly or is not there, and the errors of the
 * floors below as they are. An abort ends the waiting, with the signal's reason.
 */
export interface InitiatorService {
  status(options?: CallOptions): Promise<ServiceStatus>;
  version(options?: CallOptions): Promise<VersionInfo>;
  initiator(options?: CallOptions): Promise<InitiatorInfo>;
  setInitiator(input: InitiatorInput, options?: CallOptions): Promise<InitiatorInfo>;

  portals(options?: CallOptions): Promise<SendTargetsPortal[]>;
  /** Keeps the portal and asks it once; that it cannot be asked is told in its outcome, not by a rejection. */
  addPortal(input: SendTargetsPortalInput, options?: CallOptions): Promise<SendTargetsPortal>;
  /** SERVICE_PORTAL_UNKNOWN for one that is not kept. */
  removePortal(input: InitiatorPlace & PortalAddress, options?: CallOptions): Promise<void>;
  /** Asks a portal that is kept. Rejects with what went wrong. */
  refreshPortal(input: InitiatorPlace & PortalAddress, options?: CallOptions): Promise<SendTargetsPortal>;

  isnsServers(options?: CallOptions): Promise<IsnsServer[]>;
  addIsnsServer(input: { readonly address: string }, options?: CallOptions): Promise<IsnsServer>;
  removeIsnsServer(input: { readonly address: string }, options?: CallOptions): Promise<void>;
  refreshIsnsServer(input: { readonly address: string }, options?: CallOptions): Promise<IsnsServer>;

  /** All that is known; `refresh` asks every source before. Hidden static targets are left out unless asked for. */
  targets(
    input?: { readonly refresh?: boolean; readonly includesHidden?: boolean },
    options?: CallOptions,
  ): Promise<KnownTarget[]>;
  addStaticTarget(input: StaticTargetInput, options?: CallOptions): Promise<KnownTarget>;
  /** SERVICE_TARGET_UNKNOWN for one that is not kept. */
  removeStaticTarget(input: { readonly targetName: string }, options?: CallOptions): Promise<void>;

  login(input: LoginInput, options?: CallOptions): Promise<LoginResult>;
  /** DeviceBusyError with all holders where one refuses. A second call gets the first one's result. */
  logout(input: LogoutInput, options?: CallOptions): Promise<LogoutInfo>;
  sessions(options?: CallOptions): Promise<SessionInfo[]>;
  /** SERVICE_SESSION_UNKNOWN for an id that is none, or was. */
  session(input: { readonly sessionId: UniqueId }, options?: CallOptions): Promise<SessionInfo>;
  setPolicy(input: PolicyInput, options?: CallOptions): Promise<SessionInfo>;
  addConnection(input: ConnectionInput, options?: CallOptions): Promise<{ readonly connectionId: UniqueId }>;
  /** Refuses the last (ISCSI_LAST_CONNECTION) and the leading one (ISCSI_LEADING_CONNECTION). */
  removeConnection(
    input: { readonly sessionId: UniqueId; readonly connectionId: UniqueId; readonly drainTimeoutMs?: number },
    options?: CallOptions,
  ): Promise<void>;

  scsiInquiry(input: InquiryInput, options?: CallOptions): Promise<ScsiAnswer>;
  scsiReadCapacity(
    input: { readonly sessionId: UniqueId; readonly lun: LunName },
    options?: CallOptions,
  ): Promise<ScsiAnswer>;
  scsiReportLuns(input: { readonly sessionId: UniqueId }, options?: CallOptions): Promise<ScsiAnswer>;

  /** Of all sessions, or of one; `rescan` asks the targets anew. */
  devices(
    input?: { readonly sessionId?: UniqueId; readonly rescan?: boolean },
    options?: CallOptions,
  ): Promise<DeviceInfo[]>;
  /** Lets one device go while its session stays; refused as a logout is. */
  removeDevice(
    input: { readonly sessionId: UniqueId; readonly lun: number; readonly force?: boolean },
    options?: CallOptions,
  ): Promise<RemovalInfo>;
  holdDevice(input: HoldInput, options?: CallOptions): Promise<HoldInfo>;
  renewHold(input: { readonly holdId: string; readonly leaseMs: number }, options?: CallOptions): Promise<HoldInfo>;
  releaseHold(input: { readonly holdId: string }, options?: CallOptions): Promise<void>;
  holds(options?: CallOptions): Promise<HoldInfo[]>;

  persistentLogins(options?: CallOptions): Promise<PersistentLogin[]>;
  /** Keeps a login without carrying it out now; it is carried out when the service starts. */
  addPersistentLogin(
    input: Omit<LoginInput, 'isPersistent' | 'existing'>,
    options?: CallOptions,
  ): Promise<PersistentLogin>;
  /** Sessions stay. Resolves with how many were removed; SERVICE_LOGIN_UNKNOWN for none. */
  removePersistentLogin(input: PersistentLoginKey, options?: CallOptions): Promise<{ readonly removed: number }>;

  persistentDevices(options?: CallOptions): Promise<PersistentDevice[]>;
  /** SERVICE_DEVICE_UNKNOWN, SERVICE_DEVICE_NOT_PERSISTENT for one without a persistent login, SERVICE_DEVICE_BOUND. */
  addPersistentDevice(input: { readonly path: DevicePath }, options?: CallOptions): Promise<PersistentDevice>;
  removePersistentDevice(input: { readonly path: DevicePath }, options?: CallOptions): Promise<void>;
  clearPersistentDevices(options?: CallOptions): Promise<void>;
  /** Binds every device of the sessions that have a persistent login. */
  bindPersistentDevices(options?: CallOptions): Promise<PersistentDevice[]>;
  /** Resolves when all that is bound is there; SERVICE_DEVICES_MISSING, with their paths, after `timeoutMs`. */
  waitForPersistentDevices(input?: { readonly timeoutMs?: number }, options?: CallOptions): Promise<void>;

  secrets(options?: CallOptions): Promise<SecretInfo[]>;
  /** The secret that targets prove themselves with in mutual CHAP; null takes it away. 12 to 255 bytes. */
  setChapSecret(input: { readonly secret: Secret | null }, options?: CallOptions): Promise<void>;
  radiusServers(options?: CallOptions): Promise<RadiusServer[]>;
  addRadiusServer(input: { readonly address: string }, options?: CallOptions): Promise<void>;
  removeRadiusServer(input: { readonly address: string }, options?: CallOptions): Promise<void>;
  setRadiusSecret(input: { readonly secret: Secret | null }, options?: CallOptions): Promise<void>;

  ikeSettings(input: InitiatorPlace, options?: CallOptions): Promise<IkeSettings>;
  setIkeSettings(input: IkeSettingsInput, options?: CallOptions): Promise<void>;
  setPresharedKey(
    input: { readonly identity?: IkeIdentity; readonly key: Secret | null; readonly persists?: boolean },
    options?: CallOptions,
  ): Promise<void>;
  tunnelAddresses(options?: CallOptions): Promise<TunnelAddress[]>;
  setTunnelAddress(input: TunnelAddress, options?: CallOptions): Promise<void>;

  /**
   * What happens from now on, or from after the event `after` where that is still known; else the first event is
   * `eventsMissed`. Ends by the signal, or with the service.
   */
  events(input?: { readonly after?: string }, options?: CallOptions): AsyncIterable<ServiceEvent>;

  /** Everything that is kept, as JSON; secrets only on request. */
  exportState(input?: { readonly includesSecrets?: boolean }, options?: CallOptions): Promise<ExportedState>;
  /** Puts what was exported in the place of what is kept, or adds it to that. All of it or, where it is not valid, nothing. */
  importState(
    input: { readonly state: ExportedState; readonly merges?: boolean },
    options?: CallOptions,
  ): Promise<void>;
}

/** What `hawser service export` writes. */
export interface ExportedState {
  readonly format: 'hawser-state';
  readonly version: number;
  /** By kind, then by key. */
  readonly records: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** By name, in base64; only where asked for. */
  readonly secrets?: Readonly<Record<string, string>>;
}
