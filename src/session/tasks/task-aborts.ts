// Giving up tasks that have been sent: by ABORT TASK, one after the other on each connection.

import { asIscsiError } from '../../base/index.ts';
import { abortTask } from '../abort-task.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';

/** The aborts of one session. */
export class TaskAborts {
  readonly #context: SessionContext;
  readonly #ended: (task: ScsiTask, reason: Error) => void;
  /** The last of the aborts that take turns on a connection. */
  readonly #last = new WeakMap<Member, Promise<void>>();

  /** `ended` is told of each task whose end an abort has made certain. */
  constructor(context: SessionContext, ended: (task: ScsiTask, reason: Error) => void) {
    this.#context = context;
    this.#ended = ended;
  }

  /** Aborts a task that has been sent on `member`. */
  start(task: ScsiTask, member: Member, reason: Error): void {
    task.state = 'aborting';
    task.abortReason = reason;
    this.#abort(task, member, reason).catch((error: unknown) => {
      // An answer to the command itself, or the end of its connection, has made its end certain in another way.
      if (task.state === 'aborting') member.connection.fail(asIscsiError(error));
    });
  }

  /**
   * Aborts of one connection take turns: a target need not take more than one immediate task management request at a time
   * (RFC 7143 §4.2.2.1), and hundreds of tasks may run out of time together.
   */
  async #abort(task: ScsiTask, member: Member, reason: Error): Promise<void> {
    const own = this.#abortInTurn(task, member, this.#last.get(member));
    this.#last.set(
      member,
      own.catch(() => undefined),
    );
    await own;
    if (task.state === 'aborting') this.#ended(task, reason);
  }

  async #abortInTurn(task: ScsiTask, member: Member, before: Promise<void> | undefined): Promise<void> {
    await before;
    // It may have been answered meanwhile, or have ended with its connection.
    if (task.state === 'aborting') await abortTask(this.#context, task, member);
  }
}
