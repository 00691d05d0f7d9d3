// How connections leave their session, and what becomes of their tasks: they are over, or they wait to be reassigned
// (RFC 7143 §6.3.4 to §6.3.6, §7.5, §7.14, §8.2, §11.14.5).

import { sendConnectionDrop } from '../async-events.ts';
import type { ConnectionLink, Departure, EndKind, RecoveryTimes } from '../link.ts';
import type { TargetSession } from '../session.ts';
import type { Task } from '../task.ts';

/** What a departure asks of the target. */
export interface DepartureHost {
  readonly isClosing: boolean;
  /** A task that does not run is over. */
  endTask(session: TargetSession, task: Task): void;
  /** Ends a task. Resolves when nothing of it is under way any more. */
  abortTask(session: TargetSession, task: Task, mode: 'now'): Promise<void>;
}

/** Takes a connection off its session. Resolves when that is done; at once, when no device has to be waited for. */
export async function leaveSession(
  host: DepartureHost,
  session: TargetSession,
  link: ConnectionLink,
  departure: Departure,
): Promise<void> {
  const times = timesOf(session, departure);
  const isGone = departure.kind === 'closed' || host.isClosing || session.isClosing;
  // §13.16: Time2Retain 0 means that connection and tasks are discarded at once.
  const isKept = !isGone && times.time2Retain > 0;
  if (isKept && session.parameters.errorRecoveryLevel === 2) await suspendTasks(host, session, link);
  else await endTasks(host, session, link);
  if (session.connections.get(link.cid) !== link) return;
  session.connections.delete(link.cid);
  if (isKept) session.absences.set(link, 'cleanupWait', times);
  if (isKept && departure.kind === 'recovery') logOutForRecovery(host, session, link);
  if (departure.kind === 'closed') sweep(session);
  if (isKept && departure.kind === 'lost') tellSurvivor(session, link, times);
  session.announceWindow();
  session.endIfEmpty();
}

/**
 * Logs a connection that has gone out for recovery (reason 2): its tasks are free to be reassigned, and what had not been
 * acknowledged through ExpCmdSN is discarded (§11.14).
 */
function logOutForRecovery(host: DepartureHost, session: TargetSession, link: ConnectionLink): void {
  for (const task of session.tasksOf(link)) {
    if (task.state === 'held') host.endTask(session, task);
    else task.release();
  }
  for (const { task } of session.answeredTasks.all()) if (task.connection === link) task.release();
  session.discardHeld(link);
  session.absences.set(link, 'loggedOut', negotiatedTimes(session));
}

/**
 * Carries out the logout, explicit or by reinstatement, of a connection that is there or waits for its cleanup, but is not
 * the one that the logout came on. Resolves when its tasks are over (`closed`) or free (`recovery`).
 */
export async function logOutConnection(
  host: DepartureHost,
  session: TargetSession,
  link: ConnectionLink,
  departure: { readonly kind: 'recovery' | 'closed' },
  endKind: EndKind,
): Promise<void> {
  if (!link.isClosed) link.end(endKind, departure);
  await link.left();
  // It had gone before, or was on its way.
  if (session.absences.waiting(link.cid) !== link) return;
  if (departure.kind === 'recovery') logOutForRecovery(host, session, link);
  else await closeAbsent(host, session, link);
}

/** Closes a connection that waits for its cleanup (reason 1), or whose time is up: its tasks are over. */
export async function closeAbsent(host: DepartureHost, session: TargetSession, link: ConnectionLink): Promise<void> {
  const release = session.hold();
  session.absences.delete(link);
  await endTasks(host, session, link);
  session.announceWindow();
  release();
}

/** Ends a session with all that it keeps. Resolves when its tasks are over; its connections may still be closing. */
export async function closeSession(host: DepartureHost, session: TargetSession, kind: EndKind): Promise<void> {
  session.close();
  const links = [...session.connections.values()];
  for (const link of links) link.end(kind, { kind: 'closed' });
  await abortAll(host, session, [...session.tasks.values()]);
  await Promise.all(
    links.map(async (link) => {
      await link.left();
    }),
  );
  session.endIfEmpty();
}

/** The times that hold for a session unless others were told. */
export function negotiatedTimes({ parameters }: TargetSession): RecoveryTimes {
  return { time2Wait: parameters.defaultTime2Wait, time2Retain: parameters.defaultTime2Retain };
}

/** §7.1.4.3: where connections are recovered, the initiator hears of a loss on one that is left. */
function tellSurvivor(session: TargetSession, { cid }: ConnectionLink, times: RecoveryTimes): void {
  if (session.parameters.errorRecoveryLevel < 2) return;
  for (const survivor of session.connections.values()) {
    if (survivor.isClosed) continue;
    sendConnectionDrop(survivor, cid, times);
    return;
  }
}

function timesOf(session: TargetSession, departure: Departure): RecoveryTimes {
  return departure.kind === 'announced' ? departure : negotiatedTimes(session);
}

/** §7.14: immediate commands are not recoverable across connection failures; all others wait. */
async function suspendTasks(host: DepartureHost, session: TargetSession, link: ConnectionLink): Promise<void> {
  const immediate: Task[] = [];
  for (const task of session.tasksOf(link)) {
    if (task.command.isImmediate) immediate.push(task);
    else task.suspend();
  }
  for (const { task } of session.answeredTasks.all()) if (task.connection === link) task.suspend();
  if (immediate.length > 0) await abortAll(host, session, immediate);
}

/** Ends the tasks of a connection. */
export async function endTasks(host: DepartureHost, session: TargetSession, link: ConnectionLink): Promise<void> {
  const tasks = session.tasksOf(link);
  const units = new Set(tasks.map((task) => task.unit?.number).filter((number) => number !== undefined));
  session.answeredTasks.forgetThose(({ task }) => task.connection === link);
  // Without tasks there is nothing to wait for, and whoever has been told of the end finds the session gone.
  if (tasks.length > 0) await abortAll(host, session, tasks);
  session.discardHeld(link);
  session.tellCleared(units);
}

async function abortAll(host: DepartureHost, session: TargetSession, tasks: readonly Task[]): Promise<void> {
  await Promise.all(
    tasks.map(async (task) => {
      await host.abortTask(session, task, 'now');
    }),
  );
}

/** §6.3.5: after the last connection was closed, only cleanups and tasks that wait keep a session. */
function sweep(session: TargetSession): void {
  const owners = new Set(session.retainedTasks.map((task) => task.connection));
  for (const { link, state } of session.absences.all()) {
    if (state === 'loggedOut' && !owners.has(link)) session.absences.delete(link);
  }
}
