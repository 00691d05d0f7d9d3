// Task management functions (RFC 7143 §4.2.3, §11.5, §11.6).

import { equalLun, raceAbort, snAdd, snBefore } from '../base/index.ts';
import {
  taskManagementFunction as functionCode,
  taskManagementResponseCode as responseCode,
  type TaskManagementRequest,
} from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import type { LogicalUnit } from './device-server/logical-unit.ts';
import { condition } from './device-server/sense.ts';
import type { ConnectionLink } from './link.ts';
import { answerAgain } from './recovery/answer-again.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';

/** Who asks, and what for. */
interface Context {
  readonly request: TaskManagementRequest;
  readonly session: TargetSession;
  readonly link: ConnectionLink;
}

/** Carries out a function and returns the response code. The request's own answer is its caller's to send. */
export async function manageTasks(
  core: TargetCore,
  request: TaskManagementRequest,
  session: TargetSession,
  link: ConnectionLink,
): Promise<number> {
  const context = { request, session, link };
  switch (request.function) {
    case functionCode.abortTask:
      return await abortTask(core, context);
    case functionCode.abortTaskSet:
    case functionCode.clearTaskSet:
    case functionCode.logicalUnitReset: {
      const unit = core.server.unitAt(request.lun);
      if (unit === undefined) return responseCode.lunDoesNotExist;
      return await withLimit(core, async (limit) => await manageUnit(core, context, unit, limit));
    }
    case functionCode.targetWarmReset:
    case functionCode.targetColdReset:
      plugAll(context);
      return await withLimit(core, async (limit) => await resetTarget(core, context, limit));
    default:
      // TASK REASSIGN is not a matter of this file. CLEAR ACA (SAM-5 §7.4) is for units that take the NACA bit, which is none.
      return responseCode.functionNotSupported;
  }
}

/** ABORT TASK (§11.6.1, the three cases). */
async function abortTask(core: TargetCore, { request, session, link }: Context): Promise<number> {
  const report = (error: unknown): void => core.options.hooks.onError?.(error, link.facts());
  const task = session.tasks.get(request.referencedTaskTag);
  if (task !== undefined) {
    // §11.5.1: on the connection that the task is allegiant to, and only that, until it has been logged out.
    if (task.allegiance !== 'free' && task.connection !== link) return responseCode.functionRejected;
    if (!equalLun(task.command.lun, request.lun)) return responseCode.taskDoesNotExist;
    await core.abortTask(session, task, 'now');
    return responseCode.functionComplete;
  }
  if (session.managementTags.has(request.referencedTaskTag)) return responseCode.functionRejected;
  const answered = session.answeredTasks.get(request.referencedTaskTag);
  if (answered?.task.allegiance === 'free') {
    // §11.5.1: a status that was sent and not acknowledged comes again, before the answer; §7.11: the task is over.
    answered.task.reassign(link, 0);
    await answerAgain(session, answered, 'fresh', report);
    return responseCode.taskDoesNotExist;
  }
  const isExpected = session.window.place(request.refCmdSn) !== 'ignored' && snBefore(request.refCmdSn, request.cmdSn);
  if (!isExpected) return responseCode.taskDoesNotExist;
  session.plug(request.refCmdSn);
  return responseCode.functionComplete;
}

/** ABORT TASK SET, CLEAR TASK SET and LOGICAL UNIT RESET (§4.2.3.3). */
async function manageUnit(core: TargetCore, context: Context, unit: LogicalUnit, limit: AbortSignal): Promise<number> {
  const { request, session } = context;
  const isLate = await within(session.reached(request.cmdSn), limit);
  if (isLate || session.isEnded) return responseCode.functionRejected;
  switch (request.function) {
    case functionCode.abortTaskSet:
      await abortAll(core, context, (task) => task.unit === unit && isBefore(task, request), [session], limit);
      break;
    case functionCode.clearTaskSet: {
      const others = core.sessions.all().filter((each) => each !== session && hasTaskOn(each, unit));
      await abortAll(core, context, (task) => task.unit === unit, [session, ...others], limit);
      for (const other of others) other.attentions.establish(unit.number, condition.commandsClearedByAnother);
      break;
    }
    default:
      await resetUnit(core, context, unit, limit);
  }
  await settleConnections(context, limit);
  return responseCode.functionComplete;
}

