// Which connections a session has: how one joins, how one is removed in order, and what happens when one is lost.

import { asIscsiError, IscsiError, LoginError, SessionError } from '../base/index.ts';
import {
  type CircuitWay,
  type Connection,
  type ConnectionOwner,
  type LoginOptions,
  type LoginResult,
  type NegotiatedParameters,
  openConnection,
} from '../connection/index.ts';
import { drain } from './drain.ts';
import { fillHoles, unfilledHoles } from './hole-filler.ts';
import { Keepalive } from './keepalive.ts';
import { requestLogout } from './logout-request.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { TaskSet } from './task-set.ts';

/** An address at which a target listens. */
export interface Portal {
  /** Name or address literal, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What all logins of a session have in common. */
export type SessionLogin = Omit<
  LoginOptions,
  'tsih' | 'cid' | 'cmdSn' | 'expStatSn' | 'initiatorTaskTag' | 'isLeading' | 'expected'
>;

/** How connections of a session come to be. */
export interface MembershipOptions {
  readonly route: (portal: Portal) => CircuitWay;
  readonly login: SessionLogin;
}

/** CIDs are 16 bits; a login's task tag is the CID over a slot that no task uses, which would be reserved for this one. */
const lastCid = 0xfffe;
const loginTagSlot = 0xffff;

/** The connections of one session. */
export class Membership {
  readonly #context: SessionContext;
  readonly #tasks: TaskSet;
  readonly #options: MembershipOptions;
  readonly #owner: ConnectionOwner;
  readonly #keepalives = new Map<number, Keepalive>();
  readonly #removals = new Map<number, Promise<void>>();
  readonly #giveUp = new AbortController();
  #joining = 0;
  #nextCid = 0;
  #leading: { tsih: number; parameters: NegotiatedParameters } | undefined;

  constructor(context: SessionContext, tasks: TaskSet, options: MembershipOptions, owner: ConnectionOwner) {
    this.#context = context;
    this.#tasks = tasks;
    this.#options = options;
    this.#owner = owner;
  }

  /** What the leading login agreed; undefined before it. */
  get leading(): { readonly tsih: number; readonly parameters: NegotiatedParameters } | undefined {
    return this.#leading;
  }

  /** Opens a connection to `portal`, following redirects. Resolves with its CID when it takes commands. */
  async join(portal: Portal, signal: AbortSignal | undefined): Promise<number> {
    this.#checkRoom();
    this.#joining += 1;
    const both = signal === undefined ? this.#giveUp.signal : AbortSignal.any([signal, this.#giveUp.signal]);
    try {
      return await this.#joinAt(portal, both);
    } finally {
      this.#joining -= 1;
    }
  }

