// What becomes of a connection that is lost while others live: it is logged out over one of them, its tasks go on there or
// end, and it is opened again (RFC 7143 §7.14, §8.2).

import { asIscsiError, raceAbort } from '../../base/index.ts';
import { logoutResponseCode } from '../../wire/index.ts';
import { connectionLost } from '../connection-lost.ts';
import { refused, requestCleanup } from '../logout-request.ts';
import type { Portal } from '../portal.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { LostConnection } from './lost-connection.ts';
import { reassignsTasks } from './reassigns-tasks.ts';
import { pause, ReconnectSchedule } from './reconnect-schedule.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import { reassignTask, retryUnreceived } from './task-reassign.ts';

/**
 * Logs `lost` out over another connection and sees to its tasks. Rejects with what makes the session unfit to go on, or
 * with the signal's reason. May then be called again, and goes on from there.
 */
export async function cleanUp(parts: RecoveryParts, lost: LostConnection, signal: AbortSignal): Promise<void> {
  if (lost.state === 'free') {
    // Logged out for recovery before: the session was lost and continued with tasks that had not been moved yet.
    await takeOver(parts, lost, signal);
    return;
  }
  await pause(parts.context.clock, lost.remains.time2WaitMs, signal);
  if (await logOut(parts, lost, signal)) await takeOver(parts, lost, signal);
  else endTasks(parts, lost);
}

/** Moves the tasks of a connection that was logged out for recovery to those that are usable. */
export async function takeOver(parts: RecoveryParts, lost: LostConnection, signal: AbortSignal): Promise<void> {
  const { context, tasks, membership } = parts;
  membership.refill(retryUnreceived(context, tasks, lost));
  // One after the other: a target need not take more than one immediate request at a time (RFC 7143 §4.2.2.1).
  for (const task of lost.orphans) {
    await reassign(parts, task, lost, signal);
  }
}

/** Moves one task, between the task management requests that others make of the same connection. */
async function reassign(
  parts: RecoveryParts,
  task: ScsiTask,
  lost: LostConnection,
  signal: AbortSignal,
): Promise<void> {
  const isOrphan = (): boolean => task.state === 'orphaned';
  const isPreempted = (): boolean => task.isPreempted;
  while (isOrphan()) {
    if (isPreempted()) {
      parts.tasks.startOver(task);
      return;
    }
    const via = await survivor(parts, signal);
    signal.throwIfAborted();
    const passTurn = await parts.tasks.takeManagementTurn(via.connection, signal);
    try {
      // Whatever went before may have ended the task or the connection, or shown that the target never had the command.
      if (!isOrphan() || isPreempted() || via.connection.failure !== undefined) continue;
      await reassignTask(parts.context, parts.tasks, task, via, lost);
      return;
    } finally {
      passTurn();
    }
  }
}

/**
 * Ends the tasks of a connection that was closed for good, and fills the numbers that were lost with it, those that are
 * not being filled. Nothing can be carried out any more, and what the target did not have by now it never will.
 */
function endTasks({ context, tasks, membership }: RecoveryParts, lost: LostConnection): void {
  const { cause, cmdSns, member } = lost.remains;
  const { window } = context;
  membership.refill(cmdSns);
  for (const task of lost.orphans) {
    const effect = window.hasArrived(task.cmdSn) ? task.effect : 'none';
    tasks.fail(task, connectionLost(task, member.connection.address, cause, effect));
  }
}

/** Resolves with whether the target keeps the tasks for a reassignment. */
async function logOut(parts: RecoveryParts, lost: LostConnection, signal: AbortSignal): Promise<boolean> {
  let isForRecovery = reassignsTasks(parts) && lost.orphans.length > 0;
  while (true) {
    const via = await survivor(parts, signal);
    lost.move('logoutStarted');
    const response = await ask(parts, lost, via, isForRecovery, signal);
    if (signal.aborted) {
      if (response !== undefined) lost.move('logoutFailed');
      throw signal.reason;
    }
    if (response === undefined) continue; // that connection was lost as well
    if (response === logoutResponseCode.closedSuccessfully) {
      lost.move('logoutSucceeded');
      return isForRecovery;
    }
    // A connection that the target does not know is as good as closed.
    if (response === logoutResponseCode.cidNotFound) {
      lost.move('logoutSucceeded');
      return false;
    }
    lost.move('logoutFailed');
    if (response !== logoutResponseCode.recoveryNotSupported || !isForRecovery) {
      throw refused(via.connection, response);
    }
    isForRecovery = false;
  }
}

/** One Logout Request. Resolves with the answer, or with undefined when `via` was lost meanwhile. */
async function ask(
  { context }: RecoveryParts,
  lost: LostConnection,
  via: Member,
  isForRecovery: boolean,
  signal: AbortSignal,
): Promise<number | undefined> {
  const reason = isForRecovery ? 'removeConnectionForRecovery' : 'closeConnection';
  try {
    const answer = await requestCleanup(context, via, lost.remains.member.connection, reason);
    if (isForRecovery) await pause(context.clock, answer.time2Wait * 1000, signal);
    return answer.response;
  } catch (error) {
    lost.move('logoutFailed');
    if (via.connection.failure !== undefined) return undefined;
    throw error;
  }
}

/** A connection that requests may go over. Waits while all that live are leaving: the signal ends that in any case. */
async function survivor({ context: { roster } }: RecoveryParts, signal: AbortSignal): Promise<Member> {
  const via = roster.pick() ?? roster.all().find(({ connection }) => connection.canLogOut);
  return via ?? (await raceAbort(new Promise<never>(() => undefined), signal));
}

/**
 * Opens a connection again under its CID, as often as the schedule allows and while `isWanted`. Resolves with whether it
 * is open.
 */
export async function reopen(
  parts: RecoveryParts,
  cid: number,
  portal: Portal,
  isWanted: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { context, joining, tasks } = parts;
  const schedule = new ReconnectSchedule(context.limits);
  while (isWanted() && !schedule.isExhausted) {
    try {
      await joining.rejoin(cid, portal, signal);
      tasks.pump();
      return true;
    } catch (error) {
      signal.throwIfAborted();
      parts.events.emit('connectionRetried', cid, asIscsiError(error));
    }
    await pause(context.clock, schedule.failed(), signal);
  }
  return false;
}
