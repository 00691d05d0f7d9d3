// The sessions of one initiator and those that are being logged in, by what tells them apart: at any time there is one
// session of an ISID at a portal group (the ISID RULE of RFC 7143 §4.4.3).

import { raceAbort, SessionError } from '../base/index.ts';
import type { ExistingSession } from './connect-options.ts';
import type { InitiatorSession } from './initiator-session.ts';
import { formatIsid, IsidAllocator, type IsidPlan } from './isid.ts';
import { JointLogin } from './joint-login.ts';

/** The session that is wanted. */
export interface WantedSession {
  readonly targetName: string;
  /** Undefined: any of ours. */
  readonly isid: number | undefined;
  /** Undefined: not known, and taken to be the same as any other. */
  readonly portalGroupTag: number | undefined;
  readonly existing: ExistingSession;
}

interface Entry extends Omit<WantedSession, 'existing' | 'isid'> {
  readonly isid: number;
  readonly login: JointLogin<InitiatorSession>;
  session: InitiatorSession | undefined;
}

type LogIn = (isid: number, signal: AbortSignal) => Promise<InitiatorSession>;

/** All logins of one initiator to normal sessions, and the sessions that they made. */
export class Logins {
  readonly #isids: IsidAllocator;
  readonly #plan: IsidPlan | undefined;
  readonly #entries = new Set<Entry>();
  #closed: Error | undefined;

  /** ISIDs begin by chance unless there is a plan. */
  constructor(plan?: IsidPlan) {
    this.#isids = new IsidAllocator(plan?.first);
    this.#plan = plan;
  }

  /** The sessions that are open now. */
  get sessions(): InitiatorSession[] {
    return [...this.#entries].flatMap(({ session }) => (session === undefined ? [] : [session]));
  }

  /**
   * Resolves with the session that is wanted: a found one, or one that `logIn` makes. Logins for the same one that are
   * under way at the same time are one login. Rejects as `logIn` does, with the signal's reason, or with SessionError
   * ISCSI_SESSION_EXISTS.
   */
  async obtain(wanted: WantedSession, logIn: LogIn, signal: AbortSignal | undefined): Promise<InitiatorSession> {
    const { existing, targetName } = wanted;
    let { isid } = wanted;
    while (true) {
      signal?.throwIfAborted();
      const known = existing === 'new' && isid === undefined ? undefined : this.#find({ ...wanted, isid });
      if (known === undefined) return await this.#start({ ...wanted, isid }, logIn).wait(signal);
      if (existing === 'new') throw alreadyThere(targetName, known.isid);
      // Whatever becomes of this one: its place is the one that is wanted.
      isid = known.isid;
      const { login, session } = known;
      if (session === undefined) {
        if (!login.isGivenUp) return await login.wait(signal);
        await raceAbort(login.over(), signal);
      } else {
        const { departure } = session;
        if (existing === 'find' && departure === undefined) return session;
        if (existing === 'reinstate') session.destroy(replaced(targetName, isid));
        await raceAbort(existing === 'reinstate' ? session.closed : (departure ?? session.closed), signal);
      }
    }
  }

  /** Gives up all logins and closes all sessions. Takes no more. Never rejects. */
  async close(reason: Error): Promise<void> {
    this.#closed = reason;
    for (const { login } of this.#entries) login.giveUp(reason);
    await Promise.all(
      [...this.#entries].map(async (entry) => {
        await entry.login.over();
        await entry.session?.close();
      }),
    );
  }

  #find(wanted: Omit<WantedSession, 'existing'>): Entry | undefined {
    const all = [...this.#entries].filter((entry) => isSame(entry, wanted));
    return all.find(({ session }) => session !== undefined && session.departure === undefined) ?? all[0];
  }

  #start(wanted: WantedSession, logIn: LogIn): JointLogin<InitiatorSession> {
    if (this.#closed !== undefined) throw this.#closed;
    const { targetName, portalGroupTag } = wanted;
    const isid = wanted.isid ?? this.#isids.allocate((each) => this.#isTaken(targetName, each));
    const login = new JointLogin(async (signal) => {
      try {
        const session = await logIn(isid, signal);
        entry.session = session;
        session.closed.then(
          () => this.#entries.delete(entry),
          () => undefined,
        );
        return session;
      } catch (error) {
        this.#entries.delete(entry);
        throw error;
      }
    });
    const entry: Entry = { targetName, portalGroupTag, isid, login, session: undefined };
    this.#entries.add(entry);
    return login;
  }

  /** By one target: a redirect may lead to any of its portal groups, and so into the place of another session. */
  #isTaken(targetName: string, isid: number): boolean {
    if (this.#plan?.isReserved(targetName, isid) === true) return true;
    return [...this.#entries].some((entry) => entry.targetName === targetName && entry.isid === isid);
  }
}

function isSame(entry: Entry, { targetName, isid, portalGroupTag }: Omit<WantedSession, 'existing'>): boolean {
  if (entry.targetName !== targetName || (isid !== undefined && entry.isid !== isid)) return false;
  const group = entry.session?.parameters.targetPortalGroupTag ?? entry.portalGroupTag;
  return group === undefined || portalGroupTag === undefined || group === portalGroupTag;
}

function alreadyThere(targetName: string, isid: number): SessionError {
  const message = `The initiator has a session with ${targetName} under ISID ${formatIsid(isid)}`;
  return new SessionError('ISCSI_SESSION_EXISTS', message);
}

function replaced(targetName: string, isid: number): SessionError {
  const message = `Another login took the place of the session with ${targetName} under ISID ${formatIsid(isid)}`;
  return new SessionError('ISCSI_SESSION_LOST', message);
}
