// Logout (RFC 7143 §11.14, §11.15): ends tasks and connections, or frees the tasks for another connection, then answers.

import { type LogoutRequest, logoutReason, logoutResponseCode, opcode } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import type { ConnectionLink } from './link.ts';
import type { SessionParameters } from './negotiation/parameters.ts';
import { closeSession, endTasks, logOutConnection } from './recovery/departure.ts';
import type { TargetSession } from './session.ts';

/** Where a logout comes from. */
export interface LogoutContext {
  readonly core: TargetCore;
  readonly session: TargetSession;
  readonly link: ConnectionLink;
}

/** Carries a logout out. Resolves when the answer is on its way and what it closes is closing. */
export async function logOut(context: LogoutContext, request: LogoutRequest): Promise<void> {
  const { core, session, link } = context;
  const verdict = core.options.hooks.onLogout?.(request, link.facts());
  if (verdict !== undefined) {
    if (verdict !== 'ignore') answer(context, request, verdict.response);
    return;
  }
  if (request.reason === logoutReason.closeSession) {
    await logOutSession(context, request);
    return;
  }
  const wanted = session.connection(request.cid);
  if (wanted === undefined) {
    answer(context, request, logoutResponseCode.cidNotFound);
    return;
  }
  // §11.14.4: the request carries the last ExpStatSN of the connection that it closes.
  wanted.acknowledge(request.expStatSn);
  if (request.reason === logoutReason.closeConnection) await close(context, request, wanted);
  else if (session.parameters.errorRecoveryLevel < 2) {
    answer(context, request, logoutResponseCode.recoveryNotSupported);
  } else await remove(context, request, wanted);
}

/** Reason 0. The connection of the request is the last to go, with the answer. */
async function logOutSession(context: LogoutContext, request: LogoutRequest): Promise<void> {
  const { core, session, link } = context;
  session.close();
  await endTasksOfSession(context);
  for (const other of session.connections.values()) if (other !== link) other.end('graceful', { kind: 'closed' });
  answer(context, request, logoutResponseCode.closedSuccessfully);
  await closeSession(core, session, 'graceful');
}

/** Reason 1. */
async function close(context: LogoutContext, request: LogoutRequest, wanted: ConnectionLink): Promise<void> {
  const { core, session, link } = context;
  if (wanted === link) await endTasks(core, session, link);
  else await logOutConnection(core, session, wanted, { kind: 'closed' }, 'graceful');
  answer(context, request, logoutResponseCode.closedSuccessfully);
  if (wanted === link) link.end('graceful', { kind: 'closed' });
}

/** Reason 2. Nothing more is sent for the tasks of the connection, and what it sent ahead of a gap is discarded. */
async function remove(context: LogoutContext, request: LogoutRequest, wanted: ConnectionLink): Promise<void> {
  const { core, session, link } = context;
  if (wanted !== link) await logOutConnection(core, session, wanted, { kind: 'recovery' }, 'graceful');
  answer(context, request, logoutResponseCode.closedSuccessfully);
  // In the same turn, so that the answer is the last PDU of the connection.
  if (wanted === link) link.end('graceful', { kind: 'recovery' });
}

async function endTasksOfSession({ core, session }: LogoutContext): Promise<void> {
  await Promise.all(
    [...session.tasks.values()].map(async (task) => {
      await core.abortTask(session, task, 'now');
    }),
  );
}

function answer({ session, link }: LogoutContext, request: LogoutRequest, response: number): void {
  const { defaultTime2Wait, defaultTime2Retain }: SessionParameters = session.parameters;
  link.send({
    opcode: opcode.logoutResponse,
    response,
    initiatorTaskTag: request.initiatorTaskTag,
    ...link.numbers('status'),
    time2Wait: defaultTime2Wait,
    time2Retain: defaultTime2Retain,
  });
}