async function resetTarget(core: TargetCore, context: Context, limit: AbortSignal): Promise<number> {
  for (const number of core.server.numbers) {
    const unit = core.server.unit(number);
    if (unit !== undefined) await resetUnit(core, context, unit, limit);
  }
  await settleConnections(context, limit);
  return responseCode.functionComplete;
}

/** SAM-5 §6.3.3: all tasks of all initiators, the settings, and a unit attention condition for everyone. */
async function resetUnit(core: TargetCore, context: Context, unit: LogicalUnit, limit: AbortSignal): Promise<void> {
  await abortAll(core, context, (task) => task.unit === unit, core.sessions.all(), limit);
  unit.resetSettings();
  core.establishAttention(unit.number, condition.deviceReset);
}

/** Aborts tasks. Those of the issuing session first get the data that they have asked for (§4.2.3.3 a). */
async function abortAll(
  core: TargetCore,
  { session }: Context,
  isAffected: (task: Task) => boolean,
  sessions: readonly TargetSession[],
  limit: AbortSignal,
): Promise<void> {
  const aborted: Promise<void>[] = [];
  const owing: Task[] = [];
  const others = new Set<TargetSession>();
  for (const each of sessions) {
    for (const task of [...each.tasks.values()]) {
      if (!isAffected(task)) continue;
      if (each !== session) others.add(each);
      else if (task.transfer?.isQuiet === false) owing.push(task);
      aborted.push(core.abortTask(each, task, each === session ? 'afterTransfers' : 'now'));
    }
  }
  // §11.5.1: no response of a task that waits for a connection may follow that of the function.
  for (const each of sessions) {
    each.answeredTasks.forgetThose((answered) => answered.task.isSuspended && isAffected(answered.task));
  }
  const ended = Promise.all(aborted);
  if (await within(ended, limit)) {
    // §11.5.1: an initiator that does not send what it owes loses the connection, which ends the wait.
    for (const task of owing) if (task.state === 'aborting') task.connection.end('abortive');
    await ended;
  }
  for (const other of others) other.announceWindow();
}

/** §11.6.1: what was answered before has to have arrived on all other connections; on its own one TCP sees to that. */
async function settleConnections({ session, link }: Context, limit: AbortSignal): Promise<void> {
  const others = [...session.connections.values()].filter((each) => each !== link);
  const waits = others.map(async (each) => {
    if (await within(each.acknowledged(), limit)) each.end('abortive');
  });
  await Promise.all(waits);
}

/** Waits for `work`, but no longer than `limit` allows. Returns whether that was too short. */
async function within(work: Promise<unknown>, limit: AbortSignal): Promise<boolean> {
  try {
    await raceAbort(work, limit);
    return false;
  } catch (error) {
    if (limit.aborted) return true;
    throw error;
  }
}

/** §4.2.3.3 b: for a target reset, all that has not come yet counts as received. */
function plugAll({ request, session }: Context): void {
  while (snBefore(session.window.expCmdSn, request.cmdSn)) {
    const before = session.window.expCmdSn;
    session.plug(before);
    if (session.window.expCmdSn === before) return; // the window is closed: nothing is on its way
  }
}

function isBefore(task: Task, request: TaskManagementRequest): boolean {
  // An immediate task carries the CmdSN of the command after it, so it is before a function with the same one.
  const bound = task.command.isImmediate ? snAdd(request.cmdSn, 1) : request.cmdSn;
  return snBefore(task.command.cmdSn, bound);
}

function hasTaskOn(session: TargetSession, unit: LogicalUnit): boolean {
  for (const task of session.tasks.values()) if (task.unit === unit) return true;
  return false;
}

/** Runs `work` with a signal that is aborted when the initiator has had its time to answer. */
async function withLimit(core: TargetCore, work: (limit: AbortSignal) => Promise<number>): Promise<number> {
  const limit = new AbortController();
  const timer = core.options.clock.schedule(core.options.limits.taskManagementTimeoutMs, () => {
    limit.abort();
  });
  try {
    return await work(limit.signal);
  } finally {
    timer.cancel();
  }
}
