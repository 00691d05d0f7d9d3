// Closing a session at the target, over a connection that is there, or over one that is made for it.

import { type IscsiError, SessionError, TimeoutError, withDeadline } from '../base/index.ts';
import { requestLogout } from './logout-request.ts';
import type { Membership } from './membership.ts';
import type { Recovery } from './recovery/recovery.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionState } from './session-states.ts';

/** What is to be closed. */
export interface ClosingSession {
  readonly context: SessionContext;
  readonly membership: Membership;
  /** How the session can be reached again when it is lost; undefined where that is not wanted. */
  readonly recovery: Recovery | undefined;
  readonly state: () => SessionState;
  /** Aborted when the session is dropped instead. */
  readonly signal: AbortSignal;
}

/**
 * Logs the session out (reason 0) and closes its connections. When the connection is lost that the request is on, another
 * one takes it; a session that has lost them all may still be there at the target: it is reinstated, to be logged out.
 * All of that is bounded by `logoutTimeoutMs`, and the logout of a reinstated session once more. Rejects with
 * TimeoutError ISCSI_LOGOUT_TIMEOUT, SessionError ISCSI_LOGOUT_FAILED, what a login rejects with, or what ended the
 * connection.
 */
export async function closeAtTarget(session: ClosingSession): Promise<void> {
  const { context, recovery, state } = session;
  const { clock, limits } = context;
  const startedAt = clock.now();
  const left = (): number => limits.logoutTimeoutMs - (clock.now() - startedAt);
  if (!(await closeOverSurvivors(session, left)) || state() !== 'leavingFailed' || recovery === undefined) return;
  const limitMs = left();
  const tooLate = (): IscsiError =>
    new TimeoutError('ISCSI_LOGOUT_TIMEOUT', `The lost session could not be closed at the target in ${limitMs} ms`, {
      operation: 'logout',
      limitMs,
    });
  if (limitMs <= 0) throw tooLate();
  await withDeadline(clock, limitMs, tooLate, session.signal, async (signal) => {
    await recovery.reinstate(signal);
  });
  await close(session, logoutVia(context), limits.logoutTimeoutMs);
}

/** Resolves with whether the session has to be closed in another way, since it has no connection. */
async function closeOverSurvivors(session: ClosingSession, left: () => number): Promise<boolean> {
  const { context, recovery, state } = session;
  while (state() === 'leaving') {
    const via = logoutVia(context);
    try {
      await close(session, via, left());
      return false;
    } catch (error) {
      const isLost = via.connection.failure !== undefined;
      if (!isLost || left() <= 0 || (state() !== 'leaving' && recovery === undefined)) throw error;
    }
  }
  return true;
}

function logoutVia({ roster }: SessionContext): Member {
  const via = roster.all().find(({ connection }) => connection.canLogOut);
  if (via === undefined) throw new SessionError('ISCSI_LOGOUT_FAILED', 'No connection of the session takes a logout');
  return via;
}

async function close({ context, membership }: ClosingSession, via: Member, limitMs: number): Promise<void> {
  await requestLogout(context, via, 'closeSession', limitMs);
  await membership.closeAll(via);
}
