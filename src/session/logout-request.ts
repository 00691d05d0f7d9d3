// A Logout Request and its answer (RFC 7143 §11.14, §11.15).

import { type IscsiError, SessionError, TimeoutError } from '../base/index.ts';
import { logoutReason, logoutResponseCode, opcode } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';

/** What is to be closed: the whole session, or the connection that the request travels on. */
export type LogoutScope = keyof Pick<typeof logoutReason, 'closeSession' | 'closeConnection'>;

/**
 * Sends a Logout Request on `member` and waits for a successful answer. Rejects with TimeoutError
 * ISCSI_LOGOUT_TIMEOUT, SessionError ISCSI_LOGOUT_FAILED, or what ended the connection.
 */
export async function requestLogout(context: SessionContext, member: Member, scope: LogoutScope): Promise<void> {
  const { connection } = member;
  const limitMs = context.limits.logoutTimeoutMs;
  const conversation = new Conversation(context, connection);
  const tooLate = (): IscsiError =>
    new TimeoutError('ISCSI_LOGOUT_TIMEOUT', `${connection.address} did not answer a Logout Request in ${limitMs} ms`, {
      operation: 'logout',
      limitMs,
    });
  try {
    connection.startLogout();
    context.roster.refresh();
    const { pdu } = await conversation.ask(
      {
        opcode: opcode.logoutRequest,
        isImmediate: true,
        reason: logoutReason[scope],
        initiatorTaskTag: conversation.initiatorTaskTag,
        cid: scope === 'closeConnection' ? connection.cid : 0,
        cmdSn: context.window.cmdSn,
        expStatSn: connection.expStatSn,
      },
      undefined,
      opcode.logoutResponse,
      { timeoutMs: limitMs, tooLate },
    );
    if (pdu.response !== logoutResponseCode.closedSuccessfully) {
      throw new SessionError(
        'ISCSI_LOGOUT_FAILED',
        `${connection.address} answered a logout with response ${pdu.response}`,
      );
    }
  } finally {
    conversation.end();
  }
}
