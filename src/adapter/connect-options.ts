// What a caller says to log in to a target, and how it becomes the options of a session.

import { UsageError } from '../base/index.ts';
import type { DiskOptions } from '../disk/index.ts';
import {
  type AuthOptions,
  type ChapAlgorithm,
  type ChapVerifier,
  type ConnectionLogin,
  type EscalationLimit,
  type KeyOfferOptions,
  type MutualChapOptions,
  type Portal,
  resolveKeyOffers,
  type SchedulingPolicy,
  type SessionLimits,
  type SessionLogin,
} from '../session/index.ts';
import { checkName } from './initiator-name.ts';
import type { IsidParts } from './isid.ts';

/**
 * What the target must prove in turn, and by what it is judged: by its secret, or by somebody who knows that, such as
 * `radiusVerifier`. `user` is the name that it must give; any but our own unless given, and then whoever the verifier
 * accepts under any name.
 */
export type MutualChapCredentials = { readonly user?: string } & (
  | { readonly secret: string | Uint8Array; readonly verify?: undefined }
  | { readonly verify: ChapVerifier; readonly secret?: undefined }
);

/** CHAP credentials. Text is taken as UTF-8. */
export interface ChapCredentials {
  readonly user: string;
  readonly secret: string | Uint8Array;
  /** Has the target prove itself too; a login in which it does not is refused by us. */
  readonly mutual?: MutualChapCredentials;
  /** In order of preference; all that this Node has, SHA3-256 first, unless given. */
  readonly algorithms?: readonly ChapAlgorithm[];
  /** Takes secrets shorter than the 12 bytes of RFC 7143 §9.2.1. */
  readonly allowWeakSecrets?: boolean;
}

/** What discovery and login have in common. */
export interface LoginWishes {
  readonly portal: Portal;
  /** Authenticate by CHAP; a target that will not is refused. Without it, no authentication is offered. */
  readonly chap?: ChapCredentials;
  /** The name to log in under, iqn., eui. or naa.; the initiator's own unless given. */
  readonly initiatorName?: string;
  /** Goes with the name: none with a name that has none given. */
  readonly initiatorAlias?: string;
  /** Limits and intervals of the session. */
  readonly limits?: Partial<SessionLimits>;
  /** The keys to offer, digests among them. */
  readonly offers?: KeyOfferOptions;
  /** Ends the login; it has no say afterwards. */
  readonly signal?: AbortSignal;
}

/**
 * What a login does about a session that its initiator has with the same portal group already, under the same ISID where
 * one is given: have another one besides, which is refused where that cannot be (`new`), be content with it (`find`), or
 * take its place (`reinstate`; RFC 7143 §6.3.5).
 */
export type ExistingSession = 'new' | 'find' | 'reinstate';

/** A target to log in to. */
export interface ConnectOptions extends LoginWishes {
  readonly targetName: string;
  /**
   * The SCSI initiator port to log in as (ISID, RFC 7143 §11.12.5): an integer of 48 bits, as `InitiatorSession.isid`
   * gives it, or its parts. The target ends a session that it still has under the same one, such as that of a process
   * that has crashed (§6.3.5); so no two processes may use one at a time. Allocated unless given: the first that no
   * other session of this initiator with the target has, the same for all targets, another in each process (§10.1.1).
   */
  readonly isid?: number | IsidParts;
  /**
   * What to do about a session that this initiator has with the target and portal group already, under `isid` where that
   * is given. `new`, unless given: log in to another one; with `isid` that is refused (ISCSI_SESSION_EXISTS). `find`:
   * resolve with it as it is, also while it is lost; one that is being left is waited for, and another one logged in.
   * `reinstate`: drop it, and log in anew in its place; its commands end with their effect. Logins under way for the
   * same session are one, with the options of the first. Portal groups are told apart where a discovery or the portal
   * tells them.
   */
  readonly existing?: ExistingSession;
  /** How many connections are wanted; a target that allows fewer gets fewer. 1 unless given. */
  readonly connections?: number;
  /** Which connection carries the next command. */
  readonly policy?: SchedulingPolicy;
  /** How far a session goes to end a command that is stuck; see SessionOptions.escalation. */
  readonly escalation?: EscalationLimit;
  /** Whether a lost connection or session is opened again by itself (RFC 7143 §7.1.4); it is unless refused. */
  readonly reconnects?: boolean;
  /**
   * Whether the commands of a lost connection go on over another one at ErrorRecoveryLevel 2 (TASK REASSIGN). Else they end
   * as at lower levels, and disks repeat what is safe. True unless given, but for LIO: its kernel need not survive it
   * (docs/lio.md).
   */
  readonly reassignsTasks?: boolean;
  /**
   * A session without devices, to ask a target with raw SCSI commands: `openDisk` refuses, and a logout asks nobody.
   * False unless given.
   */
  readonly informational?: boolean;
  /** How disks split, pipeline and retry. */
  readonly disk?: DiskOptions;
  /** The LUN that `openDisk()` opens when it is given none. */
  readonly lun?: number;
}

