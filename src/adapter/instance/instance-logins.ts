// The logins of an instance that are under way, and what a further one for the same target does about them.

import { isDeepStrictEqual } from 'node:util';

import { raceAbort, ServiceError } from '../../base/index.ts';
import type { Portal } from '../../session/index.ts';
import { JointLogin } from '../joint-login.ts';
import type { InstanceSession } from './instance-session.ts';
import type { PortalCandidates, PortalFailure } from './portal-candidates.ts';

/** What a login does about a session that the instance has with the target already. */
export type InstanceExisting = 'find' | 'refuse' | 'add';

/** The session that is wanted. */
export interface WantedInstanceSession {
  readonly targetName: string;
  readonly isInformational: boolean;
  readonly portals: readonly Portal[];
  readonly existing: InstanceExisting;
  /** Everything else that the login is told: those that are told the same may be one. */
  readonly settings: unknown;
}

/** What a login made, and where it had not succeeded before. */
export interface MadeSession {
  readonly session: InstanceSession;
  readonly failedPortals: readonly PortalFailure[];
  close(): Promise<void>;
}

interface Entry {
  readonly wanted: WantedInstanceSession;
  readonly candidates: PortalCandidates;
  readonly login: JointLogin<MadeSession>;
}

/** How a login is carried out. */
export interface LoginWork {
  /** Begins to connect to the portals. */
  readonly candidates: (portals: readonly Portal[]) => PortalCandidates;
  /** Logs in, and closes the candidates; rejects soon after its signal, and then leaves nothing behind. */
  readonly logIn: (candidates: PortalCandidates, signal: AbortSignal) => Promise<MadeSession>;
}

/** What `obtain` gives. */
export type ObtainedSession = Omit<MadeSession, 'close'> & { readonly wasThere: boolean };

/** All logins of one instance. */
export class InstanceLogins {
  readonly #sessions: () => readonly InstanceSession[];
  readonly #entries = new Set<Entry>();
  #closed: Error | undefined;

  /** `sessions`: those that there are. */
  constructor(sessions: () => readonly InstanceSession[]) {
    this.#sessions = sessions;
  }

  /**
   * Resolves with the session that is wanted: one that was there, or one that a login makes. Logins under way for the
   * same one are one, at the portals of all of them. Rejects as the login does, with the signal's reason, or with
   * ServiceError SERVICE_TARGET_LOGGED_IN.
   */
  async obtain(
    wanted: WantedInstanceSession,
    work: LoginWork,
    signal: AbortSignal | undefined,
  ): Promise<ObtainedSession> {
    const { existing, targetName } = wanted;
    while (existing !== 'add') {
      signal?.throwIfAborted();
      const session = this.#sessionOf(wanted);
      if (session !== undefined) {
        const { departure } = session.session;
        if (departure === undefined) {
          if (existing === 'find') return { session, wasThere: true, failedPortals: [] };
          const message = `There is a session with ${targetName} already`;
          throw new ServiceError('SERVICE_TARGET_LOGGED_IN', message, { field: 'targetName' });
        }
        await raceAbort(departure, signal);
        continue;
      }
      const entry = this.#entryOf(wanted);
      if (entry === undefined) break;
      if (existing === 'find' && !entry.login.isGivenUp && isDeepStrictEqual(entry.wanted.settings, wanted.settings)) {
        entry.candidates.add(wanted.portals);
        return obtained(await entry.login.wait(signal), true);
      }
      await raceAbort(entry.login.over(), signal);
    }
    signal?.throwIfAborted();
    return obtained(await this.#start(wanted, work).wait(signal), false);
  }

  /** Gives up all logins, and takes no more. Settles when nothing of them is left; never rejects. */
  async giveUp(reason: Error): Promise<void> {
    this.#closed = reason;
    const entries = [...this.#entries];
    for (const { login } of entries) login.giveUp(reason);
    await Promise.all(entries.map(({ login }) => login.over()));
  }

  /** One that stays, where there is one. */
  #sessionOf(wanted: WantedInstanceSession): InstanceSession | undefined {
    const all = this.#sessions().filter((each) => isSame(each, wanted));
    return all.find(({ session }) => session.departure === undefined) ?? all[0];
  }

  #entryOf(wanted: WantedInstanceSession): Entry | undefined {
    const all = [...this.#entries].filter((each) => isSame(each.wanted, wanted));
    return all.find(({ login }) => !login.isGivenUp) ?? all[0];
  }

  #start(wanted: WantedInstanceSession, work: LoginWork): JointLogin<MadeSession> {
    if (this.#closed !== undefined) throw this.#closed;
    const candidates = work.candidates(wanted.portals);
    const login = new JointLogin(async (signal) => {
      try {
        return await work.logIn(candidates, signal);
      } finally {
        this.#entries.delete(entry);
      }
    });
    const entry: Entry = { wanted, candidates, login };
    this.#entries.add(entry);
    return login;
  }
}

function obtained({ session, failedPortals }: MadeSession, wasThere: boolean): ObtainedSession {
  return { session, failedPortals, wasThere };
}

function isSame(
  each: Pick<WantedInstanceSession, 'targetName' | 'isInformational'>,
  { targetName, isInformational }: WantedInstanceSession,
): boolean {
  return each.targetName === targetName && each.isInformational === isInformational;
}
