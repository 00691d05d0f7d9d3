// NOP-Outs that tell a target what has arrived, and ask nothing back (RFC 7143 §11.18).

import { lunZero } from '../../base/index.ts';
import { opcode, reservedTag } from '../../wire/index.ts';
import type { Member } from '../roster.ts';
import type { SessionContext } from '../session-context.ts';

/** Acknowledges all that has come on `member` by ExpStatSN. */
export function acknowledge(context: SessionContext, { connection }: Member): void {
  connection.send({
    opcode: opcode.nopOut,
    isImmediate: true,
    lun: lunZero,
    initiatorTaskTag: reservedTag,
    targetTransferTag: reservedTag,
    cmdSn: context.window.cmdSn,
    expStatSn: connection.expStatSn,
  });
}
