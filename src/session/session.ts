// A session (RFC 7143 §4.2.3): connections over which one stream of numbered commands runs, from login to logout.

import { EventEmitter } from 'node:events';

import {
  asIscsiError,
  type Clock,
  channels,
  type Deferred,
  deferred,
  type Effect,
  type IscsiError,
  SessionError,
  snAdd,
  systemClock,
  UsageError,
} from '../base/index.ts';
import type { Connection, ConnectionState, NegotiatedParameters } from '../connection/index.ts';
import { encodeTextKeys, type TextKey } from '../wire/index.ts';
import { AsyncMessages } from './async-messages.ts';
import { CommandWindow } from './command-window.ts';
import { drain } from './drain.ts';
import { requestLogout } from './logout-request.ts';
import { lastConnection, Membership, type MembershipOptions, type Portal } from './membership.ts';
import { resolveLimits, type SessionLimits } from './options.ts';
import { Receiver } from './receiver.ts';
import { leastQueueDepth, type Member, Roster, type SchedulingPolicy } from './roster.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from './scsi-port.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionEnd, SessionEvents } from './session-events.ts';
import { type SessionEvent, type SessionState, sessionTransition } from './session-states.ts';
import { mostTags, TagPool } from './tag-pool.ts';
import { TaskSet } from './task-set.ts';
import { exchangeText } from './text-exchange.ts';

/** What a session is made of. */
export interface SessionOptions extends MembershipOptions {
  /** Where to log in. */
  readonly portal: Portal;
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  /** Which connection carries the next command; least queue depth unless given. */
  readonly policy?: SchedulingPolicy;
  /** CmdSN of the first command; 1 unless given. */
  readonly initialCmdSn?: number;
}

/** A connection as it stands now. */
export interface ConnectionFacts {
  readonly cid: number;
  readonly state: ConnectionState;
  readonly isLeading: boolean;
  /** The portal as `host:port`. */
  readonly address: string;
  readonly tasksInFlight: number;
  readonly tasksSent: number;
  readonly parameters: NegotiatedParameters;
}

/** Tags for requests that are not tasks: pings, aborts, texts and logouts find room even when tasks fill the session. */
const spareTags = 256;

/** One session, logged in until `logout`, `destroy` or a loss. Made by `openSession`. */
export class Session implements ScsiPort {
  /** The ISID, which tells the sessions of one initiator apart. */
  readonly id: number;
  readonly targetName: string | undefined;
  readonly events: EventEmitter<SessionEvents> = new EventEmitter<SessionEvents>();
  readonly #options: SessionOptions;
  readonly #context: SessionContext;
  readonly #tasks: TaskSet;
  readonly #receiver: Receiver;
  readonly #membership: Membership;
  readonly #end: Deferred<SessionEnd> = deferred();
  #state: SessionState = 'free';
  #leaving: Promise<SessionEnd> | undefined;

