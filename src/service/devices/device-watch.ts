// The devices of all sessions, followed by what the sessions tell of them, so that everybody sees at once what is there.

import { asIscsiError } from '../../base/index.ts';
import type { DeviceFacts } from '../../devices/index.ts';
import type { DevicePath } from '../contract/devices.ts';
import type { UniqueId } from '../contract/names.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Instances } from '../instances.ts';
import type { Entry, Sessions } from '../sessions/sessions.ts';
import { formatUniqueId } from '../unique-ids.ts';
import { formatDevicePath } from './paths.ts';

/** What is known of the devices of one session. */
interface Watched {
  devices: readonly DeviceFacts[];
  isListing: boolean;
  /** Something has happened since the listing under way began. */
  isStale: boolean;
}

/** Follows the devices of every session that has some. */
export class DeviceWatch {
  readonly #sessions: Sessions;
  readonly #events: EventLog;
  readonly #watched = new Map<UniqueId, Watched>();
  readonly #listeners = new Set<() => void>();
  readonly #listings = new Set<Promise<void>>();

  constructor(instances: Instances, sessions: Sessions, events: EventLog) {
    this.#sessions = sessions;
    this.#events = events;
    for (const { adapterId, events: told } of instances.all) {
      const idOf = (facts: Entry['facts']): UniqueId => formatUniqueId(adapterId, facts.uniqueSessionId);
      told.on('loggedIn', (facts) => {
        if (!facts.isInformational) this.#begin(idOf(facts));
      });
      for (const name of ['sessionBack', 'device'] as const) {
        told.on(name, (facts: Entry['facts']) => {
          this.#list(idOf(facts));
        });
      }
      for (const name of ['sessionLost', 'sessionGone', 'loggedOut'] as const) {
        told.on(name, (facts: Entry['facts']) => {
          this.#forget(idOf(facts), name === 'loggedOut');
        });
      }
    }
  }

  /** How many devices there are. */
  get count(): number {
    return [...this.#watched.values()].reduce((sum, { devices }) => sum + devices.length, 0);
  }

  /** Whether some session has the device, and can use it. */
  isPresent(path: DevicePath): boolean {
    return [...this.#watched].some(([sessionId, { devices }]) => {
      const targetName = this.#sessions.find(sessionId)?.facts.targetName;
      return devices.some(({ lun, state }) => {
        return targetName !== undefined && formatDevicePath(targetName, lun) === path && state === 'present';
      });
    });
  }

  /** Looks again what a session has. */
  look(sessionId: UniqueId): void {
    this.#list(sessionId);
  }

  /** Calls `listener` whenever devices may have come or gone, until what is returned is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Waits for the listings under way. Never rejects; each ends with its session. */
  async close(): Promise<void> {
    await Promise.all(this.#listings);
  }

  #begin(sessionId: UniqueId): void {
    this.#watched.set(sessionId, { devices: [], isListing: false, isStale: false });
    this.#list(sessionId);
  }

  #forget(sessionId: UniqueId, isOver: boolean): void {
    const watched = this.#watched.get(sessionId);
    if (watched === undefined) return;
    watched.devices = [];
    if (isOver) this.#watched.delete(sessionId);
    this.#tell();
  }

  #list(sessionId: UniqueId): void {
    const watched = this.#watched.get(sessionId);
    const entry = this.#sessions.find(sessionId);
    if (watched === undefined || entry === undefined) return;
    watched.isStale = true;
    if (watched.isListing) return;
    const listing = this.#listOn(entry, watched).finally(() => this.#listings.delete(listing));
    this.#listings.add(listing);
  }

  async #listOn({ sessionId, facts }: Entry, watched: Watched): Promise<void> {
    watched.isListing = true;
    try {
      while (watched.isStale && this.#watched.get(sessionId) === watched) {
        watched.isStale = false;
        watched.devices = await facts.session.devices();
        this.#tell();
      }
    } catch (error) {
      // The next thing that the session tells leads to another attempt.
      const { code, message } = asIscsiError(error);
      const detail = { error: { code, message } };
      this.#events.publish('devicesUnlisted', { sessionId, targetName: facts.targetName, detail });
    } finally {
      watched.isListing = false;
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
