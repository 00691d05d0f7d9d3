// Functions that end many tasks at once: ABORT TASK SET, CLEAR TASK SET and the resets (RFC 7143 §4.2.3.3, §4.2.3.4).

import {
  asIscsiError,
  deferred,
  equalLun,
  type IscsiError,
  type Lun,
  ProtocolError,
  SessionError,
  TaskManagementError,
  TimeoutError,
} from '../../base/index.ts';
import type { R2t } from '../../wire/index.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { SessionContext } from '../session-context.ts';
import { acknowledge } from './acknowledge.ts';
import { abortedBy, type TaskManagementFunction } from './management-functions.ts';
import type { ManagementRequests } from './management-requests.ts';
import { roundTrip } from './round-trip.ts';

/** What the functions need of the tasks of their session. */
export interface ManagedTasks {
  /** The tasks of a unit, or of all, that have been sent on a connection that lives, and have not ended. */
  sent(lun: Lun | undefined): ScsiTask[];
  /** Ends a task without an answer. */
  fail(task: ScsiTask, error: Error): void;
  /** Takes an R2T, at once or again after it was withheld. */
  r2tReceived(task: ScsiTask, pdu: R2t): void;
  /** Sends what waits. */
  pump(): void;
}

/** One call of a function. */
export interface FunctionCall {
  readonly function: TaskManagementFunction;
  /** The unit; undefined for all units. */
  readonly lun: Lun | undefined;
  readonly isImmediate: boolean;
  /** Limit for the answer, from the moment of sending. */
  readonly timeoutMs: number;
  /** A connection whose turn is about to pass on: the one to ask on where none is better. */
  readonly via?: Member | undefined;
  /** Calls the function off while it waits for its turn. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of the tasks whose fate is open because the function was not answered, before commands go out again. */
  readonly unanswered?: (affected: readonly ScsiTask[], error: TimeoutError) => void;
}

/** What became of a function that the target has carried out. */
export interface FunctionOutcome {
  /** The connection that carried it. */
  readonly cid: number;
  /** How many commands of this session it ended; each of them rejected with SCSI_TASK_ABORTED or its own reason. */
  readonly terminated: number;
}

/** The functions under way in one session. */
export class MultiTaskFunctions {
  readonly #context: SessionContext;
  readonly #tasks: ManagedTasks;
  readonly #requests: ManagementRequests;
  readonly #underWay = new Set<{ readonly lun: Lun | undefined; readonly over: Promise<void> }>();

  constructor(context: SessionContext, tasks: ManagedTasks, requests: ManagementRequests) {
    this.#context = context;
    this.#tasks = tasks;
    this.#requests = requests;
  }

  get areUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /**
   * The end of a function that ends the tasks of this unit too; undefined when there is none. Until then commands for the
   * unit wait: a reset may end commands "regardless of their CmdSN value" (§11.5.1), so that what followed one would have
   * an unknown fate.
   */
  over(lun: Lun): Promise<void> | undefined {
    for (const each of this.#underWay) if (covers(each.lun, lun)) return each.over;
    return undefined;
  }

  /**
   * Has the target carry out a function and ends the tasks that it affects. Rejects as ManagementRequests.ask does, and
   * with SessionError ISCSI_CLOSED when the session has no connection left to ask on.
   */
  async run(call: FunctionCall): Promise<FunctionOutcome> {
    const over = deferred();
    const entry = { lun: call.lun, over: over.promise };
    this.#underWay.add(entry);
    try {
      return await this.#runOnAny(call);
    } finally {
      this.#underWay.delete(entry);
      over.resolve();
      this.#tasks.pump();
    }
  }

  /**
   * §4.2.3.3 c: a connection drop may prevent the response, and the affected tasks must be concluded all the same. Whether
   * the target has acted is then unknown; doing it twice is the same as doing it once, so that another connection asks
   * again, once for each connection that there was.
   */
  async #runOnAny(call: FunctionCall): Promise<FunctionOutcome> {
    const { roster } = this.#context;
    for (let left = roster.size; ; left -= 1) {
      const member = this.pick(call.via);
      const pass = await this.#requests.turns.take(member.connection, true, call.signal);
      try {
        return await this.#runOn(member, call);
      } catch (error) {
        const isLost = member.connection.failure !== undefined && !(error instanceof TimeoutError);
        const isLast = left <= 1 || !roster.all().some(({ connection }) => connection.canLogOut);
        if (!isLost || isLast) throw error;
      } finally {
        pass();
      }
    }
  }

  /**
   * The connection for a request, rather one that answers: where a request went unanswered the connection may be what is
   * stuck. Throws SessionError ISCSI_CLOSED when there is none.
   */
  pick(via?: Member): Member {
    const { roster } = this.#context;
    const { turns } = this.#requests;
    const free = roster.usable.filter(({ connection }) => turns.isFree(connection));
    const member =
      free.find(({ connection }) => !turns.isSilent(connection)) ??
      (via?.connection.canLogOut === true ? via : undefined) ??
      free[0] ??
      roster.pick() ??
      roster.all().find(({ connection }) => connection.canLogOut);
    if (member === undefined)
      throw new SessionError('ISCSI_CLOSED', 'The session has no connection to send a request on');
    return member;
  }

