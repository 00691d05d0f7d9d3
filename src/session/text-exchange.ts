// A text exchange in full feature phase (RFC 7143 §4.2.3 and §11.10): keys out, keys in, with continuations.

import { deferred, lunZero, ProtocolError, raceAbort, SessionError, TimeoutError } from '../base/index.ts';
import { opcode, reservedTag, splitText, TextAccumulator, type TextKey, type TextResponse } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';

/** How much text an answer may hold in all; a target with ten thousand names needs about 1 MiB. */
const longestAnswer = 16 * 1024 * 1024;

/**
 * Sends `text` on `member`, after the exchanges begun before, and gathers the whole answer. Rejects with TimeoutError
 * ISCSI_TEXT_TIMEOUT when a round is not answered in time, with ProtocolError when the target breaks the rules, with
 * SessionError ISCSI_DRAINING when the connection is being logged out, or with the signal's reason.
 */
export async function exchangeText(
  context: SessionContext,
  member: Member,
  text: Uint8Array,
  signal?: AbortSignal,
): Promise<TextKey[]> {
  while (member.textExchange !== undefined) await raceAbort(member.textExchange, signal);
  const turn = deferred();
  member.textExchange = turn.promise;
  try {
    requireUsable(member);
    return await exchange(context, member, text, signal);
  } finally {
    member.textExchange = undefined;
    turn.resolve();
  }
}

/** While an exchange waited for its turn, its connection may have ended or begun to. */
function requireUsable({ connection, isDraining }: Member): void {
  if (connection.failure !== undefined) throw connection.failure;
  if (connection.isUsable && !isDraining) return;
  throw new SessionError('ISCSI_DRAINING', `Connection ${connection.cid} is being logged out`);
}

async function exchange(
  context: SessionContext,
  member: Member,
  text: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<TextKey[]> {
  const conversation = new Conversation(context, member.connection);
  const answer = new TextAccumulator(longestAnswer);
  const pieces = splitText(text, member.parameters.maxXmitDataSegmentLength);
  let round: Round = { lun: lunZero, targetTransferTag: reservedTag };
  try {
    while (true) {
      const piece = pieces.shift();
      const { pdu, data } = await ask(context, conversation, round, { piece, isContinue: pieces.length > 0, signal });
      const pairs = answer.add(data, pieces.length > 0 || !pdu.isFinal);
      if (pairs !== undefined) return pairs;
      if (pdu.targetTransferTag === reservedTag) throw endlessText(pdu);
      round = pdu;
    }
  } finally {
    conversation.end();
  }
}

/** What the next request of an exchange repeats from the answer before it (RFC 7143 §11.10.3, §11.10.4). */
type Round = Pick<TextResponse, 'lun' | 'targetTransferTag'>;

async function ask(
  context: SessionContext,
  conversation: Conversation,
  round: Round,
  request: { piece: Uint8Array | undefined; isContinue: boolean; signal: AbortSignal | undefined },
): Promise<{ pdu: TextResponse; data: Uint8Array }> {
  const { textTimeoutMs } = context.limits;
  return await conversation.ask(
    {
      opcode: opcode.textRequest,
      isImmediate: true,
      isFinal: !request.isContinue,
      isContinue: request.isContinue,
      lun: round.lun,
      initiatorTaskTag: conversation.initiatorTaskTag,
      targetTransferTag: round.targetTransferTag,
      cmdSn: context.window.cmdSn,
      expStatSn: conversation.connection.expStatSn,
    },
    request.piece,
    opcode.textResponse,
    {
      timeoutMs: textTimeoutMs,
      signal: request.signal,
      tooLate: () =>
        new TimeoutError('ISCSI_TEXT_TIMEOUT', `A Text Request was not answered in ${textTimeoutMs} ms`, {
          operation: 'text',
          limitMs: textTimeoutMs,
        }),
    },
  );
}

function endlessText(pdu: TextResponse): ProtocolError {
  return new ProtocolError('ISCSI_BAD_FIELD', 'A Text Response was neither final nor had a target transfer tag', {
    opcode: pdu.opcode,
    byte: 20,
    clause: 'RFC 7143 §11.11.4',
  });
}