  constructor(options: SessionOptions) {
    this.id = options.login.isid;
    this.targetName = options.login.targetName;
    this.#options = options;
    const limits = resolveLimits(options.limits);
    const cmdSn = options.initialCmdSn ?? 1;
    this.#context = {
      sessionId: this.id,
      clock: options.clock ?? systemClock,
      limits,
      // Closed until the login has said what the target takes, which may be nothing yet.
      window: new CommandWindow(cmdSn, cmdSn, snAdd(cmdSn, -1)),
      tags: new TagPool(Math.min(mostTags, limits.maxTasks + spareTags)),
      roster: new Roster(options.policy ?? leastQueueDepth),
    };
    this.#tasks = new TaskSet(this.#context);
    const messages = new AsyncMessages(this.#context, {
      leave: (member, drainTimeoutMs) => this.#leaveOnRequest(member, drainTimeoutMs),
      terminated: (member, lun) => {
        this.#tasks.terminate(member, lun);
      },
      told: (pdu, sense) => this.events.emit('asyncMessage', pdu, sense),
    });
    this.#receiver = new Receiver(this.#context, this.#tasks, messages);
    this.#membership = new Membership(this.#context, this.#tasks, options, {
      loggedIn: (connection, result) => {
        this.#membership.admit(connection, result);
        if (this.#state === 'free') this.#move('loginSucceeded');
      },
      dataInDestination: (connection, pdu, length) => this.#receiver.dataInDestination(connection, pdu, length),
      received: (connection, pdu, data) => {
        this.#receiver.received(connection, pdu, data);
      },
      lost: (connection, error) => {
        this.#lost(connection, error);
      },
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The limits that hold here, defaults filled in. */
  get limits(): SessionLimits {
    return this.#context.limits;
  }

  /** Settles, and never rejects, when the session is over and everything it held is released. */
  get closed(): Promise<SessionEnd> {
    return this.#end.promise;
  }

  /** What the leading login agreed. */
  get parameters(): NegotiatedParameters {
    const leading = this.#membership.leading;
    if (leading === undefined) throw new UsageError('ISCSI_WRONG_STATE', 'The session has not been logged in');
    return leading.parameters;
  }

  /** The target's handle on this session. */
  get tsih(): number {
    return this.#membership.leading?.tsih ?? 0;
  }

  /** The connections, in the order in which they joined. */
  get connections(): ConnectionFacts[] {
    return this.#context.roster.all().map(({ connection, isLeading, tasksInFlight, tasksSent, parameters }) => {
      const { cid, state, address } = connection;
      return { cid, state, isLeading, address, tasksInFlight, tasksSent, parameters };
    });
  }

  /** Connects and logs in. Called once, by `openSession`. @internal */
  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#membership.join(this.#options.portal, signal);
  }

  /** Executes a SCSI command on any connection; see ScsiPort. Permitted in state loggedIn. */
  execute(request: ScsiRequest): Promise<ScsiResult> {
    if (this.#state !== 'loggedIn') return Promise.reject(this.#refusal());
    return this.#tasks.execute(request);
  }

  /**
   * Adds a connection, to the first portal or to another of the same portal group. Resolves with its CID. Rejects with
   * LoginError ISCSI_TOO_MANY_CONNECTIONS when the session takes no more.
   */
  async addConnection(portal: Portal = this.#options.portal, options: { signal?: AbortSignal } = {}): Promise<number> {
    this.#requireLoggedIn();
    const cid = await this.#membership.join(portal, options.signal);
    this.#tasks.pump();
    this.events.emit('connectionAdded', cid);
    return cid;
  }

  /**
   * Removes a connection while the session goes on: no new commands on it, those in flight finish by the drain
   * deadline, then it is logged out and closed. Refuses the last (ISCSI_LAST_CONNECTION) and the leading connection
   * (ISCSI_LEADING_CONNECTION). When the target does not confirm the logout, the connection is dropped and this rejects.
   */
  async removeConnection(cid: number, options: { drainTimeoutMs?: number } = {}): Promise<void> {
    this.#requireLoggedIn();
    const { roster, limits } = this.#context;
    const member = roster.get(cid);
    if (member === undefined) {
      throw new SessionError('ISCSI_NO_SUCH_CONNECTION', `The session has no connection ${cid}`);
    }
    if (roster.size === 1) throw lastConnection(member);
    if (member.isLeading) {
      throw new SessionError('ISCSI_LEADING_CONNECTION', `Connection ${cid} is the leading connection of its session`);
    }
    await this.#remove(member, options.drainTimeoutMs ?? limits.drainTimeoutMs);
  }

  /** Sends text keys and resolves with the target's whole answer (RFC 7143 §11.10). Permitted in state loggedIn. */
  async text(pairs: Iterable<readonly [string, string]>, options: { signal?: AbortSignal } = {}): Promise<TextKey[]> {
    this.#requireLoggedIn();
    const member = this.#context.roster.pick();
    if (member === undefined) throw this.#refusal();
    return await exchangeText(this.#context, member, encodeTextKeys(pairs), options.signal);
  }

  /**
   * Logs out: commands in flight and in the queue finish by the drain deadline, then the session is closed at the
   * target and the connections are torn down. Always ends, and never rejects: when the target does not confirm, the
   * session is dropped and `error` says why. A second call gets the first one's result.
   */
  logout(options: { drainTimeoutMs?: number } = {}): Promise<SessionEnd> {
    if (this.#state !== 'loggedIn' && this.#leaving === undefined) return this.#end.promise;
    return this.#leave('loggedOut', options.drainTimeoutMs ?? this.#context.limits.drainTimeoutMs);
  }

  /** As `logout`, for `await using`. */
  async close(): Promise<void> {
    await this.logout();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Aborts every command in flight or in the queue; each ends with what `reason` makes of its effect. Goes on. */
  abortTasks(reason: (effect: Effect) => Error): void {
    this.#tasks.abortAll((task) => reason(task.effect));
  }

  /** Drops all connections now, without a logout. Everything in flight ends with an error that says what may be. */
  destroy(error: IscsiError = new SessionError('ISCSI_CLOSED', 'The session was destroyed')): void {
    this.#membership.stopJoining(error);
    this.#membership.quiet(error);
    for (const member of this.#context.roster.all()) member.connection.fail(error);
  }

  /** In full feature phase, a logout under way or not: Q3 of RFC 7143 §8.3. */
  get #isOpen(): boolean {
    return this.#state === 'loggedIn' || this.#state === 'leaving';
  }

  #requireLoggedIn(): void {
    if (this.#state !== 'loggedIn') throw this.#refusal();
  }

  #refusal(): SessionError {
    return this.#state === 'leaving'
      ? new SessionError('ISCSI_DRAINING', 'The session is being logged out and takes no new work')
      : new SessionError('ISCSI_CLOSED', 'The session is closed');
  }

  #move(event: SessionEvent): void {
    const from = this.#state;
    this.#state = sessionTransition(from, event);
    channels.sessionStateChanged.publish({ sessionId: this.id, from, to: this.#state, event });
    this.events.emit('stateChanged', this.#state);
  }

  async #remove(member: Member, drainTimeoutMs: number): Promise<void> {
    const isFirstCall = await this.#membership.remove(member, drainTimeoutMs);
    if (isFirstCall) this.events.emit('connectionRemoved', member.connection.cid);
    // The others were lost while its Logout waited for the answer: that closed the session (RFC 7143 §6.3.5).
    if (this.#context.roster.size === 0 && this.#isOpen) this.#finish('closed', { how: 'loggedOut', error: undefined });
  }

  /** The target asked for a logout: of one connection while there are others that stay, else of the session. */
  async #leaveOnRequest(member: Member, drainTimeoutMs: number): Promise<void> {
    const others = this.#context.roster.all().filter((other) => other !== member && !other.isDraining);
    if (others.length > 0) {
      try {
        await this.#remove(member, drainTimeoutMs);
        return;
      } catch (error) {
        if (asIscsiError(error).code !== 'ISCSI_LAST_CONNECTION') throw error;
      }
    }
    // A logout of ours that is under way may have meant to wait for longer than the target does.
    if (this.#leaving !== undefined) await drain(this.#context, this.#tasks, drainTimeoutMs);
    await this.#leave('requestedByTarget', drainTimeoutMs);
  }

  #leave(how: 'loggedOut' | 'requestedByTarget', drainTimeoutMs: number): Promise<SessionEnd> {
    this.#leaving ??= this.#logOut(how, drainTimeoutMs);
    return this.#leaving;
  }

  async #logOut(how: 'loggedOut' | 'requestedByTarget', drainTimeoutMs: number): Promise<SessionEnd> {
    this.#move('logoutStarted');
    this.#membership.stopJoining(this.#refusal());
    await drain(this.#context, this.#tasks, drainTimeoutMs);
    await this.#membership.removalsSettled();
    this.#membership.quiet(this.#refusal());
    const via = this.#context.roster.all().find(({ connection }) => connection.canLogOut);
    if (via !== undefined) {
      try {
        await requestLogout(this.#context, via, 'closeSession');
        await this.#membership.closeAll(via);
        this.#finish('closed', { how, error: undefined });
      } catch (error) {
        this.destroy(asIscsiError(error));
      }
    }
    return await this.#end.promise;
  }

  #lost(connection: Connection, error: IscsiError): void {
    this.#membership.lost(connection, error);
    this.events.emit('connectionLost', connection.cid, error);
    // A format error is a flaw of the peer, not of a line, and ends all connections (RFC 7143 §7.7).
    if (error.code === 'ISCSI_BAD_FIELD') this.destroy(error);
    // Of connections that end one inside the other's end, the last has told the session already.
    if (this.#context.roster.size > 0 || !this.#isOpen) return;
    this.#move('lastConnectionLost');
    const released = connection.released();
    // Recovery of the session would take place here; without it the session is given up at once.
    released.then(
      () => {
        this.#finish('givenUp', { how: 'lost', error });
      },
      () => undefined,
    );
  }

  #finish(event: 'closed' | 'givenUp', end: SessionEnd): void {
    this.#move(event);
    this.#membership.stopJoining(new SessionError('ISCSI_CLOSED', 'The session is closed'));
    this.#tasks.close((task) => {
      const message = 'The session ended before the command could be sent';
      return new SessionError('ISCSI_SESSION_LOST', message, { cause: end.error, effect: task.effect });
    });
    this.events.emit('closed', end);
    this.#end.resolve(end);
  }
}