  async #runOn(member: Member, call: FunctionCall): Promise<FunctionOutcome> {
    let affected: ScsiTask[] | undefined;
    const sent = (): void => {
      affected = this.#tasks.sent(call.lun);
      this.#requestSent(member, affected);
    };
    const { function: fn, lun, isImmediate, timeoutMs } = call;
    try {
      await this.#requests.ask(member, { function: fn, lun, isImmediate, timeoutMs, sent });
    } catch (error) {
      if (isRefusal(error)) for (const task of affected ?? []) this.#goOn(task);
      if (error instanceof TimeoutError) call.unanswered?.(affected ?? [], error);
      // A cold reset ends all connections, so that its response may not arrive (§11.5.1): their end is the answer.
      const isAnswer = fn === 'targetColdReset' && affected !== undefined && member.connection.failure !== undefined;
      if (!isAnswer) throw error;
    }
    return { cid: member.connection.cid, terminated: await this.#conclude(member, affected ?? [], call) };
  }

  /**
   * Until the response R2Ts and pings of the target are answered and responses are taken as ever (§4.2.3.3 a and b, §11.5.1);
   * each answer to an R2T goes out whole and at once, which ends it as quickly as can be without a sequence that is too
   * short. Where FastAbort was agreed, no Data-Out may follow the request on its own connection (§4.2.3.4 a): those
   * R2Ts are kept, in case the target refuses the function and the tasks go on.
   */
  #requestSent(member: Member, affected: readonly ScsiTask[]): void {
    const isFast = member.parameters.taskReporting === 'FastAbort';
    for (const task of affected) {
      task.isAffected = true;
      if (isFast && task.member === member) task.withheldR2ts ??= [];
    }
    // The target has to wait for our acknowledgements on all connections (§11.6.1, §4.2.2.3.3 b): an idle one has sent none
    // of what came last. Later responses are acknowledged as they come, see TaskSet.
    const { roster } = this.#context;
    for (const other of roster.all())
      if (other !== member && other.connection.canLogOut) acknowledge(this.#context, other);
  }

  /** Nothing has happened to the task: it goes on. */
  #goOn(task: ScsiTask): void {
    const withheld = task.withheldR2ts ?? [];
    task.isAffected = false;
    task.withheldR2ts = undefined;
    try {
      for (const r2t of withheld) if (isOpen(task)) this.#tasks.r2tReceived(task, r2t);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      task.member?.connection.fail(error);
    }
  }

  /**
   * §4.2.3.3 c and §4.2.3.4 d: the response ends every affected task that has not been answered. On its own connection
   * nothing of them can follow it. On others the responses before it have come, since the target waited for their
   * acknowledgement (§4.2.2.3.3); but Data-In without status has no StatSN to acknowledge, and a target that has not
   * agreed to the Response Fence guarantees nothing. There a ping makes sure, before a caller gets its buffer back; what
   * comes ahead of its answer counts, for the function is not over for our caller until then.
   */
  async #conclude(member: Member, affected: readonly ScsiTask[], call: FunctionCall): Promise<number> {
    let terminated = 0;
    const end = (task: ScsiTask): void => {
      if (!isOpen(task)) return;
      terminated += 1;
      this.#tasks.fail(task, task.abortReason ?? abortedBy(call.function, task.effect));
    };
    const elsewhere = new Map<Member, ScsiTask[]>();
    for (const task of affected) {
      if (task.member === member) end(task);
      else if (task.member !== undefined && isOpen(task)) {
        elsewhere.set(task.member, [...(elsewhere.get(task.member) ?? []), task]);
      }
    }
    await Promise.all(
      [...elsewhere].map(async ([other, tasks]) => {
        try {
          await roundTrip(this.#context, other, call.timeoutMs);
          for (const task of tasks) if (task.member === other) end(task);
        } catch (error) {
          // That makes it certain too: nothing comes on a connection that is gone.
          other.connection.fail(asIscsiError(error));
        }
      }),
    );
    return terminated;
  }
}

/** Whether a function for `scope` ends tasks of `lun`. */
export function covers(scope: Lun | undefined, lun: Lun): boolean {
  return scope === undefined || equalLun(scope, lun);
}

function isOpen(task: ScsiTask): boolean {
  return task.state === 'sent' || task.state === 'aborting';
}

/** Whether the target said that it has done nothing. */
function isRefusal(error: unknown): error is IscsiError {
  return error instanceof TaskManagementError || (error instanceof ProtocolError && error.code === 'ISCSI_REJECTED');
}
