// Logins, sessions and connections, as the service shows and takes them.

import type { TargetMapping } from './discovery.ts';
import type { LoginOptions, PolicyName, StoredLoginOptions } from './login-options.ts';
import type { InitiatorPlace, LunName, PortalAddress, Secret, UniqueId } from './names.ts';

/** A login to a target that is known. */
export interface LoginInput extends InitiatorPlace {
  readonly targetName: string;
  /** One of the target's; unless given, they are tried in turn, those that answer first. */
  readonly portal?: PortalAddress;
  /** A session without devices, for raw SCSI commands. */
  readonly isInformational?: boolean;
  readonly loginOptions?: LoginOptions;
  readonly mapping?: TargetMapping;
  readonly securityFlags?: number;
  /** A preshared key for IPsec; refused where the host cannot apply it. */
  readonly key?: Secret;
  /**
   * What a session of the same instance with the target means: be content with it (`find`, so that many clients get one
   * session), refuse (`refuse`: SERVICE_TARGET_LOGGED_IN), or have another one besides (`add`). `find` unless given; `add`
   * with the multipath login flag.
   */
  readonly existing?: 'find' | 'refuse' | 'add';
  /** Also keeps the login for the next start of the service. */
  readonly isPersistent?: boolean;
}

/** What a login gives. */
export interface LoginResult {
  readonly sessionId: UniqueId;
  readonly connectionId: UniqueId;
  /** Whether the session was there before. */
  readonly wasThere: boolean;
}

/** A logout. */
export interface LogoutInput {
  readonly sessionId: UniqueId;
  /** Goes on although devices are held, and says what that cost. */
  readonly force?: boolean;
  /** What is in flight has this long to finish. */
  readonly drainTimeoutMs?: number;
  /** Holders have this long to answer, and to let go. */
  readonly askTimeoutMs?: number;
}

/** Somebody who holds a device open. */
export interface HolderInfo {
  readonly device: string;
  readonly label: string;
  readonly pid: number;
  readonly reason?: string;
}

/** How a logout, or the removal of a device, went. */
export interface RemovalInfo {
  /** Who lost a device by force. */
  readonly holders: readonly HolderInfo[];
  /** Writes of which nobody knows whether they reached the medium. Offset and length in bytes. */
  readonly unknownWrites: readonly { readonly device: string; readonly offset: number; readonly length: number }[];
  /** Flushes that failed. */
  readonly flushErrors: readonly { readonly code: string; readonly message: string }[];
}

/** How a logout went. */
export interface LogoutInfo extends RemovalInfo {
  /** Whether the target confirmed that the session is closed. */
  readonly isClean: boolean;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** A connection of a session. */
export interface ConnectionInfo {
  readonly connectionId: UniqueId;
  readonly cid: number;
  /** A state of docs/states.md; `lost` for one that is being opened again. */
  readonly state: string;
  readonly isLeading: boolean;
  readonly initiatorAddress: PortalAddress | undefined;
  readonly targetAddress: PortalAddress;
  /** What the policy does with it now. */
  readonly role: string;
  readonly tasksInFlight: number;
  readonly tasksSent: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  /** In bytes. */
  readonly maxRecvDataSegmentLength: number;
}

/** What was agreed for a session (RFC 7143 §13). Lengths in bytes, times in seconds. */
export interface SessionParameters {
  readonly initialR2t: boolean;
  readonly immediateData: boolean;
  readonly dataPduInOrder: boolean;
  readonly dataSequenceInOrder: boolean;
  readonly errorRecoveryLevel: number;
  readonly maxOutstandingR2t: number;
  readonly firstBurstLength: number;
  readonly maxBurstLength: number;
  readonly maxConnections: number;
  readonly defaultTime2Wait: number;
  readonly defaultTime2Retain: number;
  readonly targetPortalGroupTag: number | undefined;
}

/** A session. */
export interface SessionInfo {
  readonly sessionId: UniqueId;
  readonly instance: string;
  readonly initiatorName: string;
  readonly targetName: string;
  readonly targetAlias: string;
  readonly isInformational: boolean;
  /** `loggedIn`, `lost` while it is between reconnects, `leaving`. */
  readonly state: 'loggedIn' | 'lost' | 'leaving';
  /** Six bytes in hexadecimal (RFC 7143 §11.12.5). */
  readonly isid: string;
  readonly tsih: number;
  readonly policy: PolicyName;
  readonly parameters: SessionParameters;
  readonly connections: readonly ConnectionInfo[];
  /** ISO 8601, UTC. */
  readonly since: string;
  /** How often the session or one of its connections was lost and came back. */
  readonly recoveries: number;
  readonly authType: string;
  /** Why it is not as wanted, while it is not. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** Which connections a policy uses, by connection id. */
export interface PolicyInput {
  readonly sessionId: UniqueId;
  readonly policy: PolicyName;
  /** For `failOver`: the primary first. For `roundRobinSubset`: the active ones. */
  readonly active?: readonly UniqueId[];
  /** For `weightedPaths`: the greatest weight wins. */
  readonly weights?: Readonly<Record<UniqueId, number>>;
}

/** Another connection for a session. */
export interface ConnectionInput {
  readonly sessionId: UniqueId;
  readonly initiatorPort?: number;
  /** An address in the session's portal group; that of the leading connection unless given. */
  readonly portal?: PortalAddress;
  readonly loginOptions?: LoginOptions;
  readonly securityFlags?: number;
  readonly key?: Secret;
}

/**
 * What the service does about a persistent login. `trying`: a login is under way. `waiting`: it failed, or its session ended,
 * and it is tried again at a time that is told. `up`: there is a session. `resting`: a user has logged it out, or it was added
 * without a login; nothing is done before the next start of the service, or before a user logs in. `stopped`: it is no longer
 * looked after, since it is being removed, or the service ends.
 */
export type PersistentLoginState = 'trying' | 'waiting' | 'up' | 'resting' | 'stopped';

/** A login that the service keeps, and carries out whenever it starts. */
export interface PersistentLogin extends InitiatorPlace {
  readonly targetName: string;
  readonly portal: PortalAddress | undefined;
  readonly isInformational: boolean;
  readonly mapping: TargetMapping | undefined;
  readonly loginOptions: StoredLoginOptions;
  readonly securityFlags: number;
  /** What has become of it: the session, or why there is none yet. */
  readonly actual: {
    readonly state: PersistentLoginState;
    readonly sessionId: UniqueId | undefined;
    readonly attempts: number;
    /** ISO 8601, UTC. */
    readonly nextAttemptAt: string | undefined;
    readonly error: { readonly code: string; readonly message: string } | undefined;
  };
}

/** Which persistent logins: all of the target that match what is given. */
export interface PersistentLoginKey extends InitiatorPlace {
  readonly targetName: string;
  readonly portal?: PortalAddress;
}

/** A raw SCSI command that reads (SPC-4): INQUIRY, READ CAPACITY, REPORT LUNS. */
export interface ScsiAnswer {
  readonly scsiStatus: number;
  /** Base64. */
  readonly response: string;
  /** Sense data in base64; empty where the command ended well. */
  readonly sense: string;
}

/** An INQUIRY. */
export interface InquiryInput {
  readonly sessionId: UniqueId;
  readonly lun: LunName;
  /** Bit 0 is EVPD, bit 1 CMDDT. */
  readonly evpdCmddt?: number;
  readonly pageCode?: number;
  /** ALLOCATION LENGTH in bytes; 255 unless given. */
  readonly allocationLength?: number;
}
