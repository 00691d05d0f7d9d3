// What happens when aborts do not help: a reset of the unit, of the target, and in the end of the connection. Each step
// has its own limit, and is taken once for all the stuck tasks of a unit.

import { asIscsiError, channels, deferred, type IscsiError, type Lun } from '../../base/index.ts';
import type { SessionLimits } from '../options.ts';
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

/** Where an escalation begins. */
export interface EscalationStart {
  /** Steps that need no trying. */
  readonly tried?: readonly EscalationStep[];
  /** The connection on which the abort did not help; its turn passes on as soon as the escalation has begun. */
  readonly via?: Member;
}

/** Hears of each step before it is taken. `lun`: the unit of the stuck task; undefined when it concerns all units. */
export type EscalationListener = (step: EscalationStep, lun: Lun | undefined) => void;

const stepsUpTo: Readonly<Record<EscalationLimit, readonly EscalationStep[]>> = {
  abort: ['connectionDrop'],
  lunReset: ['lunReset', 'connectionDrop'],
  targetReset: ['lunReset', 'targetReset', 'connectionDrop'],
};

/**
 * How long it may take at most until a task is over that is given up, once its abort is sent: each step is waited for as
 * long as its limit says, and the last one ends the task itself. What a step costs beside its limit is not in it.
 */
export function longestEscalationMs(limits: SessionLimits, limit: EscalationLimit): number {
  const stepMs = { lunReset: limits.lunResetTimeoutMs, targetReset: limits.targetResetTimeoutMs, connectionDrop: 0 };
  return stepsUpTo[limit].reduce((sum, step) => sum + stepMs[step], limits.abortTimeoutMs);
}

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
   * the first did not help. Settles when that is so, and never rejects.
   */
  async escalate(lun: Lun | undefined, cause: IscsiError, start: EscalationStart = {}): Promise<void> {
    const over = deferred();
    const entry = { lun, over: over.promise };
    this.#underWay.add(entry);
    await this.#climb(lun, cause, start);
    this.#underWay.delete(entry);
    over.resolve();
  }

  async #climb(lun: Lun | undefined, cause: IscsiError, { tried = [], via }: EscalationStart): Promise<void> {
    let why = cause;
    for (const step of stepsUpTo[this.#limit]) {
      if (tried.includes(step)) continue;
      const stuck = this.#tasks.sent(lun).filter((task) => task.state === 'aborting');
      if (stuck.length === 0) return;
      channels.sessionEscalated.publish({ sessionId: this.#context.sessionId, step, lun, cause: why });
      this.#listener(step, lun);
      try {
        if (step === 'lunReset') await this.#resetUnit(lun, via);
        else if (step === 'targetReset') await this.#resetTarget();
        else for (const { connection } of membersOf(stuck)) connection.fail(why);
      } catch (error) {
        why = asIscsiError(error);
      }
    }
  }

  async #resetUnit(lun: Lun | undefined, via: Member | undefined): Promise<void> {
    const timeoutMs = this.#context.limits.lunResetTimeoutMs;
    await this.#functions.run({ function: 'logicalUnitReset', lun, isImmediate: true, timeoutMs, via });
  }

  /** Units that are stuck together need one reset of their target, not one each. */
  async #resetTarget(): Promise<void> {
    const timeoutMs = this.#context.limits.targetResetTimeoutMs;
    this.#targetReset ??= this.#functions
      .run({ function: 'targetWarmReset', lun: undefined, isImmediate: true, timeoutMs })
      .finally(() => (this.#targetReset = undefined));
    await this.#targetReset;
  }
}

function membersOf(tasks: readonly ScsiTask[]): Set<Member> {
  return new Set(tasks.flatMap(({ member }) => (member === undefined ? [] : [member])));
}
