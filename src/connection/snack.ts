// SNACK Requests as a connection sends them: with reserved values where nothing is said, and told on their channel.

import { channels, lunZero } from '../base/index.ts';
import { opcode, reservedTag, type SnackRequest } from '../wire/index.ts';

/** What a SNACK says; its type decides which fields have a meaning (RFC 7143 §11.16). */
export type SnackFields = Pick<SnackRequest, 'type' | 'begRun' | 'runLength'> & Partial<SnackRequest>;

/** A SNACK with these fields. Without a rule of its own in §11.16.4 or §11.16.5, a field is reserved. */
export function snackRequest(fields: SnackFields, expStatSn: number): SnackRequest {
  const reserved = { lun: lunZero, initiatorTaskTag: reservedTag, targetTransferTag: reservedTag };
  return { opcode: opcode.snackRequest, ...reserved, expStatSn, ...fields };
}

/** Tells of a SNACK that has been sent. */
export function publishSnack(sender: { readonly sessionId: number; readonly cid: number }, snack: SnackRequest): void {
  const { type, initiatorTaskTag, begRun, runLength } = snack;
  channels.snackSent.publish({
    sessionId: sender.sessionId,
    cid: sender.cid,
    type,
    begRun,
    runLength,
    ...(initiatorTaskTag === reservedTag ? {} : { initiatorTaskTag }),
  });
}
