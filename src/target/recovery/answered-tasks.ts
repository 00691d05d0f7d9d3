// Tasks whose status has been sent and not acknowledged: from error recovery level 1 on their data, and from level 2 on
// they themselves, may be asked for again (RFC 7143 §7.2.2, §11.16).

import type { ConnectionLink } from '../link.ts';
import type { Completion } from '../scsi-responder.ts';
import type { Task } from '../task.ts';

/** A task with its answer. */
export interface AnsweredTask {
  readonly task: Task;
  readonly completion: Completion;
  /** On the connection of the task. */
  statSn: number;
  /** How often it was answered again, and whether it is being now. */
  round: number;
  isAnswering: boolean;
}

/** The answered tasks of one session, by initiator task tag. */
export class AnsweredTasks {
  readonly #byTag = new Map<number, AnsweredTask>();

  get(initiatorTaskTag: number): AnsweredTask | undefined {
    return this.#byTag.get(initiatorTaskTag);
  }

  all(): AnsweredTask[] {
    return [...this.#byTag.values()];
  }

  add(task: Task, completion: Completion, statSn: number): void {
    const { initiatorTaskTag } = task.command;
    this.forget(initiatorTaskTag);
    this.#byTag.set(initiatorTaskTag, { task, completion, statSn, round: 0, isAnswering: false });
  }

  /** The status of a connection with this number has arrived. */
  acknowledged(link: ConnectionLink, initiatorTaskTag: number, statSn: number): void {
    const answered = this.#byTag.get(initiatorTaskTag);
    if (answered?.task.connection === link && answered.statSn === statSn) this.forget(initiatorTaskTag);
  }

  /** Drops a task: nobody will ask for it, since its status has arrived or its tag is in use again. */
  forget(initiatorTaskTag: number): void {
    const answered = this.#byTag.get(initiatorTaskTag);
    if (answered === undefined) return;
    this.#byTag.delete(initiatorTaskTag);
    answered.task.dataIn?.forget();
  }

  forgetThose(matches: (answered: AnsweredTask) => boolean): void {
    for (const [initiatorTaskTag, answered] of this.#byTag) if (matches(answered)) this.forget(initiatorTaskTag);
  }
}
