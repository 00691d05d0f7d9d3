// What an initiator instance is made of, and what its operations take and give.

import type { Clock } from '../../base/index.ts';
import type { LocalBinding, TransportDriver } from '../../engine/index.ts';
import type { KeyOfferOptions, Portal } from '../../session/index.ts';
import type { ConnectionWishes, ConnectOptions, LoginWishes } from '../connect-options.ts';
import type { IsidPlan } from '../isid.ts';
import type { InstanceExisting } from './instance-logins.ts';
import type { CommandListener } from './instance-statistics.ts';
import type { PortalFailure } from './portal-candidates.ts';
import type { UniqueIds } from './unique-ids.ts';

/** What an instance is made of. */
export interface InitiatorInstanceOptions {
  /** For example `Root\ISCSIPRT\0000_0`. */
  readonly name: string;
  /** The name to log in under: iqn., eui. or naa.; made from the host's name unless given. */
  readonly nodeName?: string;
  readonly alias?: string;
  /** UniqueAdapterId: 64 bits, not 0; by chance unless given. */
  readonly adapterId?: bigint;
  /** Where connections start from when a call says nothing else. */
  readonly binding?: LocalBinding;
  /** How bytes travel; TCP unless given. */
  readonly transport?: TransportDriver;
  readonly clock?: Clock;
  /** Where ids come from. Instances of one process are given the same, so that no two of their sessions share an id. */
  readonly ids?: UniqueIds;
  /** The keys that logins offer where they say nothing of them. */
  readonly offers?: KeyOfferOptions;
  /** For an instance that keeps its ISIDs over its process; they begin by chance unless given. */
  readonly isids?: IsidPlan;
  /** Is told of each SCSI command that was answered. */
  readonly commandAnswered?: CommandListener;
}

/** What discovery is told besides. */
export interface SendTargetsInput extends LoginWishes {
  /** The number of the local address to start from; any unless given. */
  readonly initiatorPort?: number;
}

/** What a login may be told of the session besides what the instance says itself. */
export type InstanceConnectOptions = Omit<
  ConnectOptions,
  'portal' | 'targetName' | 'existing' | 'informational' | 'signal'
>;

/** A login to a target. */
export interface LoginToTargetInput {
  readonly targetName: string;
  /** Where the target may be, in the order of preference. */
  readonly portals: readonly Portal[];
  /** The number of the local address to start from; any unless given. */
  readonly initiatorPort?: number;
  /** `informational`: without devices, for raw SCSI commands. */
  readonly sessionType: 'data' | 'informational';
  /**
   * What a session of this instance and type with the target means: be content with it, also while it is lost (`find`),
   * refuse with SERVICE_TARGET_LOGGED_IN (`refuse`), or have another one besides (`add`). One that is being logged out is
   * waited for.
   */
  readonly existing: InstanceExisting;
  readonly connect?: InstanceConnectOptions;
  readonly signal?: AbortSignal;
}

/** What a login gives. */
export interface LoginToTargetResult {
  readonly uniqueSessionId: bigint;
  /** The leading connection. */
  readonly uniqueConnectionId: bigint;
  /** Whether the session was there, or was being logged in, before. */
  readonly wasThere: boolean;
  /** The portals that have not answered, or did not take the login, before another one took it. */
  readonly failedPortals: readonly PortalFailure[];
}

/** Another connection for a session. */
export interface AddConnectionInput {
  /** One of the session's portal group; that of the leading connection unless given. */
  readonly portal?: Portal;
  /** The number of the local address to start from; that of the leading connection, or any, unless given. */
  readonly initiatorPort?: number;
  /** What its login is told instead of what the session's was told. */
  readonly connect?: ConnectionWishes;
  readonly signal?: AbortSignal;
}

/** How an instance is closed. */
export interface CloseInstanceOptions {
  /**
   * Whether sessions are logged out, in any case: what is open is closed, flushed and logged out, within the limits of a
   * logout. Else they are dropped at once, so that the targets find them again under their ISIDs, or forget them.
   */
  readonly logOut: boolean;
}
