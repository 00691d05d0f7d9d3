// A session (RFC 7143 §4.2.3): connections over which one stream of numbered commands runs, from login to logout.

import { EventEmitter } from 'node:events';

import {
  channels,
  type Deferred,
  deferred,
  type Effect,
  type IscsiError,
  SessionError,
  UsageError,
} from '../base/index.ts';
import type { Connection, LoginResult, NegotiatedParameters } from '../connection/index.ts';
import { encodeTextKeys, type TextKey } from '../wire/index.ts';
import { AsyncMessages } from './async-messages.ts';
import { type ConnectionFacts, connectionFacts } from './connection-facts.ts';
import { Departure } from './departure.ts';
import { type ConnectionLogin, Joining } from './joining.ts';
import { makeContext } from './make-context.ts';
import { Membership, requireRemovable } from './membership.ts';
import type { SessionLimits } from './options.ts';
import type { Portal } from './portal.ts';
import { Receiver } from './receiver.ts';
import { Recovery } from './recovery/recovery.ts';
import type { Member, SchedulingPolicy } from './roster.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from './scsi-port.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionEnd, SessionEvents } from './session-events.ts';
import type { SessionOptions } from './session-options.ts';
import { noScsi, refusal, type SessionEvent, type SessionState, sessionTransition } from './session-states.ts';
import { TaskSet } from './task-set.ts';
import type { TaskManagementFunction } from './tasks/management-functions.ts';
import type { FunctionOutcome } from './tasks/multi-task-functions.ts';
import type { TaskManagementOptions } from './tasks/task-management.ts';
import { exchangeText } from './text-exchange.ts';

/**
 * One session, from its login until `logout` or `destroy`, over losses and returns. Made by `openSession`. It ends by
 * itself only when it was told not to log in again, or not for ever.
 */
