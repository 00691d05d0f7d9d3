// A session as an initiator instance keeps it: its ids, which stay the same for as long as it is kept, and what is told of
// it under them.

import type { EventEmitter } from 'node:events';

import { assert, type EscalationTaken, type IscsiError } from '../../base/index.ts';
import type { DeviceEvents } from '../../devices/index.ts';
import type { ConnectionFacts, LoginAttempt, Portal, ResumeKind, SessionEnd } from '../../session/index.ts';
import type { ChapCredentials } from '../connect-options.ts';
import type { InitiatorSession } from '../initiator-session.ts';
import type { UniqueIds } from './unique-ids.ts';

/** Who proved what to whom at login (ISCSI_AUTH_TYPES). */
export type InstanceAuthType = 'none' | 'chap' | 'mutualChap';

/** The type of a login with these credentials. */
export function authTypeOf(chap: ChapCredentials | undefined): InstanceAuthType {
  if (chap === undefined) return 'none';
  return chap.mutual === undefined ? 'chap' : 'mutualChap';
}

/** What a session was logged in with. */
export interface InstanceLogin {
  readonly portal: Portal;
  readonly initiatorName: string;
  readonly initiatorAlias: string | undefined;
  readonly authType: InstanceAuthType;
}

/** A connection of a session, also while it is lost and being opened again. */
export interface InstanceConnection {
  readonly uniqueConnectionId: bigint;
  readonly cid: number;
  readonly isLeading: boolean;
  /** The portal as `host:port`. */
  readonly address: string;
  /** The connection as it stands; undefined while it is lost. */
  readonly facts: ConnectionFacts | undefined;
  /** Why it is lost, or why it could not be opened again the last time; undefined while it is there. */
  readonly error: IscsiError | undefined;
}

interface Connection {
  readonly id: bigint;
  address: string;
  error: IscsiError | undefined;
}

/** An event of a session's devices, with its arguments. */
export type DeviceHappening = {
  [Name in keyof DeviceEvents]: { readonly name: Name; readonly args: DeviceEvents[Name] };
}[keyof DeviceEvents];

/** Something that went wrong. */
export type Trouble =
  /** A login failed: the first of a session, of a connection that is added or opened again, or of a discovery. */
  | { readonly kind: 'loginFailed'; readonly attempt: LoginAttempt; readonly error: IscsiError }
  /** The target did not answer a SCSI command in time. */
  | { readonly kind: 'commandTimedOut'; readonly session: InstanceSession; readonly error: IscsiError }
  /** The target rejected a PDU of ours. */
  | { readonly kind: 'pduRejected'; readonly session: InstanceSession; readonly reason: number }
  /** Data of the target came damaged, and are asked for again. */
  | { readonly kind: 'dataDamaged'; readonly session: InstanceSession }
  /** A command is stuck, and this is about to be done about it, since `cause` was of no help. */
  | {
      readonly kind: 'escalated';
      readonly session: InstanceSession;
      readonly step: EscalationTaken['step'];
      readonly cause: IscsiError;
    }
  /** The target asked for a logout (RFC 7143 §11.9.1, event 1). */
  | { readonly kind: 'logoutRequested'; readonly session: InstanceSession };

