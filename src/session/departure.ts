// How a session is logged out: because its user wants it, for good, or because the target asked for it, and then mostly
// for a while.

import { asIscsiError, type IscsiError, SessionError } from '../base/index.ts';
import { closeAtTarget } from './close-session.ts';
import { drain } from './drain.ts';
import type { Joining } from './joining.ts';
import type { Membership } from './membership.ts';
import type { Recovery } from './recovery/recovery.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionEnd } from './session-events.ts';
import { refusal, type SessionEvent, type SessionState } from './session-states.ts';
import type { TaskSet } from './task-set.ts';

type LogoutCause = Exclude<SessionEnd['how'], 'lost'>;

/** The session that is to be logged out. */
export interface DepartingSession {
  readonly context: SessionContext;
  readonly tasks: TaskSet;
  readonly joining: Joining;
  readonly membership: Membership;
  readonly recovery: Recovery;
  /** Whether it logs in again after what it was not told to do. */
  readonly reconnects: boolean;
  readonly state: () => SessionState;
  readonly move: (event: SessionEvent) => void;
  /** Logs one connection out while the session goes on; see Session.removeConnection. */
  readonly remove: (member: Member, drainTimeoutMs: number) => Promise<void>;
  readonly finish: (end: SessionEnd) => void;
  readonly giveUp: (error: IscsiError) => void;
}

/** The logout of one session. */
export class Departure {
  readonly #session: DepartingSession;
  readonly #dropped = new AbortController();
  #underWay: Promise<void> | undefined;
  #isFinal = false;
  #isPassing = false;
  /** Calls off a departure for a while whose Logout has not been sent. */
  #callOff: AbortController | undefined;

  constructor(session: DepartingSession) {
    this.#session = session;
  }

  /** Whether the session is to end, and not only to be logged out for a while because the target asked for it. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** Whether the session is being logged out for a while: commands wait for its return, as for that of a lost one. */
  get isPassing(): boolean {
    return this.#isPassing && !this.#isFinal;
  }

  /** The session is dropped: it is not to be logged in again, not even to be logged out. */
  drop(error: IscsiError): void {
    this.#isFinal = true;
    this.#dropped.abort(error);
  }

  /** Its user wants the session logged out. What waits for the return of one that is being logged out ends now. */
  begin(drainTimeoutMs: number): void {
    if (this.isPassing) this.#session.recovery.standDown(refusal('leaving'));
    this.#isFinal = true;
    void this.#leave('loggedOut', drainTimeoutMs);
  }

  /** The target asked for a logout: of one connection while there are others that stay, else of the session. */
  async atRequest(member: Member, drainTimeoutMs: number): Promise<void> {
    const { context, remove, state } = this.#session;
    const others = context.roster.all().filter((other) => other !== member && !other.isDraining);
    if (others.length > 0) {
      try {
        await remove(member, drainTimeoutMs);
        return;
      } catch (error) {
        if (asIscsiError(error).code !== 'ISCSI_LAST_CONNECTION') throw error;
      }
    }
    const underWay = this.#underWay;
    // A logout of ours that is under way may have meant to wait for longer than the target does.
    if (underWay !== undefined) await this.#drain(drainTimeoutMs);
    else if (state() === 'loggedIn') await this.#leave('requestedByTarget', drainTimeoutMs);
  }

  /**
   * The last connection was lost. A departure for a while whose Logout has not been sent is pointless then: it is called
   * off, and the session is lost as any other. Returns whether it was.
   */
  callOff(error: IscsiError): boolean {
    const callOff = this.#callOff;
    if (callOff === undefined || this.#isFinal) return false;
    callOff.abort(error);
    this.#session.recovery.run(this.#comeBack(error));
    return true;
  }

  #leave(how: LogoutCause, drainTimeoutMs: number): Promise<void> {
    this.#underWay ??= this.#logOut(how, drainTimeoutMs);
    return this.#underWay;
  }

  async #logOut(how: LogoutCause, drainTimeoutMs: number): Promise<void> {
    const { context, membership, joining, recovery, reconnects, state, move } = this.#session;
    const callOff = new AbortController();
    if (how === 'requestedByTarget' && reconnects && !this.#isFinal) {
      this.#isPassing = true;
      this.#callOff = callOff;
      recovery.standBy(requested());
    }
    move('logoutStarted');
    joining.stop(refusal(state()));
    recovery.renounceAll();
    await this.#drain(drainTimeoutMs);
    await membership.removalsSettled();
    if (callOff.signal.aborted) return;
    this.#callOff = undefined;
    membership.quiet(refusal(state()));
    await recovery.stop(refusal(state()));
    try {
      const { signal } = this.#dropped;
      await closeAtTarget({ context, membership, recovery: reconnects ? recovery : undefined, state, signal });
      this.#left(how);
    } catch (error) {
      this.#left(how, asIscsiError(error));
    }
  }

  /** What waits is left where it is when the session will be back. */
  async #drain(limitMs: number): Promise<void> {
    const { context, tasks } = this.#session;
    const scope = this.isPassing ? 'inFlight' : undefined;
    await drain(context, tasks, limitMs, { scope, signal: this.#callOff?.signal });
  }

  /** The session is closed at the target, but for an error: for good, or until the target that asked for it takes us again. */
  #left(how: LogoutCause, error?: IscsiError): void {
    const { state, membership, recovery, finish, giveUp } = this.#session;
    if (state() === 'free') return;
    if (this.isPassing) {
      if (error !== undefined) membership.failAll(error);
      recovery.restart(this.#comeBack(error ?? requested()));
    } else if (error === undefined) finish({ how, error });
    else giveUp(error);
  }

  /** From here on the session is one that has been lost, with this cause. */
  #comeBack(cause: IscsiError): IscsiError {
    this.#underWay = undefined;
    this.#callOff = undefined;
    this.#isPassing = false;
    this.#session.move('putOff');
    this.#session.joining.restart();
    return cause;
  }
}

function requested(): SessionError {
  return new SessionError('ISCSI_SESSION_LOST', 'The target asked for a logout of the session');
}
