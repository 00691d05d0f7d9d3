// A Logout Request and its answer (RFC 7143 §11.14, §11.15).

import { type IscsiError, SessionError, TimeoutError } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { type LogoutResponse, logoutReason, logoutResponseCode, opcode } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';

/** What is to be closed: the whole session, or the connection that the request travels on. */
export type LogoutScope = keyof Pick<typeof logoutReason, 'closeSession' | 'closeConnection'>;

/**
 * Sends a Logout Request on `member` and waits for a successful answer, for `limitMs` at most. Rejects with TimeoutError
 * ISCSI_LOGOUT_TIMEOUT, SessionError ISCSI_LOGOUT_FAILED, or what ended the connection.
 */
export async function requestLogout(
  context: SessionContext,
  member: Member,
  scope: LogoutScope,
  limitMs: number = context.limits.logoutTimeoutMs,
): Promise<void> {
  const { connection } = member;
  const cid = scope === 'closeConnection' ? connection.cid : 0;
  const pdu = await ask(
    context,
    connection,
    { reason: logoutReason[scope], cid, expStatSn: connection.expStatSn },
    limitMs,
    () => {
      connection.startLogout();
      context.roster.refresh();
    },
  );
  if (pdu.response !== logoutResponseCode.closedSuccessfully) throw refused(connection, pdu.response);
}

/**
 * Logs a lost connection out over another one, `via`, which goes on. With `removeConnectionForRecovery` its tasks wait
 * for a reassignment. Resolves with the target's answer, whatever it is; rejects as `requestLogout` does otherwise.
 */
export async function requestCleanup(
  context: SessionContext,
  via: Member,
  lost: Connection,
  reason: keyof Pick<typeof logoutReason, 'closeConnection' | 'removeConnectionForRecovery'>,
): Promise<LogoutResponse> {
  // §11.14.4: ExpStatSN is the last one of the connection to be closed.
  const fields = { reason: logoutReason[reason], cid: lost.cid, expStatSn: lost.expStatSn };
  return await ask(context, via.connection, fields, context.limits.logoutTimeoutMs);
}

/** The error for an answer that is no success. */
export function refused(connection: Connection, response: number): SessionError {
  return new SessionError('ISCSI_LOGOUT_FAILED', `${connection.address} answered a logout with response ${response}`);
}

async function ask(
  context: SessionContext,
  connection: Connection,
  fields: { readonly reason: number; readonly cid: number; readonly expStatSn: number },
  limitMs: number,
  beforeSending: () => void = () => undefined,
): Promise<LogoutResponse> {
  const conversation = new Conversation(context, connection);
  const tooLate = (): IscsiError =>
    new TimeoutError('ISCSI_LOGOUT_TIMEOUT', `${connection.address} did not answer a Logout Request in ${limitMs} ms`, {
      operation: 'logout',
      limitMs,
    });
  try {
    beforeSending();
    context.observer?.logoutRequested?.(context.sessionId, fields.reason);
    const { pdu } = await conversation.ask(
      {
        opcode: opcode.logoutRequest,
        isImmediate: true,
        initiatorTaskTag: conversation.initiatorTaskTag,
        cmdSn: context.window.cmdSn,
        ...fields,
      },
      undefined,
      opcode.logoutResponse,
      { timeoutMs: limitMs, tooLate },
    );
    return pdu;
  } finally {
    conversation.end();
  }
}
