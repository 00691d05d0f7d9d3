// What happens when aborts do not help: a reset of the unit, of the target, and in the end of the connection. Each step
// has its own limit, and is taken once for all the stuck tasks of a unit.

import { asIscsiError, channels, deferred, type IscsiError, type Lun } from '../../base/index.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';
import { covers, type ManagedTasks, type MultiTaskFunctions } from './multi-task-functions.ts';

/**
 * How far a session goes to end a task that ABORT TASK did not end, before it drops the task's connection. A reset of
 * the unit ends the tasks of all its initiators, which is what SCSI has for a unit that is stuck; a reset of the target
 * ends those of all units, so that it is only for targets that are nobody else's.
 */
export type EscalationLimit = 'abort' | 'lunReset' | 'targetReset';

/** A step that a session takes. */
export type EscalationStep = 'lunReset' | 'targetReset' | 'connectionDrop';

/** Hears of each step before it is taken. `lun`: the unit of the stuck task; undefined when it concerns all units. */
export type EscalationListener = (step: EscalationStep, lun: Lun | undefined) => void;

const stepsUpTo: Readonly<Record<EscalationLimit, readonly EscalationStep[]>> = {
  abort: ['connectionDrop'],
  lunReset: ['lunReset', 'connectionDrop'],
  targetReset: ['lunReset', 'targetReset', 'connectionDrop'],
};

/** The escalations of one session. */
export class Escalations {
  readonly #context: SessionContext;
  readonly #tasks: ManagedTasks;
  readonly #functions: MultiTaskFunctions;
  readonly #limit: EscalationLimit;
  readonly #listener: EscalationListener;
  readonly #underWay = new Set<{ readonly lun: Lun | undefined; readonly over: Promise<void> }>();
  #targetReset: Promise<unknown> | undefined;

  constructor(
    context: SessionContext,
    parts: {
      readonly tasks: ManagedTasks;
      readonly functions: MultiTaskFunctions;
      readonly limit: EscalationLimit;
      readonly listener: EscalationListener;
    },
  ) {
    this.#context = context;
    this.#tasks = parts.tasks;
    this.#functions = parts.functions;
    this.#limit = parts.limit;
    this.#listener = parts.listener;
  }

  /** The end of an escalation under way for this unit. */
  over(lun: Lun): Promise<void> | undefined {
    for (const each of this.#underWay) if (covers(each.lun, lun)) return each.over;
    return undefined;
  }

  /**
   * Takes one step after the other until no task of the unit waits to be aborted any more. `cause`: why the step before
   * the first did not help; `tried`: the steps that need no trying. Settles when that is so, and never rejects.
   */
  async escalate(lun: Lun | undefined, cause: IscsiError, tried: readonly EscalationStep[] = []): Promise<void> {
    const steps = stepsUpTo[this.#limit].filter((step) => !tried.includes(step));
    const over = deferred();
    const entry = { lun, over: over.promise };
    this.#underWay.add(entry);
    await this.#climb(lun, cause, steps);
    this.#underWay.delete(entry);
    over.resolve();
  }

  async #climb(lun: Lun | undefined, cause: IscsiError, steps: readonly EscalationStep[]): Promise<void> {
    let why = cause;
    for (const step of steps) {
      if (this.#stuck(lun).length === 0) return;
      channels.sessionEscalated.publish({ sessionId: this.#context.sessionId, step, lun, cause: why });
      this.#listener(step, lun);
      try {
        await this.#take(step, lun, why);
      } catch (error) {
        why = asIscsiError(error);
      }
    }
  }

  async #take(step: EscalationStep, lun: Lun | undefined, cause: IscsiError): Promise<void> {
    const { lunResetTimeoutMs, targetResetTimeoutMs } = this.#context.limits;
    switch (step) {
      case 'lunReset':
        await this.#functions.run({
          function: 'logicalUnitReset',
          lun,
          isImmediate: true,
          timeoutMs: lunResetTimeoutMs,
        });
        return;
      case 'targetReset':
        // Units that are stuck together need one reset of their target, not one each.
        this.#targetReset ??= this.#functions
          .run({ function: 'targetWarmReset', lun: undefined, isImmediate: true, timeoutMs: targetResetTimeoutMs })
          .finally(() => (this.#targetReset = undefined));
        await this.#targetReset;
        return;
      case 'connectionDrop':
        for (const member of this.#membersOf(this.#stuck(lun))) member.connection.fail(cause);
    }
  }

  /** The tasks that wait to be aborted. */
  #stuck(lun: Lun | undefined): ScsiTask[] {
    return this.#tasks.sent(lun).filter((task) => task.state === 'aborting');
  }

  #membersOf(tasks: readonly ScsiTask[]): Set<Member> {
    return new Set(tasks.flatMap(({ member }) => (member === undefined ? [] : [member])));
  }
}
