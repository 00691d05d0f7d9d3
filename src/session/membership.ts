// Which connections a session has: how one joins, how one is removed in order, and what happens when one is lost.

import { asIscsiError, assert, type IscsiError, SessionError } from '../base/index.ts';
import type { Connection, LoginResult } from '../connection/index.ts';
import { connectionFacts } from './connection-facts.ts';
import { drain } from './drain.ts';
import { fillHoles, missingNumbers, numbersCarried } from './hole-filler.ts';
import type { Joining } from './joining.ts';
import { Keepalive } from './keepalive.ts';
import { requestLogout } from './logout-request.ts';
import type { Remains } from './recovery/lost-connection.ts';
import { QuietWatch } from './recovery/quiet-watch.ts';
import type { Member, Roster } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { TaskSet } from './task-set.ts';

/** The connections of one session. */
export class Membership {
  readonly #context: SessionContext;
  readonly #tasks: TaskSet;
  readonly #joining: Joining;
  readonly #keepalives = new Map<number, Keepalive>();
  readonly #watches = new Map<number, QuietWatch>();
  readonly #removals = new Map<number, Promise<void>>();

  constructor(context: SessionContext, tasks: TaskSet, joining: Joining) {
    this.#context = context;
    this.#tasks = tasks;
    this.#joining = joining;
  }

  /** A login has reached full feature phase: the connection becomes a member. */
  admit(connection: Connection, result: LoginResult): void {
    const isLeading = this.#joining.agreed(connection.cid, result.tsih, result.parameters);
    // Not before: a target that refuses still has the old session, with the numbers that it has not received.
    if (this.#joining.isReinstating) this.#context.window.restart();
    this.#context.window.update(result.expCmdSn, result.maxCmdSn);
    const member: Member = {
      connection,
      parameters: result.parameters,
      redirect: this.#joining.redirectOf(connection.cid),
      isLeading,
      tasksInFlight: 0,
      tasksSent: 0,
      tasksAnswered: 0,
      bytesRead: 0,
      bytesWritten: 0,
      retriesSent: 0,
      isDraining: false,
      announcedTimes: undefined,
      textExchange: undefined,
    };
    this.#context.roster.add(member);
    // A discovery session's target takes text and a logout, and has to reject all else (RFC 7143 §4.3).
    if (this.#joining.isDiscovery) return;
    this.#keepalives.set(connection.cid, new Keepalive(this.#context, member));
    this.#watches.set(connection.cid, new QuietWatch(this.#context, member, this.#tasks));
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

  /**
   * Takes a lost connection off the list. What it carried besides tasks ends; its tasks wait for what recovery makes of
   * them. Undefined for a connection that is not on the list.
   */
  lost(connection: Connection, cause: IscsiError): Remains | undefined {
    const { roster, clock } = this.#context;
    const member = roster.get(connection.cid);
    if (member === undefined) return undefined;
    this.#forget(member, cause);
    const { orphans, cmdSns } = this.#tasks.park(member, cause);
    const portal = this.#joining.portalOf(connection.cid);
    assert(portal !== undefined, `connection ${connection.cid} was opened to a portal`);
    return {
      member,
      portal,
      cause,
      tasks: orphans,
      cmdSns: [...cmdSns, ...missingNumbers(this.#context)],
      ...timesOf(member),
      lostAt: clock.now(),
    };
  }

  /**
   * Ends what goes on besides tasks and takes no new tasks, before the end of the whole session: no request may follow its
   * Logout on any connection (RFC 7143 §11.14).
   */
  quiet(error: IscsiError): void {
    for (const member of this.#context.roster.all()) this.#quiet(member, error);
  }

  /** Drops every connection; each is lost with this error. */
  failAll(error: IscsiError): void {
    for (const { connection } of this.#context.roster.all()) connection.fail(error);
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

  /** Sends lost numbers again that nothing carries, over a connection that takes no tasks where there is no other. */
  refill(lost: readonly number[]): void {
    const { roster } = this.#context;
    const carried = numbersCarried(this.#context);
    const missing = lost.filter((cmdSn) => !carried.has(cmdSn));
    const survivor = roster.pick() ?? roster.all().find(({ connection }) => connection.canLogOut);
    if (survivor !== undefined) fillHoles(this.#context, survivor, missing);
  }

  async #remove(member: Member, drainTimeoutMs: number): Promise<void> {
    const { roster } = this.#context;
    member.isDraining = true;
    roster.refresh();
    await drain(this.#context, this.#tasks, drainTimeoutMs, { scope: member });
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
    this.#forget(member, new SessionError('ISCSI_CLOSED', 'The connection was logged out'));
    this.#joining.forget(connection.cid);
    await connection.finish('logoutSucceeded');
    this.refill(missingNumbers(this.#context));
  }

  /** Stops pings, and whatever else but tasks goes on; answers that come later name no task. */
  #quiet(member: Member, error: IscsiError): void {
    const { roster, tags } = this.#context;
    member.isDraining = true;
    roster.refresh();
    this.#keepalives.get(member.connection.cid)?.stop();
    this.#watches.get(member.connection.cid)?.stop();
    for (const holder of tags.holders()) {
      const isAsking = holder.kind === 'request' && holder.cmdSn === undefined;
      if (isAsking && holder.connection === member.connection) holder.fail(error);
    }
  }

  /** Takes a connection that has ended off the list. */
  #forget(member: Member, error: IscsiError): void {
    const { connection } = member;
    const { observer, sessionId } = this.#context;
    observer?.connectionEnded?.(sessionId, connectionFacts(member, 'unusable'));
    this.#keepalives.get(connection.cid)?.stop();
    this.#keepalives.delete(connection.cid);
    this.#watches.get(connection.cid)?.stop();
    this.#watches.delete(connection.cid);
    this.#context.roster.remove(connection.cid);
    for (const holder of this.#context.tags.holders()) {
      if (holder.kind === 'request' && holder.connection === connection) holder.fail(error);
    }
  }
}

/** Throws SessionError unless the connection may be removed: it is there, and neither the last nor the leading one. */
export function requireRemovable(roster: Roster, cid: number, member: Member | undefined): asserts member is Member {
  if (member === undefined) {
    throw new SessionError('ISCSI_NO_SUCH_CONNECTION', `The session has no connection ${cid}`);
  }
  if (roster.size === 1) throw lastConnection(member);
  if (member.isLeading) {
    throw new SessionError('ISCSI_LEADING_CONNECTION', `Connection ${cid} is the leading connection of its session`);
  }
}

/** The refusal to remove the only connection of a session. */
function lastConnection(member: Member): SessionError {
  const { cid } = member.connection;
  return new SessionError('ISCSI_LAST_CONNECTION', `Connection ${cid} is the last of its session; log out instead`);
}

/** Time2Wait and Time2Retain for a lost connection: as the target announced the loss, else as agreed (RFC 7143 §7.5). */
function timesOf({ announcedTimes, parameters }: Member): Pick<Remains, 'time2WaitMs' | 'time2RetainMs'> {
  const { time2Wait, time2Retain } = announcedTimes ?? {
    time2Wait: parameters.defaultTime2Wait,
    time2Retain: parameters.defaultTime2Retain,
  };
  return { time2WaitMs: time2Wait * 1000, time2RetainMs: time2Retain * 1000 };
}
