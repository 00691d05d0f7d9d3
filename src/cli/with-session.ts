// A session for the time of a command: logged in, used, and left whatever happens.

import type { ConnectOptions } from '../adapter/index.ts';
import { Initiator, type InitiatorSession } from '../adapter/index.ts';
import { raceAbort, systemClock, TimeoutError, withDeadline } from '../base/index.ts';
import type { DeviceHandle } from '../devices/index.ts';
import type { Wanted } from './connection-options.ts';
import { policyFor } from './policy-option.ts';
import { tellOfRecovery } from './recovery-notes.ts';

/** How long an interrupted command may take to log out before its session is dropped. */
const leaveTimeoutMs = 3_000;

/** Runs `work` with an initiator, which is closed afterwards. */
export async function withInitiator<T>(
  name: string | undefined,
  signal: AbortSignal,
  work: (initiator: Initiator) => Promise<T>,
): Promise<T> {
  const initiator = new Initiator(name === undefined ? {} : { name });
  try {
    return await work(initiator);
  } finally {
    if (signal.aborted) await leaveSoon(initiator);
    else await initiator.close();
  }
}

/** Logs in and runs `work` with the session, which is logged out afterwards. */
export async function withSession<T>(
  wanted: Wanted<ConnectOptions>,
  signal: AbortSignal,
  work: (session: InitiatorSession) => Promise<T>,
): Promise<T> {
  return await withInitiator(wanted.initiatorName, signal, async (initiator) => {
    const session = await initiator.connect({ ...wanted.wishes, signal });
    if (wanted.note !== undefined) tellOfRecovery(session, wanted.note);
    if (wanted.policy !== undefined) {
      const cids = session.connections.map(({ cid }) => cid);
      session.setPolicy(policyFor(wanted.policy, cids));
    }
    return await work(session);
  });
}

/** As `withSession`, with the LUN open; `label` is who holds it. */
export async function withDisk<T>(
  wanted: Wanted<ConnectOptions>,
  label: string,
  signal: AbortSignal,
  work: (disk: DeviceHandle, session: InitiatorSession) => Promise<T>,
): Promise<T> {
  return await withSession(wanted, signal, async (session) => {
    const disk = await raceAbort(session.openDisk(wanted.wishes.lun ?? 0, { label }), signal);
    try {
      return await work(disk, session);
    } finally {
      // Closing waits for requests in flight; when the command was interrupted, leaving the session ends them instead.
      if (!signal.aborted) await disk.close();
    }
  });
}

/** An interrupted command does not wait for a target that has stopped answering. */
async function leaveSoon(initiator: Initiator): Promise<void> {
  const sessions = initiator.sessions;
  const closed = initiator.close();
  const tooLate = (): TimeoutError =>
    new TimeoutError('ISCSI_LOGOUT_TIMEOUT', 'The target did not answer in time', {
      operation: 'logout',
      limitMs: leaveTimeoutMs,
    });
  try {
    await withDeadline(systemClock, leaveTimeoutMs, tooLate, undefined, () => closed);
  } catch {
    for (const session of sessions) session.destroy();
    await closed;
  }
}
