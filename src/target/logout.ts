// Logout (RFC 7143 §11.14, §11.15): ends tasks and connections, then answers.

import { type LogoutRequest, logoutReason, logoutResponseCode, opcode } from '../wire/index.ts';
import type { TargetCore } from './core.ts';
import type { ConnectionLink } from './link.ts';
import type { SessionParameters } from './negotiation/parameters.ts';
import type { TargetSession } from './session.ts';
import type { Task } from './task.ts';

/** Where a logout comes from. */
export interface LogoutContext {
  readonly core: TargetCore;
  readonly session: TargetSession;
  readonly link: ConnectionLink;
}

/** Carries a logout out. Resolves when the answer is on its way and what it closes is closing. */
export async function logOut(context: LogoutContext, request: LogoutRequest): Promise<void> {
  const { session, link } = context;
  switch (request.reason) {
    case logoutReason.closeSession: {
      await abortTasks(context, () => true);
      const others = [...session.connections.values()].filter((each) => each !== link);
      for (const other of others) other.end('graceful');
      answer(context, request, logoutResponseCode.closedSuccessfully);
      link.end('graceful');
      return;
    }
    case logoutReason.closeConnection: {
      const wanted = session.connections.get(request.cid);
      if (wanted === undefined) {
        answer(context, request, logoutResponseCode.cidNotFound);
        return;
      }
      await abortTasks(context, (task) => task.connection === wanted);
      if (wanted !== link) wanted.end('graceful');
      answer(context, request, logoutResponseCode.closedSuccessfully);
      if (wanted === link) link.end('graceful');
      return;
    }
    default: {
      const isKnown = session.connections.has(request.cid);
      answer(context, request, isKnown ? logoutResponseCode.recoveryNotSupported : logoutResponseCode.cidNotFound);
    }
  }
}

async function abortTasks(context: LogoutContext, matches: (task: Task) => boolean): Promise<void> {
  const { core, session } = context;
  const tasks = [...session.tasks.values()].filter((task) => matches(task));
  await Promise.all(
    tasks.map(async (task) => {
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
