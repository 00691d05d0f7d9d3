// The connections that have left a session and may be recovered: the target's side of the connection cleanup states
// (RFC 7143 §8.2). CLEANUP_WAIT lasts until a logout, explicit or by reinstatement, or until the time is up; after a
// logout for recovery (reason 2) only the tasks wait on.

import type { Clock, Timer } from '../../base/index.ts';
import type { ConnectionLink, RecoveryTimes } from '../link.ts';

/** A connection that has gone. */
export interface Absence {
  readonly link: ConnectionLink;
  readonly state: 'cleanupWait' | 'loggedOut';
}

interface Entry extends Absence {
  readonly timer: Timer;
}

/** The absences of one session. */
export class Absences {
  readonly #clock: Clock;
  readonly #expired: (link: ConnectionLink) => void;
  readonly #entries = new Map<ConnectionLink, Entry>();

  /** `expired` is called when a connection was not recovered in time; it is not absent any more then. */
  constructor(clock: Clock, expired: (link: ConnectionLink) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get size(): number {
    return this.#entries.size;
  }

  all(): Absence[] {
    return [...this.#entries.values()];
  }

  /** The connection that waits for its cleanup. */
  waiting(cid: number): ConnectionLink | undefined {
    return this.all().find(({ link, state }) => link.cid === cid && state === 'cleanupWait')?.link;
  }

  /** Keeps a connection, or changes its state; its time starts anew. */
  set(link: ConnectionLink, state: Absence['state'], { time2Wait, time2Retain }: RecoveryTimes): void {
    this.delete(link);
    const timer = this.#clock.schedule(
      (time2Wait + time2Retain) * 1000,
      () => {
        this.#entries.delete(link);
        this.#expired(link);
      },
      { unref: true },
    );
    this.#entries.set(link, { link, state, timer });
  }

  delete(link: ConnectionLink): void {
    this.#entries.get(link)?.timer.cancel();
    this.#entries.delete(link);
  }

  clear(): void {
    for (const { link } of this.all()) this.delete(link);
  }
}
