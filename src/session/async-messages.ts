// What a session does when the target speaks unasked: Asynchronous Messages (RFC 7143 §11.9).

import { channels, type ErrorCode, IscsiError, type Lun, TransportError, u16 } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { type AsyncMessage, asyncEvent, encodeTextKeys, opcode, reservedTag } from '../wire/index.ts';
import type { MessageHandler } from './receiver.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import { exchangeText } from './text-exchange.ts';

/** How a negotiation may end that does no harm. */
const fruitless: readonly ErrorCode[] = ['ISCSI_REJECTED', 'ISCSI_TEXT_TIMEOUT', 'ISCSI_DRAINING'];

/** What the messages lead to, outside this file. */
export interface AsyncMessageActions {
  /** The target wants this connection logged out before `drainTimeoutMs` and a logout have passed. */
  leave(member: Member, drainTimeoutMs: number): Promise<void>;
  /** The target terminates the tasks of this unit on this connection without answering them. */
  terminated(member: Member, lun: Lun): void;
  /** Every message, after it has been acted on. */
  told(pdu: AsyncMessage, sense: Uint8Array | undefined): void;
}

/** Acts on the Asynchronous Messages of one session. */
export class AsyncMessages implements MessageHandler {
  readonly #context: SessionContext;
  readonly #actions: AsyncMessageActions;

  constructor(context: SessionContext, actions: AsyncMessageActions) {
    this.#context = context;
    this.#actions = actions;
  }

  asyncMessageReceived(connection: Connection, pdu: AsyncMessage, data: Uint8Array): void {
    const { sessionId, roster } = this.#context;
    const parameters = [pdu.parameter1, pdu.parameter2, pdu.parameter3] as const;
    channels.asyncMessageReceived.publish({ sessionId, cid: connection.cid, asyncEvent: pdu.asyncEvent, parameters });
    const member = roster.get(connection.cid);
    switch (pdu.asyncEvent) {
      case asyncEvent.logoutRequest:
        if (member !== undefined) this.#logoutRequested(member, pdu.parameter3 * 1000);
        break;
      case asyncEvent.connectionDropNotification:
        this.#dropped(roster.get(pdu.parameter1), pdu, 'this connection');
        break;
      case asyncEvent.sessionDropNotification:
        for (const each of roster.all()) this.#dropped(each, pdu, 'all connections');
        break;
      case asyncEvent.negotiationRequest:
        if (member !== undefined) this.#negotiate(member);
        break;
      case asyncEvent.taskTermination:
        if (member !== undefined) this.#tasksTerminated(member, pdu.lun);
        break;
      default:
        // SCSI events and those of vendors change nothing here; whoever listens is told.
        break;
    }
    this.#actions.told(pdu, pdu.asyncEvent === asyncEvent.scsiAsyncEvent ? senseOf(data) : undefined);
  }

  /** Half of the time that the target gives is for commands in flight, the rest for the logout itself. */
  #logoutRequested(member: Member, limitMs: number): void {
    member.connection.requestLogout();
    this.#context.roster.refresh();
    const drainTimeoutMs = Math.min(this.#context.limits.drainTimeoutMs, Math.floor(limitMs / 2));
    this.#actions.leave(member, drainTimeoutMs).catch((error: unknown) => {
      this.#giveUp(member, error);
    });
  }

  /** Parameter2 and Parameter3 are the Time2Wait and the Time2Retain of this loss (RFC 7143 §7.5.2, §11.9.1). */
  #dropped(member: Member | undefined, { parameter2, parameter3 }: AsyncMessage, what: string): void {
    if (member === undefined) return;
    member.announcedTimes = { time2Wait: parameter2, time2Retain: parameter3 };
    const { address } = member.connection;
    member.connection.fail(
      new TransportError('ISCSI_CONNECTION_LOST', `The target at ${address} announced that it drops ${what}`, {
        address,
      }),
    );
  }

  /** The message may come only where FastAbort was agreed, and waits for an acknowledgement of its own (§4.2.3.4). */
  #tasksTerminated(member: Member, lun: Lun): void {
    const { connection, parameters } = member;
    if (parameters.taskReporting !== 'FastAbort') return;
    this.#actions.terminated(member, lun);
    connection.send({
      opcode: opcode.nopOut,
      isImmediate: true,
      lun,
      initiatorTaskTag: reservedTag,
      targetTransferTag: reservedTag,
      cmdSn: this.#context.window.cmdSn,
      expStatSn: connection.expStatSn,
    });
  }

  /** The target wants to negotiate: we declare what can be declared anew in full feature phase (RFC 7143 §13.12). */
  #negotiate(member: Member): void {
    const declared = [['MaxRecvDataSegmentLength', String(member.parameters.maxRecvDataSegmentLength)]] as const;
    exchangeText(this.#context, member, encodeTextKeys(declared)).then(
      (pairs) => {
        for (const [key, value] of pairs) {
          const length = Number(value);
          if (key !== 'MaxRecvDataSegmentLength' || !(length >= 512 && length <= 0xff_ffff)) continue;
          member.parameters = { ...member.parameters, maxXmitDataSegmentLength: length };
        }
      },
      (error: unknown) => {
        // A negotiation that came to nothing leaves the values as they were (RFC 7143 §7.12), and the connection.
        const isOver = error instanceof IscsiError && fruitless.includes(error.code);
        if (!isOver) this.#giveUp(member, error);
      },
    );
  }

  #giveUp(member: Member, error: unknown): void {
    if (error instanceof IscsiError) member.connection.fail(error);
    else throw error;
  }
}

/** The sense data of event 0: two bytes of length, then the data (RFC 7143 §11.9.4). */
function senseOf(data: Uint8Array): Uint8Array | undefined {
  if (data.length < 2) return undefined;
  const length = Math.min(u16(data, 0), data.length - 2);
  return length === 0 ? undefined : data.subarray(2, 2 + length);
}