/** The events of an instance and their arguments. */
export interface InstanceEvents {
  /** A login made a session. */
  loggedIn: [session: InstanceSession];
  /** A login failed at all portals, or was given up. */
  loginFailed: [targetName: string, error: Error];
  /** A portal of a target did not answer or did not take a login, whatever became of the login. */
  portalFailed: [targetName: string, portal: Portal, error: IscsiError];
  /** A session is over, and its ids name nothing any more. */
  loggedOut: [session: InstanceSession, end: SessionEnd];
  /** The last connection was lost: commands wait while the session logs in again. */
  sessionLost: [session: InstanceSession, error: IscsiError];
  /** An attempt to log in again failed; there will be another one. */
  sessionRetried: [session: InstanceSession, attempts: number, error: IscsiError];
  /** A lost session is back. */
  sessionBack: [session: InstanceSession, how: ResumeKind];
  /** The replacement time has passed: its devices are gone. Logging in goes on. */
  sessionGone: [session: InstanceSession];
  connectionAdded: [session: InstanceSession, uniqueConnectionId: bigint];
  /** A connection is over, and its id names nothing any more. */
  connectionRemoved: [session: InstanceSession, uniqueConnectionId: bigint];
  connectionLost: [session: InstanceSession, uniqueConnectionId: bigint, error: IscsiError];
  /** An attempt to open a lost connection again failed; there will be another one. */
  connectionRetried: [session: InstanceSession, uniqueConnectionId: bigint, error: IscsiError];
  /** A lost connection is open again, under its id. */
  connectionRecovered: [session: InstanceSession, uniqueConnectionId: bigint];
  /** Something went wrong that none of the other events tells of. */
  trouble: [trouble: Trouble];
  /** Something happened to a device of a session. */
  device: [session: InstanceSession, happening: DeviceHappening];
}

/** A session of an initiator instance. */
export class InstanceSession {
  /** Stays the same over reconnects; dead once the session is over. Neither ISID nor TSIH. */
  readonly uniqueSessionId: bigint;
  readonly session: InitiatorSession;
  readonly targetName: string;
  readonly isInformational: boolean;
  /** The portal that the leading connection was asked of. */
  readonly portal: Portal;
  /** The name that it logged in under. */
  readonly initiatorName: string;
  readonly initiatorAlias: string | undefined;
  readonly authType: InstanceAuthType;
  /** When it was logged in first. */
  readonly since: Date = new Date();
  readonly #connections = new Map<number, Connection>();
  readonly #ids: UniqueIds;
  readonly #events: EventEmitter<InstanceEvents>;
  #leadingCid = 1;
  #recoveries = 0;
  #isGone = false;
  #error: IscsiError | undefined;

  /** @internal */
  constructor(
    session: InitiatorSession,
    login: InstanceLogin,
    parts: { readonly ids: UniqueIds; readonly events: EventEmitter<InstanceEvents> },
  ) {
    this.#ids = parts.ids;
    this.#events = parts.events;
    this.uniqueSessionId = parts.ids.next();
    this.session = session;
    this.targetName = session.targetName;
    this.isInformational = session.isInformational;
    this.portal = login.portal;
    this.initiatorName = login.initiatorName;
    this.initiatorAlias = login.initiatorAlias;
    this.authType = login.authType;
    this.#adopt(session.connections);
    this.#listen();
  }