export class Session implements ScsiPort {
  /** What diagnostics know it by: `SessionOptions.id`, or the ISID. */
  readonly id: number;
  readonly targetName: string | undefined;
  readonly events: EventEmitter<SessionEvents> = new EventEmitter<SessionEvents>();
  readonly #options: SessionOptions;
  readonly #context: SessionContext;
  readonly #tasks: TaskSet;
  readonly #receiver: Receiver;
  readonly #joining: Joining;
  readonly #membership: Membership;
  readonly #recovery: Recovery;
  readonly #departure: Departure;
  readonly #reconnects: boolean;
  readonly #end: Deferred<SessionEnd> = deferred();
  #state: SessionState = 'free';
  #givingUp: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.targetName = options.login.targetName;
    this.#options = options;
    this.#context = makeContext(options);
    this.id = this.#context.sessionId;
    this.#tasks = new TaskSet(this.#context, {
      limit: options.escalation ?? 'lunReset',
      listener: (step, lun) => this.events.emit('escalated', step, lun),
    });
    const messages = new AsyncMessages(this.#context, {
      leave: (member, drainTimeoutMs) => this.#departure.atRequest(member, drainTimeoutMs),
      terminated: this.#tasks.terminate.bind(this.#tasks),
      told: (pdu, sense) => this.events.emit('asyncMessage', pdu, sense),
    });
    this.#receiver = new Receiver(this.#context, this.#tasks, messages);
    this.#joining = new Joining(this.#context, options, {
      loggedIn: (connection, result) => {
        this.#loggedIn(connection, result);
      },
      dataInDestination: this.#receiver.dataInDestination.bind(this.#receiver),
      received: this.#receiver.received.bind(this.#receiver),
      dataInDamaged: this.#receiver.dataInDamaged.bind(this.#receiver),
      dataInCut: this.#receiver.dataInCut.bind(this.#receiver),
      lost: (connection, error) => {
        this.#lost(connection, error);
      },
    });
    this.#membership = new Membership(this.#context, this.#tasks, this.#joining);
    this.#reconnects = (options.reconnects ?? true) && !this.#joining.isDiscovery;
    this.#recovery = new Recovery({
      context: this.#context,
      tasks: this.#tasks,
      membership: this.#membership,
      joining: this.#joining,
      options: { ...options, reconnects: this.#reconnects },
      events: this.events,
      givenUp: (error) => {
        this.#giveUp(error);
      },
    });
    this.#departure = new Departure({
      context: this.#context,
      tasks: this.#tasks,
      joining: this.#joining,
      membership: this.#membership,
      recovery: this.#recovery,
      reconnects: this.#reconnects,
      state: () => this.#state,
      move: this.#move.bind(this),
      remove: this.#remove.bind(this),
      finish: this.#finish.bind(this, 'closed'),
      giveUp: this.#giveUp.bind(this),
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
    const { leading } = this.#joining;
    if (leading === undefined) throw new UsageError('ISCSI_WRONG_STATE', 'The session has not been logged in');
    return leading.parameters;
  }

  /** The target's handle on this session. */
  get tsih(): number {
    return this.#joining.leading?.tsih ?? 0;
  }

  /** The connections, in the order in which they joined. */
  get connections(): ConnectionFacts[] {
    const { roster } = this.#context;
    return roster.all().map((member) => connectionFacts(member, roster.roleOf(member)));
  }

  /** Which connection carries the next command. */
  get policy(): SchedulingPolicy {
    return this.#context.roster.policy;
  }

  /**
   * Chooses connections by another policy from the next command on; those sent stay where they are. Permitted in any
   * state. Throws UsageError ISCSI_BAD_ARGUMENT for a policy that names a connection which the session does not have.
   */
  setPolicy(policy: SchedulingPolicy): void {
    this.#context.roster.setPolicy(policy, (cid) => this.#joining.portalOf(cid) !== undefined);
  }

  /** Connects and logs in. Called once, by `openSession`. @internal */
  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#joining.join(this.#options.portal, signal);
  }

  /**
   * Executes a SCSI command on any connection; see ScsiPort. Permitted in state loggedIn, and while the session is lost,
   * or is being logged out because the target asked for it, to come back: then the command waits for its return, until the
   * replacement time has passed. A discovery session refuses with
   * UsageError ISCSI_WRONG_STATE: its target takes Text and Logout Requests alone (RFC 7143 §4.3).
   */
  execute(request: ScsiRequest): Promise<ScsiResult> {
    if (this.#joining.isDiscovery) return Promise.reject(noScsi());
    // One that is being logged out for a while is as good as lost.
    const state = this.#departure.isPassing ? 'failed' : this.#state;
    const waits = state === 'failed' && !this.#recovery.isGone && this.#givingUp === undefined;
    return state === 'loggedIn' || waits ? this.#tasks.execute(request) : Promise.reject(refusal(state));
  }

  /**
   * Adds a connection, to the first portal or to another of the same portal group. Resolves with its CID. Rejects with
   * LoginError ISCSI_TOO_MANY_CONNECTIONS when the session takes no more, ISCSI_WRONG_PORTAL_GROUP for a portal of another
   * portal group: without connecting when the portal says so, else as soon as the target does (RFC 7143 §13.9). It logs in
   * as the session did, but for what `login` says, also when it comes back after a loss.
   */
  async addConnection(
    portal: Portal = this.#options.portal,
    options: { signal?: AbortSignal; login?: ConnectionLogin } = {},
  ): Promise<number> {
    this.#requireLoggedIn();
    const cid = await this.#joining.join(portal, options.signal, options.login);
    this.#tasks.pump();
    this.events.emit('connectionAdded', cid);
    return cid;
  }

  /**
   * Removes a connection while the session goes on: no new commands on it, those in flight finish by the drain
   * deadline, then it is logged out and closed. Refuses the last (ISCSI_LAST_CONNECTION) and the leading connection
   * (ISCSI_LEADING_CONNECTION). When the target does not confirm the logout, the connection is dropped and this rejects.
   * One that is lost just now is not opened again.
   */
  async removeConnection(cid: number, options: { drainTimeoutMs?: number } = {}): Promise<void> {
    this.#requireLoggedIn();
    const { roster, limits } = this.#context;
    const member = roster.get(cid);
    if (member === undefined && this.#recovery.isAbsent(cid) && cid !== this.#joining.leading?.cid) {
      this.#recovery.renounce(cid);
      this.events.emit('connectionRemoved', cid);
      return;
    }
    requireRemovable(roster, cid, member);
    await this.#remove(member, options.drainTimeoutMs ?? limits.drainTimeoutMs);
  }

  /** Sends text keys and resolves with the target's whole answer (RFC 7143 §11.10). Permitted in state loggedIn. */
  async text(pairs: Iterable<readonly [string, string]>, options: { signal?: AbortSignal } = {}): Promise<TextKey[]> {
    this.#requireLoggedIn();
    const member = this.#context.roster.pick();
    if (member === undefined) throw refusal(this.#state);
    return await exchangeText(this.#context, member, encodeTextKeys(pairs), options.signal);
  }

  /**
   * Has the target carry out a task management function (RFC 7143 §11.5.1) and resolves when no PDU of the commands that it
   * ended can follow; each of them has then rejected with ScsiError SCSI_TASK_ABORTED, its `effect` unknown for what may
   * have changed the medium. Commands for the units concerned that have not been sent wait for the end of the function.
   * TARGET COLD RESET also resolves when the target ends the connection instead of answering. Rejects with
   * TaskManagementError when the target refuses: then nothing has happened to any command. Rejects with TimeoutError
   * ISCSI_TASK_MANAGEMENT_TIMEOUT when it does not answer: then the session escalates and ends them. Rejects with what
   * ended the connection, the signal's reason, or UsageError. Permitted in state loggedIn.
   */
  async manageTasks(fn: TaskManagementFunction, options: TaskManagementOptions = {}): Promise<FunctionOutcome> {
    if (this.#joining.isDiscovery) throw noScsi();
    this.#requireLoggedIn();
    return await this.#tasks.manage(fn, options);
  }

  /**
   * Logs out, in whatever state: commands in flight and in the queue finish by the drain deadline, then the session is
   * closed at the target and the connections are torn down. A session that is lost just now goes on logging in again
   * while commands wait and the drain deadline permits, and once more, for as long as a logout may take, so that nothing
   * of it is left at the target. Commands that wait while it is being logged out for the target end with ISCSI_DRAINING.
   * Always ends, and never rejects: when the target does not confirm, the session is
   * dropped and `error` says why. A second call gets the first one's result.
   */
  logout(options: { drainTimeoutMs?: number } = {}): Promise<SessionEnd> {
    if (this.#state !== 'free' && this.#givingUp === undefined) {
      this.#departure.begin(options.drainTimeoutMs ?? this.#context.limits.drainTimeoutMs);
    }
    return this.#end.promise;
  }

  /** As `logout`, for `await using`. */
  async close(): Promise<void> {
    await this.logout();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Aborts every command in flight or in the queue; each ends with what `reason` makes of its effect. Goes on. */
  abortTasks(reason: (effect: Effect) => Error): void {
    this.#tasks.abortAll((task) => reason(task.effect));
  }

  /** Ends what waits and matches, and aborts what has been sent and matches; each ends with what `error` makes of its effect. */
  failTasks(matches: (request: ScsiRequest) => boolean, error: (effect: Effect) => Error): void {
    this.#tasks.failMatching(
      ({ request }) => matches(request),
      ({ effect }) => error(effect),
    );
  }

  /** Drops all connections now, without a logout. Everything in flight ends with an error that says what may be. */
  destroy(error: IscsiError = new SessionError('ISCSI_CLOSED', 'The session was destroyed')): void {
    this.#departure.drop(error);
    this.#joining.stop(error);
    this.#membership.quiet(error);
    if (this.#state !== 'free') this.#giveUp(error);
  }

  /** In full feature phase, a logout under way or not: Q3 of RFC 7143 §8.3. */
  get #isOpen(): boolean {
    return this.#state === 'loggedIn' || this.#state === 'leaving';
  }

  #requireLoggedIn(): void {
    if (this.#state !== 'loggedIn') throw refusal(this.#state);
  }

  #move(event: SessionEvent): void {
    const from = this.#state;
    this.#state = sessionTransition(from, event);
    channels.sessionStateChanged.publish({ sessionId: this.id, from, to: this.#state, event });
    this.events.emit('stateChanged', this.#state);
  }

  #loggedIn(connection: Connection, result: LoginResult): void {
    this.#membership.admit(connection, result);
    if (this.#state === 'loggedIn' || this.#state === 'leaving') return;
    this.#move(this.#joining.isReinstating ? 'sessionReinstated' : 'loginSucceeded');
  }

  async #remove(member: Member, drainTimeoutMs: number): Promise<void> {
    const isFirstCall = await this.#membership.remove(member, drainTimeoutMs);
    if (isFirstCall) this.events.emit('connectionRemoved', member.connection.cid);
    // The others were lost while its Logout waited for the answer: that closed the session (RFC 7143 §6.3.5).
    if (this.#context.roster.size > 0 || !this.#isOpen) return;
    if (this.#reconnects && !this.#departure.isFinal) {
      this.#lastLost(new SessionError('ISCSI_SESSION_LOST', 'The last connection was logged out'));
      return;
    }
    await this.#recovery.stop(refusal(this.#state));
    this.#finish('closed', { how: 'loggedOut', error: undefined });
  }

  #lost(connection: Connection, error: IscsiError): void {
    const remains = this.#membership.lost(connection, error);
    if (remains !== undefined) this.#recovery.connectionLost(remains);
    this.events.emit('connectionLost', connection.cid, error);
    // A format error is a flaw of the peer, not of a line, and ends all connections (RFC 7143 §7.7).
    if (error.code === 'ISCSI_BAD_FIELD') this.#membership.failAll(error);
    // Of connections that end one inside the other's end, the last has told the session already.
    if (this.#context.roster.size > 0 || !this.#isOpen) return;
    this.#lastLost(error);
  }

  #lastLost(error: IscsiError): void {
    if (this.#departure.callOff(error)) return;
    this.#move('lastConnectionLost');
    if (this.#reconnects) this.#recovery.run(error);
    else this.#giveUp(error);
  }

  /** Ends the session without a logout. The first reason counts. */
  #giveUp(error: IscsiError): void {
    this.#givingUp ??= this.#abandon(error);
  }

  async #abandon(error: IscsiError): Promise<void> {
    this.#joining.stop(error);
    const connections = this.#context.roster.all().map((member) => member.connection);
    this.#membership.failAll(error);
    await this.#recovery.stop(error);
    await Promise.all(connections.map((connection) => connection.released()));
    if (this.#state !== 'free') this.#finish('givenUp', { how: 'lost', error });
  }

  #finish(event: 'closed' | 'givenUp', end: SessionEnd): void {
    this.#move(event);
    this.#recovery.close();
    this.#joining.stop(new SessionError('ISCSI_CLOSED', 'The session is closed'));
    this.#tasks.close((task) => {
      const message = 'The session ended before the command could be sent';
      return new SessionError('ISCSI_SESSION_LOST', message, { cause: end.error, effect: task.effect });
    });
    this.events.emit('closed', end);
    this.#end.resolve(end);
  }
}