/** MaxConnections that is offered when no more connections are asked for: room to add some later. */
const roomForConnections = 16;

/** The login that these wishes make. Throws UsageError for what cannot be wished. */
export function toLogin(
  wishes: LoginWishes & { readonly targetName?: string; readonly connections?: number },
  initiator: { readonly name: string; readonly alias: string | undefined; readonly isid: number },
): SessionLogin {
  const { connections = 1, targetName, initiatorName } = wishes;
  const own = { name: initiator.name, alias: wishes.initiatorAlias ?? initiator.alias };
  const node =
    initiatorName === undefined
      ? own
      : { name: checkName(initiatorName, 'initiatorName'), alias: wishes.initiatorAlias };
  if (!Number.isInteger(connections) || connections < 1 || connections > 0xffff) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `connections must be 1 to 65535, not ${connections}`, {
      argument: 'connections',
    });
  }
  return {
    initiatorName: node.name,
    initiatorAlias: node.alias,
    targetName: targetName === undefined ? undefined : checkName(targetName, 'targetName'),
    sessionType: targetName === undefined ? 'Discovery' : 'Normal',
    isid: initiator.isid,
    auth: toAuth(wishes.chap),
    offers: resolveKeyOffers({ maxConnections: Math.max(connections, roomForConnections), ...wishes.offers }),
  };
}

/** What a connection that is added to a session may be told of its own; the rest is the session's. */
export interface ConnectionWishes {
  /** `none`: no authentication is offered. As in the session's login unless given. */
  readonly chap?: ChapCredentials | 'none';
  /** Digests and the longest data segment, of which each connection has its own (RFC 7143 §13). */
  readonly offers?: Pick<KeyOfferOptions, 'headerDigest' | 'dataDigest' | 'maxRecvDataSegmentLength'>;
}

/** The login that these wishes make. Throws UsageError for what cannot be wished. */
export function toConnectionLogin({ chap, offers = {} }: ConnectionWishes): ConnectionLogin {
  const { headerDigest, dataDigest, maxRecvDataSegmentLength } = resolveKeyOffers({ ...offers });
  return {
    ...(chap === undefined ? {} : { auth: toAuth(chap === 'none' ? undefined : chap) }),
    offers: {
      ...(offers.headerDigest === undefined ? {} : { headerDigest }),
      ...(offers.dataDigest === undefined ? {} : { dataDigest }),
      ...(offers.maxRecvDataSegmentLength === undefined ? {} : { maxRecvDataSegmentLength }),
    },
  };
}

function toAuth(chap: ChapCredentials | undefined): AuthOptions {
  if (chap === undefined) return { allowNone: true };
  const { user, secret, mutual, algorithms, allowWeakSecrets } = chap;
  return {
    allowNone: false,
    chap: {
      user,
      secret: Buffer.from(secret),
      mutual: mutual === undefined ? undefined : toMutual(mutual),
      algorithms,
      allowWeakSecrets,
    },
  };
}

function toMutual({ user, secret, verify }: MutualChapCredentials): MutualChapOptions {
  return verify === undefined ? { user, secret: Buffer.from(secret) } : { user, verify };
}
