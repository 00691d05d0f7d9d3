// A ping whose answer proves that everything the target sent on a connection before it has arrived.

import { lunZero, TimeoutError } from '../../base/index.ts';
import { opcode, reservedTag } from '../../wire/index.ts';
import { Conversation } from '../conversation.ts';
import type { Member } from '../roster.ts';
import type { SessionContext } from '../session-context.ts';

/** Pings and waits for the answer. Rejects with TimeoutError ISCSI_PING_TIMEOUT or with what ended the connection. */
export async function roundTrip(context: SessionContext, member: Member, limitMs: number): Promise<void> {
  const { connection } = member;
  if (connection.failure !== undefined) throw connection.failure;
  const conversation = new Conversation(context, connection);
  const tooLate = (): TimeoutError => {
    const message = `${connection.address} did not answer a ping in ${limitMs} ms`;
    return new TimeoutError('ISCSI_PING_TIMEOUT', message, { operation: 'ping', limitMs });
  };
  try {
    await conversation.ask(
      {
        opcode: opcode.nopOut,
        isImmediate: true,
        lun: lunZero,
        initiatorTaskTag: conversation.initiatorTaskTag,
        targetTransferTag: reservedTag,
        cmdSn: context.window.cmdSn,
        expStatSn: connection.expStatSn,
      },
      undefined,
      opcode.nopIn,
      { timeoutMs: limitMs, tooLate },
    );
  } finally {
    conversation.end();
  }
}
