// What a session does with a PDU that has arrived: to the task or conversation that it names, or to the session itself.

import { channels, ProtocolError, u8, u32 } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import {
  type AsyncMessage,
  bhsLength,
  type DataIn,
  type NopIn,
  opcode,
  opcodeOf,
  type R2t,
  type Reject,
  rejectReason,
  reservedTag,
  type ScsiResponse,
  snackType,
  type TargetPdu,
} from '../wire/index.ts';
import { fillHoles } from './hole-filler.ts';
import { dataInDestination } from './read-data.ts';
import { retryCommand } from './recovery/command-retry.ts';
import { DataRecovery } from './recovery/data-recovery.ts';
import { recoversErrors } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';
import type { SessionContext, TagHolder } from './session-context.ts';
import type { TaskSet } from './task-set.ts';

/** Who acts on messages that concern the whole session. */
export interface MessageHandler {
  asyncMessageReceived(connection: Connection, pdu: AsyncMessage, data: Uint8Array): void;
}

/** Distributes the PDUs of all connections of one session. */
export class Receiver {
  readonly #context: SessionContext;
  readonly #tasks: TaskSet;
  readonly #handler: MessageHandler;
  readonly #recovery: DataRecovery;

  constructor(context: SessionContext, tasks: TaskSet, handler: MessageHandler) {
    this.#context = context;
    this.#tasks = tasks;
    this.#handler = handler;
    this.#recovery = new DataRecovery(tasks);
  }

  /** Where the data of a Data-In go; see ConnectionOwner. */
  dataInDestination(connection: Connection, pdu: DataIn, length: number): Uint8Array | undefined {
    const task = this.#task(connection, pdu.initiatorTaskTag);
    if (task?.member === undefined) return undefined;
    const isInTurn = pdu.dataSn === task.expDataSn && task.recovery === undefined;
    return isInTurn || !recoversErrors(task.member)
      ? dataInDestination(task, task.member, pdu, length)
      : this.#recovery.place(task, task.member, pdu, length);
  }

  /** The data of a Data-In are damaged; see ConnectionOwner. */
  dataInDamaged(connection: Connection, pdu: DataIn, length: number): boolean {
    const task = this.#task(connection, pdu.initiatorTaskTag);
    return task?.member !== undefined && this.#recovery.damaged(task, task.member, pdu, length);
  }

  /** The data of a Data-In will not be whole; see ConnectionOwner. */
  dataInCut(connection: Connection, pdu: DataIn, length: number): void {
    const task = this.#task(connection, pdu.initiatorTaskTag);
    if (task !== undefined) this.#recovery.cut(task, length);
  }

  /** Takes a whole PDU; see ConnectionOwner. */
  received(connection: Connection, pdu: TargetPdu, data: Uint8Array): void {
    this.#context.window.update(pdu.expCmdSn, pdu.maxCmdSn);
    this.#dispatch(connection, pdu, data);
    if (this.#tasks.queued > 0) this.#tasks.pump();
  }

  #dispatch(connection: Connection, pdu: TargetPdu, data: Uint8Array): void {
    switch (pdu.opcode) {
      case opcode.dataIn: {
        const task = this.#task(connection, pdu.initiatorTaskTag);
        if (task !== undefined) this.#dataIn(task, pdu);
        return;
      }
      case opcode.scsiResponse: {
        const task = this.#task(connection, pdu.initiatorTaskTag);
        if (task !== undefined) this.#response(task, pdu, data);
        return;
      }
      case opcode.r2t: {
        const task = this.#task(connection, pdu.initiatorTaskTag);
        if (task !== undefined) this.#r2t(task, pdu);
        return;
      }
      case opcode.nopIn:
        this.#nopIn(connection, pdu, data);
        return;
      case opcode.asyncMessage:
        this.#handler.asyncMessageReceived(connection, pdu, data);
        return;
      case opcode.reject:
        this.#rejected(connection, pdu, data);
        return;
      case opcode.taskManagementResponse:
      case opcode.textResponse:
      case opcode.logoutResponse:
        this.#answered(connection, pdu, data);
        return;
      case opcode.loginResponse:
        throw new ProtocolError('ISCSI_UNEXPECTED_PDU', 'A Login Response came in full feature phase', {
          opcode: pdu.opcode,
          clause: 'RFC 7143 §6.3',
        });
    }
  }

