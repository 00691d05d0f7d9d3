// Giving up tasks that have been sent: by ABORT TASK (RFC 7143 §11.5.1), and where that does not help, by escalation.

import { asIscsiError, type Lun } from '../../base/index.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';
import type { Escalations } from './escalation.ts';
import { abortedBy } from './management-functions.ts';
import type { ManagementRequests } from './management-requests.ts';
import type { ManagedTasks, MultiTaskFunctions } from './multi-task-functions.ts';

/** The aborts of one session. */
export class TaskAborts {
  readonly #abortTimeoutMs: number;
  readonly #tasks: ManagedTasks;
  readonly #requests: ManagementRequests;
  readonly #functions: MultiTaskFunctions;
  readonly #escalations: Escalations;

  constructor(
    { limits }: SessionContext,
    parts: {
      readonly tasks: ManagedTasks;
      readonly requests: ManagementRequests;
      readonly functions: MultiTaskFunctions;
      readonly escalations: Escalations;
    },
  ) {
    this.#abortTimeoutMs = limits.abortTimeoutMs;
    this.#tasks = parts.tasks;
    this.#requests = parts.requests;
    this.#functions = parts.functions;
    this.#escalations = parts.escalations;
  }

  /** Aborts a task that has been sent on `member`. It ends with `reason` when no PDU of it can follow any more. */
  start(task: ScsiTask, member: Member, reason: Error): void {
    task.state = 'aborting';
    task.abortReason = reason;
    this.#abort(task, member).catch((error: unknown) => {
      if (task.state === 'aborting') member.connection.fail(asIscsiError(error));
    });
  }

  /**
   * The task may be answered at any time, or end with its connection: then there is nothing left to do. A function that
   * ends many tasks, or an escalation, is waited for where it ends this one too.
   */
  async #abort(task: ScsiTask, member: Member): Promise<void> {
    while (isOpen(task, member)) await (this.#wider(task.request.lun) ?? this.#abortInTurn(task, member));
  }

  async #abortInTurn(task: ScsiTask, member: Member): Promise<void> {
    const { lun } = task.request;
    const pass = await this.#requests.turns.take(member.connection, false);
    let escalation: Promise<void> | undefined;
    try {
      if (!isOpen(task, member) || this.#wider(lun) !== undefined) return;
      await this.#ask(task, member);
      // The answer came behind all PDUs of the task, on the same connection.
      if (task.state === 'aborting') this.#tasks.fail(task, task.abortReason ?? abortedBy('abortTask', task.effect));
    } catch (error) {
      // Under way before the turn passes on, so that the aborts of other tasks of the unit wait for it.
      if (isOpen(task, member)) escalation = this.#escalations.escalate(lun, asIscsiError(error), { via: member });
    } finally {
      pass();
    }
    await escalation;
  }

  /** On the connection to which the task is allegiant, with the number of its command (§11.5.1). */
  async #ask(task: ScsiTask, member: Member): Promise<void> {
    await this.#requests.ask(member, {
      function: 'abortTask',
      lun: task.request.lun,
      task,
      isImmediate: true,
      timeoutMs: this.#abortTimeoutMs,
    });
  }

  #wider(lun: Lun): Promise<void> | undefined {
    return this.#functions.over(lun) ?? this.#escalations.over(lun);
  }
}

function isOpen(task: ScsiTask, { connection }: Member): boolean {
  return task.state === 'aborting' && connection.failure === undefined;
}
