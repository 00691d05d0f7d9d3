// Task management of one session (RFC 7143 §4.2.3): aborts, functions that users call, and escalation.

import { type Lun, ProtocolError, raceAbort, SessionError, type TimeoutError, UsageError } from '../../base/index.ts';
import type { Connection } from '../../connection/index.ts';
import type { R2t } from '../../wire/index.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';
import { acknowledge } from './acknowledge.ts';
import { type EscalationLimit, type EscalationListener, type EscalationStep, Escalations } from './escalation.ts';
import {
  abortedBy,
  endsManyTasks,
  functionName,
  isForTarget,
  type TaskManagementFunction,
} from './management-functions.ts';
import { ManagementRequests, type NumberGate } from './management-requests.ts';
import {
  type FunctionCall,
  type FunctionOutcome,
  type ManagedTasks,
  MultiTaskFunctions,
} from './multi-task-functions.ts';
import { TaskAborts } from './task-aborts.ts';

/** How a task management function is asked for. */
export interface TaskManagementOptions {
  /** The logical unit: needed by all functions but the resets of the target, which take none. */
  readonly lun?: Lun;
  /**
   * Whether the target is to look at the request at once; true unless given. Either way it concerns the commands sent
   * before it. Without it the request waits for room in the command window like any command.
   */
  readonly isImmediate?: boolean;
  /**
   * Limit for the answer, from the moment of sending; `targetResetTimeoutMs` for the target and `lunResetTimeoutMs` for a
   * unit unless given. Other requests of the connection wait as long.
   */
  readonly timeoutMs?: number;
  /** Aborting it calls off a request that waits for its turn; one that was sent goes on without the caller. */
  readonly signal?: AbortSignal;
}

/** How far a session goes for a task that is stuck, and who hears of it. */
export interface EscalationOptions {
  readonly limit: EscalationLimit;
  readonly listener: EscalationListener;
}

/** How many functions of users may wait for their turn or be under way in a session. */
const mostCalls = 64;

/** Everything that a session does about tasks that are not to go on. */
export class TaskManagement {
  readonly #context: SessionContext;
  readonly #functions: MultiTaskFunctions;
  readonly #escalations: Escalations;
  readonly #requests: ManagementRequests;
  readonly #aborts: TaskAborts;
  #calls = 0;

  constructor(
    context: SessionContext,
    tasks: ManagedTasks & { readonly whenNumbered: NumberGate },
    options: EscalationOptions,
  ) {
    this.#context = context;
    this.#requests = new ManagementRequests(context, (send) => tasks.whenNumbered(send));
    this.#functions = new MultiTaskFunctions(context, tasks, this.#requests);
    this.#escalations = new Escalations(context, { tasks, functions: this.#functions, ...options });
    this.#aborts = new TaskAborts(context, {
      tasks,
      requests: this.#requests,
      functions: this.#functions,
      escalations: this.#escalations,
    });
  }

  /** Whether commands may have to wait; see `mustWait`. */
  get isHoldingBack(): boolean {
    return this.#functions.areUnderWay;
  }

  /** Whether commands for this unit wait for the end of a function. */
  mustWait(lun: Lun): boolean {
    return this.#functions.over(lun) !== undefined;
  }

  /** Gives up a task that was sent on `member`. It ends with `reason` when no PDU of it can follow any more. */
  abort(task: ScsiTask, member: Member, reason: Error): void {
    this.#aborts.start(task, member, reason);
  }

  /** A task has been answered: the target may wait for our acknowledgement before it ends a function (§11.6.1). */
  answered(task: ScsiTask, member: Member): void {
    if (task.isAffected && this.#context.roster.size > 1) acknowledge(this.#context, member);
  }

  /** Keeps an R2T that may not be answered now; false when it may. Throws ProtocolError for more than were agreed. */
  withholds(task: ScsiTask, member: Member, pdu: R2t): boolean {
    const { withheldR2ts } = task;
    if (withheldR2ts === undefined) return false;
    if (withheldR2ts.length >= member.parameters.maxOutstandingR2t) {
      const message = `An R2T came while ${withheldR2ts.length} were outstanding`;
      throw new ProtocolError('ISCSI_BAD_SEQUENCE', message, { opcode: pdu.opcode, clause: 'RFC 7143 §13.17' });
    }
    withheldR2ts.push(pdu);
    return true;
  }

  /** See Session.manageTasks. */
  async manage(fn: TaskManagementFunction, options: TaskManagementOptions): Promise<FunctionOutcome> {
    const call = this.#callOf(fn, options);
    options.signal?.throwIfAborted();
    if (this.#calls >= mostCalls) {
      throw new SessionError('ISCSI_QUEUE_FULL', `${this.#calls} task management functions wait already`);
    }
    this.#calls += 1;
    const outcome = endsManyTasks(fn) ? this.#functions.run(call) : this.#clear(call);
    return await raceAbort(
      outcome.finally(() => {
        this.#calls -= 1;
      }),
      options.signal,
    );
  }

  /** Waits for a turn of `connection`, for a request that is not made here. What it resolves with passes the turn on. */
  async takeTurn(connection: Connection, signal: AbortSignal): Promise<() => void> {
    return await this.#requests.turns.take(connection, false, signal);
  }

  /** CLEAR ACA ends no tasks, and nothing has to wait for it. */
  async #clear(call: FunctionCall): Promise<FunctionOutcome> {
    const member = this.#functions.pick();
    const pass = await this.#requests.turns.take(member.connection, true, call.signal);
    try {
      await this.#requests.ask(member, call);
      return { cid: member.connection.cid, terminated: 0 };
    } finally {
      pass();
    }
  }

  #callOf(fn: TaskManagementFunction, options: TaskManagementOptions): FunctionCall {
    const { lun, isImmediate = true, signal } = options;
    const { limits } = this.#context;
    if ((lun === undefined) !== isForTarget(fn)) {
      const message = `${functionName[fn]} ${isForTarget(fn) ? 'takes no' : 'needs a'} LUN`;
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'lun' });
    }
    const timeoutMs = options.timeoutMs ?? (isForTarget(fn) ? limits.targetResetTimeoutMs : limits.lunResetTimeoutMs);
    if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1) {
      const message = `timeoutMs must be an integer of at least 1, not ${timeoutMs}`;
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'timeoutMs' });
    }
    return {
      function: fn,
      lun,
      isImmediate,
      timeoutMs,
      signal,
      unanswered: (affected, error) => {
        this.#unanswered(fn, lun, affected, error);
      },
    };
  }

  /** §4.2.3.3 c: the tasks have to be concluded though no response came; nobody knows which of them still exist. */
  #unanswered(
    fn: TaskManagementFunction,
    lun: Lun | undefined,
    affected: readonly ScsiTask[],
    error: TimeoutError,
  ): void {
    for (const task of affected) {
      if (task.state !== 'sent') continue;
      task.state = 'aborting';
      task.abortReason = abortedBy(fn, task.effect);
    }
    this.#escalations.escalate(lun, error, { tried: stepsLike(fn) }).catch(() => undefined);
  }
}

/** The steps of an escalation that a function makes pointless. */
function stepsLike(fn: TaskManagementFunction): EscalationStep[] {
  if (isForTarget(fn)) return ['lunReset', 'targetReset'];
  return fn === 'logicalUnitReset' ? ['lunReset'] : [];
}
