// A discovery session that is kept: it takes SendTargets until it is left. Its loss is made good by the next question.

import { asIscsiError, type IscsiError, raceAbort, SessionError } from '../base/index.ts';
import { type DiscoveredTarget, type SendTargetsAnswer, sendTargetsText } from '../discovery/index.ts';
import type { ConnectionFacts, NegotiatedParameters, Portal, Session, SessionEnd } from '../session/index.ts';

/** One login of a discovery session. */
export interface DiscoveryLogin {
  readonly session: Session;
  /** Settles, and never rejects, when the session is over and all that it held is released. */
  readonly over: Promise<SessionEnd>;
}

/** What a discovery session has from its initiator. */
export interface DiscoveryParts {
  readonly isid: number;
  readonly portal: Portal;
  readonly initiatorName: string;
  readonly initiatorAlias: string | undefined;
  /** Logs in anew under the same ISID; leaves nothing behind when it rejects. */
  readonly logIn: (signal: AbortSignal) => Promise<DiscoveryLogin>;
  /** Is told what a portal has answered. */
  readonly learn: (targets: readonly DiscoveredTarget[]) => void;
  /** Nothing of it is left. */
  readonly ended: () => void;
}

/** `loggedIn`; `lost` until it is asked again; `leaving`, until nothing of it is left; `closed`. */
export type DiscoverySessionState = 'loggedIn' | 'lost' | 'leaving' | 'closed';

/** A discovery session (RFC 7143 §4.3). */
export class DiscoverySession {
  readonly portal: Portal;
  readonly initiatorName: string;
  readonly initiatorAlias: string | undefined;
  /** The initiator's part of its name, as a 48-bit integer. */
  readonly isid: number;
  /** When it was logged in first. */
  readonly since: Date = new Date();
  readonly #parts: DiscoveryParts;
  readonly #ending = new AbortController();
  #login: DiscoveryLogin;
  #renewal: Promise<DiscoveryLogin> | undefined;
  #error: IscsiError | undefined;
  #left: Promise<SessionEnd> | undefined;
  #isClosed = false;

  /** @internal */
  constructor(parts: DiscoveryParts, login: DiscoveryLogin) {
    this.portal = parts.portal;
    this.initiatorName = parts.initiatorName;
    this.initiatorAlias = parts.initiatorAlias;
    this.isid = parts.isid;
    this.#parts = parts;
    this.#login = login;
  }

  get state(): DiscoverySessionState {
    if (this.#isClosed) return 'closed';
    if (this.#left !== undefined) return 'leaving';
    return this.#isLost() ? 'lost' : 'loggedIn';
  }

  /** Why the last attempt to log in again failed; undefined while all is well, and before one was made. */
  get lastError(): IscsiError | undefined {
    return this.#error;
  }

  /** What the last login agreed. */
  get parameters(): NegotiatedParameters {
    return this.#login.session.parameters;
  }

  /** The target's handle on the session (TSIH). */
  get tsih(): number {
    return this.#login.session.tsih;
  }

  /** The connection; none while the session is lost. */
  get connections(): ConnectionFacts[] {
    return this.#login.session.connections;
  }

  /**
   * Asks for targets: `All`, a target's name, or the empty string, which a discovery session's target refuses or not as
   * it likes (RFC 7143 Appendix C). A session that is lost, or is lost with the question, logs in once more for it.
   * Rejects with what that login or the exchange fails with, ProtocolError ISCSI_BAD_TEXT, the signal's reason, or
   * SessionError ISCSI_CLOSED for a session that has been left.
   */
  async sendTargets(which: string, signal?: AbortSignal): Promise<SendTargetsAnswer> {
    this.#ending.signal.throwIfAborted();
    if (this.#isLost()) return await this.#askAnew(which, signal);
    try {
      return await this.#ask(this.#login.session, which, signal);
    } catch (error) {
      // A peer that has dropped the session unheard is found out by the question. Any other failure is the answer.
      if (!this.#isLost()) throw error;
      signal?.throwIfAborted();
      return await this.#askAnew(which, signal);
    }
  }

  /**
   * Logs out, and ends a login that is under way. Always ends, within the limit of a logout; never rejects. A second call
   * gets the first one's result.
   */
  logout(): Promise<SessionEnd> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  /** Drops it without a logout. Questions that are open end with `error`. */
  destroy(error: IscsiError): void {
    this.#ending.abort(error);
    this.#login.session.destroy(error);
    this.#left ??= this.#leave();
  }

  #isLost(): boolean {
    return this.#login.session.state !== 'loggedIn';
  }

  async #askAnew(which: string, signal: AbortSignal | undefined): Promise<SendTargetsAnswer> {
    const { session } = await raceAbort(this.#renew(), signal);
    return await this.#ask(session, which, signal);
  }

  async #ask(session: Session, which: string, signal: AbortSignal | undefined): Promise<SendTargetsAnswer> {
    const { portal, learn } = this.#parts;
    const answer = await sendTargetsText(session, portal, { which, ...(signal === undefined ? {} : { signal }) });
    learn(answer.targets);
    return answer;
  }

  /** One login for all who ask meanwhile; whoever waits no longer does not end it. */
  #renew(): Promise<DiscoveryLogin> {
    if (this.#renewal !== undefined) return this.#renewal;
    const renewal = this.#logInAgain().finally(() => {
      this.#renewal = undefined;
    });
    renewal.catch(() => undefined);
    this.#renewal = renewal;
    return renewal;
  }

  async #logInAgain(): Promise<DiscoveryLogin> {
    const { signal } = this.#ending;
    await raceAbort(this.#login.over, signal);
    try {
      this.#login = await this.#parts.logIn(signal);
      this.#error = undefined;
      return this.#login;
    } catch (error) {
      this.#error = asIscsiError(error);
      throw error;
    }
  }

  async #leave(): Promise<SessionEnd> {
    this.#ending.abort(new SessionError('ISCSI_CLOSED', 'The discovery session has been logged out'));
    await this.#renewal?.catch(() => undefined);
    const end = await this.#login.session.logout();
    await this.#login.over;
    this.#isClosed = true;
    this.#parts.ended();
    return end;
  }
}
