// How a session survives: what it does about each lost connection, and how it comes back when it has lost them all.

import { asIscsiError, type Effect, type IscsiError, LoginError, raceAbort, SessionError } from '../../base/index.ts';
import { connectionLost } from '../connection-lost.ts';
import { forgetFilled } from '../hole-filler.ts';
import type { Portal } from '../portal.ts';
import type { ResumeKind } from '../session-events.ts';
import { cleanUp, reopen, takeOver } from './connection-repair.ts';
import { LostConnection, type Remains } from './lost-connection.ts';
import { Patience } from './patience.ts';
import { reassignsTasks } from './reassigns-tasks.ts';
import { pause, ReconnectSchedule } from './reconnect-schedule.ts';
import type { RecoveryParts } from './recovery-parts.ts';

/** The recovery of one session. Its work ends with `stop`, or when the session is given up. */
export class Recovery {
  readonly #parts: RecoveryParts;
  /** Connections in cleanup, and those with tasks left to move: more than one of them may have had the same CID. */
  readonly #lost = new Set<LostConnection>();
  /** Connections that are to be open again. */
  readonly #wanted = new Map<number, Portal>();
  #ending = new AbortController();
  /** The work on single connections; each ends soon after its signal. */
  readonly #work = new Set<Promise<void>>();
  /** The return of the session itself. */
  #returning = Promise.resolve();
  /** Ends the work on single connections, when the session itself has failed. */
  #repairs = new AbortController();
  /** Ends an attempt to log in again whose connection was lost before it was of use. */
  #attempt: AbortController | undefined;
  readonly #patience: Patience;
  /** Until when the target is to be left in peace, on the session's clock. */
  #quietUntil = 0;
  #isRunning = false;
  #isGone = false;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    const { clock, limits } = parts.context;
    this.#patience = new Patience(clock, limits.replacementTimeoutMs);
  }

  /** Whether the session has been away for longer than its devices are kept. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The connections in cleanup. */
  get lostConnections(): LostConnection[] {
    return [...this.#lost];
  }

  /** Whether a connection is lost, or about to be opened again. */
  isAbsent(cid: number): boolean {
    return this.#isLost(cid) || this.#wanted.has(cid);
  }

  /** A lost connection is not to be opened again. */
  renounce(cid: number): void {
    this.#wanted.delete(cid);
  }

  /** No connection is to be opened again: the session is being logged out. */
  renounceAll(): void {
    this.#wanted.clear();
  }

  /** A connection was lost. When it was the last, `run` is to be called. */
  connectionLost(remains: Remains): void {
    const lost = new LostConnection(remains);
    this.#lost.add(lost);
    this.#quietUntil = Math.max(this.#quietUntil, remains.lostAt + remains.time2WaitMs);
    const { options, context, membership } = this.#parts;
    if (options.reconnects === true && !remains.member.isDraining) this.#wanted.set(lost.cid, remains.portal);
    if (context.roster.size === 0) return;
    // Later commands stand still at the target until it has these numbers, and they would for as long as cleanup takes.
    membership.refill(remains.cmdSns);
    this.#track(this.#repair(lost));
  }

  /** The session has lost its last connection: logs in again until that succeeds. Does nothing when that goes on already. */
  run(cause: IscsiError): void {
    if (this.#ending.signal.aborted) return;
    this.#repairs.abort(cause);
    this.#repairs = new AbortController();
    // A session that was lost again before it was of use goes on with the attempts that it has left.
    if (this.#isRunning) this.#attempt?.abort(cause);
    else this.#returning = this.#run(cause);
  }

  /**
   * The session is about to be logged out, and to come back: commands wait from here on. That they wait for it no longer
   * than for a session that is lost, counts from here on too.
   */
  standBy(cause: IscsiError): void {
    this.#parts.tasks.hold();
    // Of a session that is not quite back, the return goes on, and its time with it.
    if (this.#isRunning) return;
    this.#patience.start(() => {
      this.#isGone = true;
      this.#endWaiting(this.#awayTooLong(cause));
    });
  }

  /** A session that was to come back will not: what waits ends with `error`. */
  standDown(error: IscsiError): void {
    this.#patience.end();
    this.#endWaiting(error);
    this.#parts.tasks.release();
  }

  /** The session is over. To be called after `stop`. */
  close(): void {
    this.#patience.end();
  }

  /** Ends everything that goes on here, and the tasks of lost connections. Settles when nothing of it is left. */
  async stop(error: IscsiError): Promise<void> {
    this.#ending.abort(error);
    this.#repairs.abort(error);
    this.#attempt?.abort(error);
    this.renounceAll();
    await Promise.all([this.#returning, ...this.#work]);
    const lost = this.lostConnections;
    this.#lost.clear();
    for (const each of lost) {
      this.#endOrphans(each);
      if (each.state !== 'free') each.move('sessionClosed');
    }
    await Promise.all(lost.map(({ remains }) => remains.member.connection.released()));
  }

  /** Takes up work again after `stop`, for a session without connections. */
  restart(cause: IscsiError): void {
    this.#ending = new AbortController();
    this.run(cause);
  }

  /** Takes the place of what the target may still have of the session, once it has been left in peace. Rejects as a login does. */
  async reinstate(signal: AbortSignal): Promise<void> {
    const { context, joining, options } = this.#parts;
    await pause(context.clock, this.#respite(), signal);
    const replaced = this.lostConnections;
    const waiting = replaced.filter(({ state }) => state === 'cleanupWait');
    for (const lost of waiting) lost.move('logoutStarted');
    try {
      await joining.reinstateSession(joining.leading?.cid ?? 1, options.portal, signal);
    } catch (error) {
      for (const lost of waiting) if (lost.state === 'inCleanup') lost.move('logoutFailed');
      throw error;
    }
    for (const lost of waiting) lost.move('logoutSucceeded');
    for (const lost of replaced) {
      this.#lost.delete(lost);
      this.#endOrphans(lost);
      if (!this.#wanted.has(lost.cid) && lost.cid !== joining.leading?.cid) this.#giveUpConnection(lost.cid);
    }
    signal.throwIfAborted();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  #isLost(cid: number): boolean {
    return this.lostConnections.some((lost) => lost.cid === cid);
  }

  async #repair(lost: LostConnection): Promise<void> {
    const { signal } = this.#repairs;
    const { membership, events } = this.#parts;
    try {
      await cleanUp(this.#parts, lost, signal);
      forgetFilled(this.#parts.context);
      this.#lost.delete(lost);
      // Only its tasks were left to move: its CID is back already.
      if (this.#parts.context.roster.get(lost.cid) !== undefined) return;
      if (await this.#reopen(lost.cid, lost.remains.portal, signal)) events.emit('connectionRecovered', lost.cid);
    } catch (error) {
      // The recovery of the session, or its end, sees to the rest. Else there is no telling what the target does with the
      // old connection's commands, and only a new session puts an end to that.
      if (!signal.aborted) membership.failAll(asIscsiError(error));
    }
  }

  async #reopen(cid: number, portal: Portal, signal: AbortSignal): Promise<boolean> {
    const isOpen = await reopen(this.#parts, cid, portal, () => this.#wanted.has(cid), signal);
    this.#wanted.delete(cid);
    if (!isOpen) this.#giveUpConnection(cid);
    return isOpen;
  }

  #giveUpConnection(cid: number): void {
    const { joining, events } = this.#parts;
    if (joining.portalOf(cid) === undefined) return;
    joining.forget(cid);
    events.emit('connectionGivenUp', cid);
  }

  async #run(cause: IscsiError): Promise<void> {
    this.#isRunning = true;
    const { tasks, events, context } = this.#parts;
    const schedule = new ReconnectSchedule(context.limits);
    events.emit('suspended', cause);
    this.#patience.start(() => {
      schedule.backOff();
      this.#giveUpWaiting(cause);
    });
    try {
      const how = await this.#comeBack(schedule);
      if (how === undefined) return;
      this.#isGone = false;
      tasks.release();
      events.emit('resumed', how);
    } finally {
      this.#patience.end();
      this.#isRunning = false;
    }
    this.#restoreOthers();
  }

  /** Tries until one attempt succeeds. Undefined when recovery has been stopped or all attempts have been made. */
  async #comeBack(schedule: ReconnectSchedule): Promise<ResumeKind | undefined> {
    const { context, tasks, events, givenUp } = this.#parts;
    let delayMs = this.#respite();
    while (true) {
      const attempt = new AbortController();
      const signal = AbortSignal.any([this.#ending.signal, attempt.signal]);
      tasks.hold(); // again, where an attempt that failed had let them go
      try {
        await pause(context.clock, delayMs, this.#ending.signal);
        // They have been told to end; until then they may yet change what is known of a lost connection.
        await Promise.all(this.#work);
        this.#attempt = attempt;
        return await this.#tryOnce(signal);
      } catch (caught) {
        if (this.#ending.signal.aborted) return undefined;
        const error = asIscsiError(caught);
        delayMs = Math.max(schedule.failed(), this.#respite());
        if (schedule.isExhausted) {
          givenUp(error);
          return undefined;
        }
        events.emit('retried', schedule.attempts, error);
      } finally {
        this.#attempt = undefined;
      }
    }
  }

  async #tryOnce(signal: AbortSignal): Promise<ResumeKind> {
    if (await this.#continue(signal)) return 'continued';
    await this.reinstate(signal);
    await this.#checkDevices(signal);
    return 'reinstated';
  }

  /**
   * Continues the session by reinstating one of its connections, while the target keeps its tasks (RFC 7143 §7.1.4.3).
   * False when that cannot be, or the target refuses.
   */
  async #continue(signal: AbortSignal): Promise<boolean> {
    const { joining, context, tasks } = this.#parts;
    const now = context.clock.now();
    const lost = this.lostConnections.find(
      ({ retainedUntil, state }) => state === 'cleanupWait' && now < retainedUntil,
    );
    if (lost === undefined || !reassignsTasks(this.#parts)) return false;
    lost.move('logoutStarted');
    try {
      const { member, portal } = lost.remains;
      await joining.rejoin(lost.cid, portal, signal, member.connection.expStatSn);
    } catch (error) {
      if (lost.state === 'inCleanup') lost.move('logoutFailed');
      signal.throwIfAborted();
      // The target has answered, and will not have the connection back.
      if (error instanceof LoginError) return false;
      throw error;
    }
    lost.move('logoutSucceeded');
    signal.throwIfAborted();
    this.#wanted.delete(lost.cid);
    const taken = takeOver(this.#parts, lost, signal);
    tasks.release();
    await taken;
    signal.throwIfAborted();
    this.#lost.delete(lost);
    return true;
  }

  /** Lets whoever knows the devices look at them before anything else does. */
  async #checkDevices(signal: AbortSignal): Promise<void> {
    const { options, tasks, membership } = this.#parts;
    if (options.beforeResume === undefined) return;
    const port = { execute: tasks.executeAhead.bind(tasks) };
    try {
      await raceAbort(options.beforeResume(port, signal), signal);
    } catch (error) {
      membership.failAll(asIscsiError(error));
      throw error;
    }
  }

  /** The connections that were lost with the session, beside the one that is back. */
  #restoreOthers(): void {
    for (const lost of this.#lost) this.#track(this.#repair(lost));
    const { signal } = this.#repairs;
    for (const [cid, portal] of this.#wanted) {
      if (this.#parts.context.roster.get(cid) !== undefined) this.#wanted.delete(cid);
      else if (!this.#isLost(cid)) this.#track(this.#reopenAfterReturn(cid, portal, signal));
    }
  }

  async #reopenAfterReturn(cid: number, portal: Portal, signal: AbortSignal): Promise<void> {
    try {
      if (await this.#reopen(cid, portal, signal)) this.#parts.events.emit('connectionRecovered', cid);
    } catch {
      // The signal: the session has failed again, and remembers what is wanted, or it has ended.
    }
  }

  /** How long the target is still to be left in peace (RFC 7143 §7.5), in milliseconds. */
  #respite(): number {
    return Math.max(0, this.#quietUntil - this.#parts.context.clock.now());
  }

  #giveUpWaiting(cause: IscsiError): void {
    this.#isGone = true;
    const { tasks, events } = this.#parts;
    tasks.failMatching(
      ({ state }) => state === 'queued' || state === 'orphaned',
      ({ effect }) => this.#awayTooLong(cause, effect),
    );
    events.emit('gone');
  }

  /** Ends what waits in the queue: none of it has been sent. */
  #endWaiting(error: IscsiError): void {
    this.#parts.tasks.failMatching(
      ({ state, isAhead }) => state === 'queued' && !isAhead,
      () => error,
    );
  }

  #awayTooLong(cause: IscsiError, effect: Effect = 'none'): SessionError {
    const seconds = this.#parts.context.limits.replacementTimeoutMs / 1000;
    const message = `The session was lost and not back after ${seconds} s`;
    return new SessionError('ISCSI_SESSION_LOST', message, { cause, effect });
  }

  #endOrphans(lost: LostConnection): void {
    const { member, cause } = lost.remains;
    for (const task of lost.orphans) {
      this.#parts.tasks.fail(task, connectionLost(task, member.connection.address, cause));
    }
  }
}