  #dataIn(task: ScsiTask, pdu: DataIn): void {
    const { member } = task;
    // Without a fault and without a wish for acknowledgement nothing is different where errors are recovered.
    const isPlain = task.recovery === undefined && !pdu.isAcknowledge;
    if (isPlain || member === undefined || !recoversErrors(member) || this.#recovery.arrived(task, member, pdu)) {
      this.#tasks.dataInCompleted(task, pdu);
    }
  }

  #response(task: ScsiTask, pdu: ScsiResponse, data: Uint8Array): void {
    const { member } = task;
    const isPlain = task.recovery === undefined && pdu.expDataSn === task.expDataSn;
    if (isPlain || member === undefined || !recoversErrors(member)) this.#tasks.responseReceived(task, pdu, data);
    else if (this.#recovery.responded(task, member, pdu, data)) this.#tasks.responseReceived(task, pdu, data);
  }

  #r2t(task: ScsiTask, pdu: R2t): void {
    const { member } = task;
    const isInTurn = task.recovery === undefined && pdu.r2tSn === task.expDataSn;
    if (isInTurn || member === undefined || !recoversErrors(member)) this.#tasks.r2tReceived(task, pdu);
    else this.#recovery.r2tReceived(task, member, pdu);
  }

  /** The SCSI task with this tag; undefined for one that has ended, whose late PDUs are of no interest. */
  #task(connection: Connection, tag: number): ScsiTask | undefined {
    const holder = this.#holder(connection, tag);
    return holder?.kind === 'scsi' ? holder : undefined;
  }

  /** The holder of a tag. Throws when it is allegiant to another connection (RFC 7143 §4.2.5.1). */
  #holder(connection: Connection, tag: number): TagHolder | undefined {
    const holder = this.#context.tags.get(tag);
    const allegiance = holder?.kind === 'scsi' ? holder.member?.connection : holder?.connection;
    if (holder !== undefined && allegiance !== connection) {
      throw new ProtocolError(
        'ISCSI_UNEXPECTED_PDU',
        `A PDU of connection ${allegiance?.cid} came on ${connection.cid}`,
        {
          byte: 16,
          value: tag,
          clause: 'RFC 7143 §4.2.5.1',
        },
      );
    }
    return holder;
  }

  #answered(connection: Connection, pdu: TargetPdu & { initiatorTaskTag: number }, data: Uint8Array): void {
    const holder = this.#holder(connection, pdu.initiatorTaskTag);
    if (holder?.kind === 'request') holder.take(connection, pdu, data);
  }

  /** Answers a ping of the target, or takes the answer to one of ours (RFC 7143 §11.18, §11.19). */
  #nopIn(connection: Connection, pdu: NopIn, data: Uint8Array): void {
    if (pdu.targetTransferTag !== reservedTag) {
      connection.send({
        opcode: opcode.nopOut,
        isImmediate: true,
        lun: pdu.lun,
        initiatorTaskTag: reservedTag,
        targetTransferTag: pdu.targetTransferTag,
        cmdSn: this.#context.window.cmdSn,
        expStatSn: connection.expStatSn,
      });
    } else if (pdu.initiatorTaskTag !== reservedTag) {
      this.#answered(connection, pdu, data);
    }
  }

  /** Acts on a Reject (RFC 7143 §11.17): whoever sent the PDU that came back hears of it. */
  #rejected(connection: Connection, pdu: Reject, data: Uint8Array): void {
    const { sessionId } = this.#context;
    // The data segment is the header of what was rejected; its task tag stands where all headers have it.
    const rejected = data.length >= bhsLength ? { opcode: opcodeOf(data) } : {};
    channels.pduRejected.publish({ sessionId, cid: connection.cid, reason: pdu.reason, ...rejected });
    const error = new ProtocolError('ISCSI_REJECTED', `The target rejected a PDU for reason ${pdu.reason}`, {
      ...rejected,
      value: pdu.reason,
      clause: 'RFC 7143 §11.17',
    });
    if (rejected.opcode === opcode.snackRequest) this.#snackRejected(connection, pdu, data, error);
    else if (rejected.opcode !== undefined) this.#failRejected(connection, rejected.opcode, data, error);
  }

  #failRejected(connection: Connection, code: number, data: Uint8Array, error: ProtocolError): void {
    const holder = this.#holder(connection, u32(data, 16));
    if (holder?.kind === 'request') holder.fail(error);
    if (holder?.kind !== 'scsi') return;
    if (code === opcode.scsiCommand) this.#commandRejected(holder, error);
    // A task whose data were rejected goes on: the target ends it with a SCSI Response, or asks for them with a recovery R2T
    // (RFC 7143 §7.8). From their offset on it waits for one.
    if (code === opcode.dataOut) holder.askedLength = Math.min(holder.askedLength, u32(data, 40));
  }

  /** A rejected command does not count as received: its number has to be sent again (RFC 7143 §7.3). */
  #commandRejected(task: ScsiTask, error: ProtocolError): void {
    const { member } = task;
    if (member === undefined) return;
    // Immediate data that were damaged on the way go out again with their command (§7.8, §11.17.1 note 1).
    const isDamaged = error.value === rejectReason.dataDigestError && recoversErrors(member);
    if (isDamaged && retryCommand(this.#context, task, member)) return;
    this.#tasks.fail(task, error);
    fillHoles(this.#context, member, [task.cmdSn]);
  }

  /** What a SNACK asked for will not come. */
  #snackRejected(connection: Connection, pdu: Reject, data: Uint8Array, error: ProtocolError): void {
    const type = u8(data, 1) & 0x0f;
    if (type === snackType.dataOrR2t) {
      const task = this.#task(connection, u32(data, 16));
      if (task?.member !== undefined) this.#recovery.rejected(task, task.member, pdu.reason);
    }
    // A status that the target does not have any more cannot be acknowledged, nor anything after it.
    if (type === snackType.status && connection.status.isMissing(u32(data, 40), u32(data, 44))) throw error;
  }
}
