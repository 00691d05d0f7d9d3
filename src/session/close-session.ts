// Closing a session at the target, over a connection that is there, or over one that is made for it.

import { type IscsiError, SessionError, TimeoutError, withDeadline } from '../base/index.ts';
import { requestLogout } from './logout-request.ts';
import type { Membership } from './membership.ts';
import type { Recovery } from './recovery/recovery.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionState } from './session-states.ts';

/** What is to be closed. */
export interface ClosingSession {
  readonly context: SessionContext;
  readonly membership: Membership;
  /** How the session can be reached again when it is lost; undefined where that is not wanted. */
  readonly recovery: Recovery | undefined;
  readonly state: () => SessionState;
}

/**
 * Logs the session out (reason 0) and closes its connections. A session that is lost, or is lost with the request on its
 * way, may still be there at the target: it is reinstated, to be logged out. Each step is bounded by `logoutTimeoutMs`.
 * Rejects with TimeoutError ISCSI_LOGOUT_TIMEOUT, SessionError ISCSI_LOGOUT_FAILED, what a login rejects with, or what
 * ended the connection.
 */
export async function closeAtTarget(session: ClosingSession): Promise<void> {
  const { context, recovery, state } = session;
  const { clock, limits } = context;
  const startedAt = clock.now();
  if (state() === 'leaving') {
    try {
      await close(session);
      return;
    } catch (error) {
      if (state() !== 'leavingFailed' || recovery === undefined) throw error;
    }
  }
  if (state() !== 'leavingFailed' || recovery === undefined) return;
  const limitMs = limits.logoutTimeoutMs - (clock.now() - startedAt);
  const tooLate = (): IscsiError =>
    new TimeoutError('ISCSI_LOGOUT_TIMEOUT', `The lost session could not be closed at the target in ${limitMs} ms`, {
      operation: 'logout',
      limitMs,
    });
  if (limitMs <= 0) throw tooLate();
  await withDeadline(clock, limitMs, tooLate, undefined, async (signal) => {
    await recovery.reinstate(signal);
  });
  await close(session);
}

async function close({ context, membership }: ClosingSession): Promise<void> {
  const via = context.roster.all().find(({ connection }) => connection.canLogOut);
  if (via === undefined) throw new SessionError('ISCSI_LOGOUT_FAILED', 'No connection of the session takes a logout');
  await requestLogout(context, via, 'closeSession');
  await membership.closeAll(via);
}
