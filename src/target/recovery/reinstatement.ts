// What a login replaces is logged out by it: a session (RFC 7143 §6.3.5), or one connection of it (§6.3.4).

import type { LoginIdentity } from '../login/login-identity.ts';
import type { TargetSession } from '../session.ts';
import type { SessionRegistry } from '../session-registry.ts';
import { closeSession, type DepartureHost, logOutConnection } from './departure.ts';

/** What a reinstatement asks of the target. */
export interface ReinstatementHost extends DepartureHost {
  readonly sessions: SessionRegistry;
}

/** Ends a session (reason 0). Resolves when nothing of it touches the medium any more. */
export async function replaceSession(host: ReinstatementHost, session: TargetSession): Promise<void> {
  const links = [...session.connections.values()];
  await closeSession(host, session, 'abortive');
  await Promise.all(
    links.map(async (link) => {
      await link.closed;
    }),
  );
}

/**
 * Logs the connection out that has the CID of a login, if there is one: for recovery (reason 2) where the session can do
 * that, otherwise for good (reason 1). It may be there still, or have gone already.
 */
export async function replaceConnection(host: ReinstatementHost, identity: LoginIdentity): Promise<void> {
  const session = host.sessions.byHandle(identity.tsih);
  const old = session?.connection(identity.cid);
  if (session === undefined || old === undefined) return;
  const kind = session.parameters.errorRecoveryLevel === 2 ? 'recovery' : 'closed';
  await logOutConnection(host, session, old, { kind }, 'abortive');
  await old.closed;
}