  /** The ids of the connections by CID, in the order in which they joined; a lost one keeps its id. */
  get connectionIds(): ReadonlyMap<number, bigint> {
    return new Map([...this.#connections].map(([cid, { id }]) => [cid, id]));
  }

  /** The connections, lost ones too, in the order in which they joined. */
  get connections(): InstanceConnection[] {
    const present = this.session.connections;
    return [...this.#connections].map(([cid, { id, address, error }]) => {
      const facts = present.find((each) => each.cid === cid);
      const isLeading = cid === this.#leadingCid;
      return { uniqueConnectionId: id, cid, isLeading, address, facts, error };
    });
  }

  /** The id of the leading connection; of the first one, when the target has asked for a logout of the leading one. */
  get leadingConnectionId(): bigint {
    const [first] = this.#connections.values();
    const leading = this.#connections.get(this.#leadingCid) ?? first;
    assert(leading !== undefined, 'a session has a connection, or waits for one to come back');
    return leading.id;
  }

  /** How often the session, or one of its connections while others lived, was lost and came back. */
  get recoveries(): number {
    return this.#recoveries;
  }

  /** Whether it has been lost for so long that its devices count as gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** What ails the session, or else one of its connections, as far as it is known; undefined while all is well. */
  get lastError(): IscsiError | undefined {
    if (this.#error !== undefined) return this.#error;
    for (const { error } of this.#connections.values()) if (error !== undefined) return error;
    return undefined;
  }

  /** Leaves in any case; see InitiatorSession.close. */
  async close(): Promise<void> {
    await this.session.close();
  }

  /** Tells that it is there, and when it is over. Called once. @internal */
  announce(ended: (end: SessionEnd) => void): void {
    this.#events.emit('loggedIn', this);
    this.session.closed.then(
      (end) => {
        ended(end);
        this.#events.emit('loggedOut', this, end);
      },
      () => undefined,
    );
  }

  #listen(): void {
    const { events } = this.session;
    events.on('connectionAdded', (cid) => {
      this.#connections.delete(cid);
      this.#adopt(this.session.connections);
      this.#tell('connectionAdded', cid);
    });
    events.on('connectionRemoved', (cid) => {
      this.#remove(cid);
    });
    events.on('connectionGivenUp', (cid) => {
      this.#remove(cid);
    });
    events.on('connectionLost', (cid, error) => {
      this.#ail('connectionLost', cid, error);
    });
    events.on('connectionRetried', (cid, error) => {
      this.#ail('connectionRetried', cid, error);
    });
    events.on('connectionRecovered', (cid) => {
      this.#recoveries += 1;
      this.#recover(cid);
    });
    events.on('suspended', (error) => {
      this.#error = error;
      this.#events.emit('sessionLost', this, error);
    });
    events.on('retried', (attempts, error) => {
      this.#error = error;
      this.#events.emit('sessionRetried', this, attempts, error);
    });
    events.on('gone', () => {
      this.#isGone = true;
      this.#events.emit('sessionGone', this);
    });
    events.on('resumed', (how) => {
      this.#recoveries += 1;
      this.#error = undefined;
      this.#isGone = false;
      this.#events.emit('sessionBack', this, how);
      this.#sortOut();
    });
  }

  /** After a return of the whole session: some connections are back, some on their way, and some are not expected. */
  #sortOut(): void {
    const present = this.session.connections;
    this.#leadingCid = present.find(({ isLeading }) => isLeading)?.cid ?? this.#leadingCid;
    for (const [cid, { error }] of this.#connections) {
      const isThere = present.some((each) => each.cid === cid);
      if (isThere && error !== undefined) this.#recover(cid);
      // A target that asks for a logout ends connections in order, and one alone comes back then.
      else if (!isThere && error === undefined) this.#remove(cid);
    }
    this.#adopt(present);
  }

  #adopt(present: readonly ConnectionFacts[]): void {
    for (const { cid, address, isLeading } of present) {
      if (isLeading) this.#leadingCid = cid;
      if (!this.#connections.has(cid)) {
        this.#connections.set(cid, { id: this.#ids.next(), address, error: undefined });
      }
    }
  }

  #ail(event: 'connectionLost' | 'connectionRetried', cid: number, error: IscsiError): void {
    const connection = this.#connections.get(cid);
    if (connection === undefined) return;
    connection.error = error;
    this.#events.emit(event, this, connection.id, error);
  }

  #recover(cid: number): void {
    this.#adopt(this.session.connections);
    const connection = this.#connections.get(cid);
    if (connection === undefined) return;
    connection.error = undefined;
    connection.address = this.session.connections.find((each) => each.cid === cid)?.address ?? connection.address;
    this.#events.emit('connectionRecovered', this, connection.id);
  }

  #remove(cid: number): void {
    const connection = this.#connections.get(cid);
    this.#connections.delete(cid);
    if (connection !== undefined) this.#events.emit('connectionRemoved', this, connection.id);
  }

  #tell(event: 'connectionAdded', cid: number): void {
    const connection = this.#connections.get(cid);
    if (connection !== undefined) this.#events.emit(event, this, connection.id);
  }
}
