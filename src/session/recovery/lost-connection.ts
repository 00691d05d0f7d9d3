// A connection that was lost and what it left behind: tasks without a connection, command numbers that may be missing.

import type { IscsiError } from '../../base/index.ts';
import { type CleanupEvent, type CleanupState, cleanupTransition } from '../../connection/index.ts';
import type { Portal } from '../portal.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';

/** What a connection leaves behind when it is lost. */
export interface Remains {
  readonly member: Member;
  readonly portal: Portal;
  readonly cause: IscsiError;
  /** Its tasks, in the order of their CmdSN: they keep their tags, and nothing of them can arrive before a reassignment. */
  readonly tasks: readonly ScsiTask[];
  /** Numbers that the target may not have: those of its tasks, and of tasks that ended when it was lost. */
  readonly cmdSns: readonly number[];
  /** How long to leave the target in peace, and how long it keeps the tasks after that (RFC 7143 §7.5). */
  readonly time2WaitMs: number;
  readonly time2RetainMs: number;
  /** On the session's clock. */
  readonly lostAt: number;
}

/** A lost connection, from its loss until nothing of it is left at the target (CSM-C of RFC 7143 §8.2). */
export class LostConnection {
  readonly cid: number;
  readonly remains: Remains;
  #state: CleanupState = 'cleanupWait';

  constructor(remains: Remains) {
    this.cid = remains.member.connection.cid;
    this.remains = remains;
  }

  get state(): CleanupState {
    return this.#state;
  }

  /** The tasks that have not been ended, or taken over by another connection, since. */
  get orphans(): ScsiTask[] {
    return this.remains.tasks.filter(({ state }) => state === 'orphaned');
  }

  /** Until when a task may be reassigned (RFC 7143 §7.5). */
  get retainedUntil(): number {
    const { lostAt, time2WaitMs, time2RetainMs } = this.remains;
    return lostAt + time2WaitMs + time2RetainMs;
  }

  move(event: CleanupEvent): void {
    this.#state = cleanupTransition(this.#state, event);
    // What the connection itself held is released with it.
    if (this.#state === 'free') void this.remains.member.connection.released();
  }
}
