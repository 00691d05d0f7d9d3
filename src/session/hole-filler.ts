// Command numbers that were lost with a connection, filled again so that the window of the session can move on.

import { lunZero } from '../base/index.ts';
import { opcode, reservedTag } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Sends a NOP-Out with each of the missing numbers. A target delivers commands in the order of their CmdSN over all
 * connections (RFC 7143 §4.2.2.1), so a number that never arrives would hold up every later command. One that had
 * arrived after all is a duplicate, which the target must ignore.
 */
export function fillHoles(context: SessionContext, member: Member, missing: readonly number[]): void {
  for (const cmdSn of missing) {
    const ping = new Conversation(context, member.connection);
    member.connection.send({
      opcode: opcode.nopOut,
      isImmediate: false,
      lun: lunZero,
      initiatorTaskTag: ping.initiatorTaskTag,
      targetTransferTag: reservedTag,
      cmdSn,
      expStatSn: member.connection.expStatSn,
    });
    ping.end();
  }
}
