// The sessions of all instances, by the ids that the service gives them, and what becomes of each.

import { type Deferred, deferred, ServiceError } from '../../base/index.ts';
import type { UniqueId } from '../contract/names.ts';
import type { InstancePort, SessionPort } from '../instance-port.ts';
import type { Instances } from '../instances.ts';
import type { SessionEnding } from '../logins/supervised-login.ts';
import { momentIn } from '../moment.ts';
import { formatUniqueId } from '../unique-ids.ts';

/** A session and the instance that has it. */
export interface Entry {
  readonly sessionId: UniqueId;
  readonly instance: InstancePort;
  readonly facts: SessionPort;
  /** Whether it is being logged out on a user's wish. */
  readonly isLeaving: boolean;
  /** Since when it, or one of its connections, has been lost; undefined while all is well. ISO 8601, UTC. */
  readonly ailingSince: string | undefined;
}

interface Tracked extends Entry {
  isLeaving: boolean;
  ailingSince: string | undefined;
  /** How many are about to log it out; a forced logout may stand beside one that is refused. */
  departures: number;
  readonly ended: Deferred<SessionEnding>;
}

/** All sessions that there are. */
export class Sessions {
  readonly #tracked = new Map<UniqueId, Tracked>();

  constructor(instances: Instances) {
    for (const instance of instances.all) {
      // First of all listeners, so that the others find the session here, or find it gone.
      instance.events.on('loggedIn', (facts) => {
        this.#track(instance, facts);
      });
      instance.events.on('loggedOut', (facts, { how, error }) => {
        const sessionId = formatUniqueId(instance.adapterId, facts.uniqueSessionId);
        const tracked = this.#tracked.get(sessionId);
        this.#tracked.delete(sessionId);
        tracked?.ended.resolve({ isByUs: tracked.isLeaving || how === 'loggedOut', error });
      });
      for (const name of ['sessionLost', 'sessionBack', 'connectionLost', 'connectionRecovered'] as const) {
        instance.events.on(name, (facts: SessionPort) => {
          const tracked = this.#tracked.get(formatUniqueId(instance.adapterId, facts.uniqueSessionId));
          if (tracked === undefined) return;
          tracked.ailingSince = facts.lastError === undefined ? undefined : (tracked.ailingSince ?? momentIn());
        });
      }
    }
  }

  all(): Entry[] {
    return [...this.#tracked.values()];
  }

  find(sessionId: UniqueId): Entry | undefined {
    return this.#tracked.get(sessionId);
  }

  /** Throws ServiceError SERVICE_SESSION_UNKNOWN for an id that is none, or was. */
  get(sessionId: UniqueId): Entry {
    const entry = this.#tracked.get(sessionId);
    if (entry !== undefined) return entry;
    throw new ServiceError('SERVICE_SESSION_UNKNOWN', `There is no session ${sessionId}`, { field: 'sessionId' });
  }

  /** The sessions with a target, of one instance or of any. */
  of(targetName: string, instance?: string): Entry[] {
    return this.all().filter((entry) => {
      return entry.facts.targetName === targetName && (instance === undefined || entry.instance.name === instance);
    });
  }

  /** Settles, and never rejects, when the session is over; at once for one that there is not. */
  async ended(sessionId: UniqueId): Promise<SessionEnding> {
    const tracked = this.#tracked.get(sessionId);
    return tracked === undefined ? { isByUs: false, error: undefined } : await tracked.ended.promise;
  }

  /** Does what ends a session on a user's wish. Where that fails, the session is wanted as before. */
  async leave<T>({ sessionId }: Entry, work: () => Promise<T>): Promise<T> {
    const tracked = this.#tracked.get(sessionId);
    if (tracked === undefined) return await work();
    tracked.departures += 1;
    tracked.isLeaving = true;
    try {
      return await work();
    } catch (error) {
      tracked.departures -= 1;
      tracked.isLeaving = tracked.departures > 0;
      throw error;
    }
  }

  #track(instance: InstancePort, facts: SessionPort): void {
    const sessionId = formatUniqueId(instance.adapterId, facts.uniqueSessionId);
    this.#tracked.set(sessionId, {
      sessionId,
      instance,
      facts,
      isLeaving: false,
      ailingSince: undefined,
      departures: 0,
      ended: deferred(),
    });
  }
}
