// Brings what is wanted and what is together: one supervised login for each persistent login, side by side.

import { type Clock, ServiceError } from '../../base/index.ts';
import type { UniqueId } from '../contract/names.ts';
import { shown } from '../discovery/asked-source.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Entry, Sessions } from '../sessions/sessions.ts';
import type { LoginRecord } from '../wanted/kinds.ts';
import { plainPlace } from '../wanted/place.ts';
import type { Wanted } from '../wanted/wanted.ts';
import { SupervisedLogin } from './supervised-login.ts';

/** What the reconciler needs from around it. */
export interface ReconcilerParts {
  readonly wanted: Wanted;
  readonly sessions: Sessions;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: () => number;
  /** A persistent login has a session. */
  readonly isUp: (key: string, entry: Entry) => void;
  /** Carries out the persistent login of this key. */
  readonly attempt: (key: string, signal: AbortSignal) => Promise<UniqueId>;
}

/** Supervises every persistent login. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #supervised = new Map<string, SupervisedLogin>();
  /** Those that are not wanted any more, until nothing of them is left. */
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Begins to carry out every persistent login that is not supervised yet, all in parallel, and lets go of what is not wanted. */
  start(): void {
    const { logins } = this.#parts.wanted;
    for (const key of this.#supervised.keys()) if (logins.get(key) === undefined) this.remove(key);
    for (const key of logins.keys()) if (!this.#supervised.has(key)) this.supervise(key);
  }

  /**
   * Supervises a persistent login from now on, in the place of whoever has done so: with a login at once, with `first`, or
   * with null, none before there is a session or the service starts again.
   */
  supervise(key: string, first?: Promise<UniqueId> | null): void {
    if (this.#isClosed) {
      first?.catch(() => undefined);
      return;
    }
    this.remove(key);
    const { clock, random, sessions, attempt } = this.#parts;
    const login = new SupervisedLogin(key, {
      clock,
      random,
      attempt: (signal) => attempt(key, signal),
      ended: (sessionId) => sessions.ended(sessionId),
      changed: (changed) => {
        this.#tell(changed);
      },
    });
    this.#supervised.set(key, login);
    login.start(first);
    if (first === null) for (const entry of sessions.all()) this.sessionMade(entry);
  }

  get(key: string): SupervisedLogin | undefined {
    return this.#supervised.get(key);
  }

  all(): SupervisedLogin[] {
    return [...this.#supervised.values()];
  }

  /** A persistent login is not wanted any more. Its session stays. */
  remove(key: string): void {
    const login = this.#supervised.get(key);
    if (login === undefined) return;
    this.#supervised.delete(key);
    const reason = new ServiceError('SERVICE_LOGIN_UNKNOWN', 'The persistent login has been removed');
    const ending = login.stop(reason).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** A session has been made, by whomever: a persistent login that wants such a one looks after it. */
  sessionMade(entry: Entry): void {
    const isLookedAfter = this.all().some(({ sessionId }) => sessionId === entry.sessionId);
    if (isLookedAfter) return;
    for (const login of this.#supervised.values()) {
      const record = this.#parts.wanted.logins.get(login.key);
      if (record !== undefined && isWantedBy(record, entry) && login.adopt(entry.sessionId)) return;
    }
  }

  /** A target has become known, or known anew: attempts that are due later are made now. */
  wake(targetName: string): void {
    for (const login of this.#supervised.values()) {
      if (this.#parts.wanted.logins.get(login.key)?.targetName === targetName) login.wake();
    }
  }

  /** Settles when every persistent login has been tried once. */
  async tried(): Promise<void> {
    await Promise.all(this.all().map(({ tried }) => tried));
  }

  /** Ends all supervision and the logins under way. Sessions stay. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of [...this.#supervised.keys()]) this.remove(key);
    await Promise.all(this.#ending);
  }

  #tell({ key, state, sessionId, error, nextAttemptAt }: SupervisedLogin): void {
    const record = this.#parts.wanted.logins.get(key);
    if (record === undefined || state === 'trying' || state === 'stopped') return;
    const { targetName } = record;
    const { events } = this.#parts;
    if (state === 'up' && sessionId !== undefined) {
      const entry = this.#parts.sessions.find(sessionId);
      if (entry !== undefined) this.#parts.isUp(key, entry);
      events.publish('persistentLoginUp', { targetName, sessionId, detail: { login: key } });
    } else if (state === 'waiting') {
      const why = error === undefined ? {} : { error: shown(error) };
      events.publish('persistentLoginWaiting', { targetName, detail: { login: key, nextAttemptAt, ...why } });
    } else {
      events.publish('persistentLoginResting', { targetName, detail: { login: key } });
    }
  }
}

/** Whether a session is one that the persistent login would have made. */
function isWantedBy(record: LoginRecord, { facts, instance }: Entry): boolean {
  const place = plainPlace(record);
  const { portal, isInformational, targetName } = record;
  return (
    facts.targetName === targetName &&
    facts.isInformational === isInformational &&
    (place.instance === undefined || place.instance === instance.name) &&
    (portal === undefined || (facts.portal.host.toLowerCase() === portal.host && facts.portal.port === portal.port))
  );
}
