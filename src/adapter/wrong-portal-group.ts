// Why a target refused a connection to be added: its portal may be in another portal group.

import { IscsiError, LoginError } from '../base/index.ts';
import { sendTargets } from '../discovery/index.ts';
import type { Portal, Session } from '../session/index.ts';
import type { PortalGroups } from './portal-groups.ts';

/** "Cannot include in session" and "session does not exist" (RFC 7143 §11.13.5). */
const ambiguous: readonly (number | undefined)[] = [0x08, 0x0a];
const initiatorErrorClass = 2;

/**
 * A session is one of a target and a portal group (RFC 7143 §6.3.1), so that a portal of another group has not heard of
 * it, and says just that. The session's own portal tells the groups: when they differ, that is the error; else `error`.
 */
export async function explainRefusal(
  error: unknown,
  { session, portal, groups, signal }: RefusedConnection,
): Promise<unknown> {
  const { targetName, parameters } = session;
  if (!(error instanceof LoginError) || targetName === undefined) return error;
  const { statusClass, statusDetail } = error;
  if (statusClass !== initiatorErrorClass || !ambiguous.includes(statusDetail)) return error;
  try {
    groups.learn(await sendTargets(session, portal, { which: '', ...(signal === undefined ? {} : { signal }) }));
  } catch (failure) {
    // The refusal says more than a question that found no answer.
    if (failure instanceof IscsiError || signal?.aborted === true) return error;
    throw failure;
  }
  const { portalGroupTag } = groups.complete(targetName, portal);
  if (portalGroupTag === undefined || portalGroupTag === parameters.targetPortalGroupTag) return error;
  const { host, port } = portal;
  const own = String(parameters.targetPortalGroupTag);
  const message = `Portal ${host}:${port} is in portal group ${portalGroupTag}, the session in ${own}`;
  const details = { statusClass, ...(statusDetail === undefined ? {} : { statusDetail }), cause: error };
  return new LoginError('ISCSI_WRONG_PORTAL_GROUP', message, { ...details, key: 'TargetPortalGroupTag' });
}

/** A connection that was refused. */
interface RefusedConnection {
  readonly session: Session;
  readonly portal: Portal;
  readonly groups: PortalGroups;
  readonly signal: AbortSignal | undefined;
}