  /** A login has reached full feature phase: the connection becomes a member. */
  admit(connection: Connection, result: LoginResult): void {
    const isLeading = this.#leading === undefined;
    this.#leading ??= { tsih: result.tsih, parameters: result.parameters };
    this.#context.window.update(result.expCmdSn, result.maxCmdSn);
    const member: Member = {
      connection,
      parameters: result.parameters,
      isLeading,
      tasksInFlight: 0,
      tasksSent: 0,
      isDraining: false,
      textExchange: undefined,
    };
    this.#context.roster.add(member);
    // A discovery session's target takes text and a logout, and has to reject all else (RFC 7143 §4.3).
    if (this.#options.login.sessionType === 'Discovery') return;
    this.#keepalives.set(connection.cid, new Keepalive(this.#context, member));
  }

  /**
   * Drains a connection, logs it out (reason 1) and closes it. A second call for the same one ends as the first does, but
   * resolves with false.
   */
  async remove(member: Member, drainTimeoutMs: number): Promise<boolean> {
    const { cid } = member.connection;
    const underWay = this.#removals.get(cid);
    const removal = underWay ?? this.#remove(member, drainTimeoutMs).finally(() => this.#removals.delete(cid));
    this.#removals.set(cid, removal);
    await removal;
    return underWay === undefined;
  }

  /** Settles when no removal is under way; each ends by its own limits. */
  async removalsSettled(): Promise<void> {
    await Promise.allSettled(this.#removals.values());
  }

  /** Takes a lost connection off the list and ends what was allegiant to it. */
  lost(connection: Connection, error: IscsiError): void {
    const member = this.#context.roster.get(connection.cid);
    if (member === undefined) return;
    const missing = this.#forget(member, error);
    this.#refill([...missing, ...this.#tasks.connectionLost(member, error)]);
    this.#tasks.pump();
  }

  /**
   * Ends what goes on besides tasks and takes no new tasks, before the end of the whole session: no request may follow its
   * Logout on any connection (RFC 7143 §11.14).
   */
  quiet(error: IscsiError): void {
    for (const member of this.#context.roster.all()) this.#quiet(member, error);
  }

  /** Gives up logins under way. No connection joins after this. */
  stopJoining(error: IscsiError): void {
    this.#giveUp.abort(error);
  }

  /** Closes all connections after a logout of the session that went over `via`. Settles when the sockets are gone. */
  async closeAll(via: Member): Promise<void> {
    const members = this.#context.roster.all();
    const error = new SessionError('ISCSI_CLOSED', 'The session was logged out');
    for (const member of members) this.#forget(member, error);
    await Promise.all(
      members.map(async (member) => {
        await member.connection.finish(member === via ? 'logoutSucceeded' : 'sessionClosed');
      }),
    );
  }

  async #joinAt(portal: Portal, signal: AbortSignal): Promise<number> {
    const { clock, limits, sessionId } = this.#context;
    let at = portal;
    for (let hop = 0; hop <= limits.maxRedirects; hop += 1) {
      const { connection, outcome } = await openConnection(
        { sessionId, way: this.#options.route(at), login: this.#loginOptions(), owner: this.#owner },
        { clock, signal, connectTimeoutMs: limits.connectTimeoutMs, loginTimeoutMs: limits.loginTimeoutMs },
      );
      if (outcome.kind === 'done') return connection.cid;
      await connection.released();
      const [next] = outcome.address;
      if (next === undefined) break;
      at = next;
    }
    throw new LoginError('ISCSI_TOO_MANY_REDIRECTS', `The login was redirected more than ${limits.maxRedirects} times`);
  }

  #loginOptions(): LoginOptions {
    const cid = this.#takeCid();
    const leading = this.#leading;
    return {
      ...this.#options.login,
      tsih: leading?.tsih ?? 0,
      cid,
      cmdSn: this.#context.window.cmdSn,
      initiatorTaskTag: ((cid << 16) | loginTagSlot) >>> 0,
      isLeading: leading === undefined,
      ...(leading === undefined ? {} : { expected: { parameters: leading.parameters } }),
    };
  }

  /** A CID that is not in use: reusing one would reinstate its connection (RFC 7143 §6.3.4). */
  #takeCid(): number {
    do this.#nextCid = this.#nextCid >= lastCid ? 1 : this.#nextCid + 1;
    while (this.#context.roster.get(this.#nextCid) !== undefined);
    return this.#nextCid;
  }

  #checkRoom(): void {
    const leading = this.#leading;
    if (leading === undefined) return;
    const { maxConnections } = leading.parameters;
    if (this.#context.roster.size + this.#joining >= maxConnections) {
      const message = `The session was agreed to have at most ${maxConnections} connections`;
      throw new LoginError('ISCSI_TOO_MANY_CONNECTIONS', message, { key: 'MaxConnections' });
    }
  }

  async #remove(member: Member, drainTimeoutMs: number): Promise<void> {
    const { roster } = this.#context;
    member.isDraining = true;
    roster.refresh();
    await drain(this.#context, this.#tasks, drainTimeoutMs, member);
    const { connection } = member;
    if (connection.failure !== undefined) throw connection.failure;
    // The others may have been lost, or have begun to leave, meanwhile.
    if (!roster.all().some((other) => !other.isDraining)) {
      member.isDraining = false;
      roster.refresh();
      this.#tasks.pump();
      throw lastConnection(member);
    }
    this.#quiet(member, new SessionError('ISCSI_DRAINING', `Connection ${connection.cid} is being logged out`));
    try {
      await requestLogout(this.#context, member, 'closeConnection');
    } catch (error) {
      connection.fail(asIscsiError(error));
      throw error;
    }
    const missing = this.#forget(member, new SessionError('ISCSI_CLOSED', 'The connection was logged out'));
    await connection.finish('logoutSucceeded');
    this.#refill(missing);
  }

  /** Stops pings, and whatever else but tasks goes on; answers that come later name no task. */
  #quiet(member: Member, error: IscsiError): void {
    const { roster, tags } = this.#context;
    member.isDraining = true;
    roster.refresh();
    this.#keepalives.get(member.connection.cid)?.stop();
    for (const holder of tags.holders()) {
      const isAsking = holder.kind === 'request' && holder.cmdSn === undefined;
      if (isAsking && holder.connection === member.connection) holder.fail(error);
    }
  }

  /** Takes a connection that has ended off the list. Returns the numbers that were being sent again over it. */
  #forget(member: Member, error: IscsiError): number[] {
    const { connection } = member;
    this.#keepalives.get(connection.cid)?.stop();
    this.#keepalives.delete(connection.cid);
    this.#context.roster.remove(connection.cid);
    const unfilled = unfilledHoles(this.#context, connection);
    for (const holder of this.#context.tags.holders()) {
      if (holder.kind === 'request' && holder.connection === connection) holder.fail(error);
    }
    return unfilled;
  }

  /** Sends lost numbers again, over a connection that takes no tasks where there is no other. */
  #refill(missing: readonly number[]): void {
    const { roster } = this.#context;
    const survivor = roster.pick() ?? roster.all().find(({ connection }) => connection.canLogOut);
    if (survivor !== undefined) fillHoles(this.#context, survivor, missing);
  }
}

/** The refusal to remove the only connection of a session. */
export function lastConnection(member: Member): SessionError {
  const { cid } = member.connection;
  return new SessionError('ISCSI_LAST_CONNECTION', `Connection ${cid} is the last of its session; log out instead`);
}
