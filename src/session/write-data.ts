// What a write sends, and when: immediate data, unsolicited Data-Out, and the answers to R2Ts (RFC 7143 §4.2.5, §11.7).

import { equalLun, type Lun, lunZero, ProtocolError } from '../base/index.ts';
import type { NegotiatedParameters } from '../connection/index.ts';
import { opcode, type R2t, reservedTag } from '../wire/index.ts';
import type { Member } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';

/** How much of a write goes out before the target has asked for any of it. */
export interface UnsolicitedData {
  /** Bytes in the data segment of the command itself. */
  readonly immediateLength: number;
  /** Where unsolicited data end: bytes from `immediateLength` on follow in Data-Out PDUs. */
  readonly end: number;
}

/** Applies ImmediateData, InitialR2T, FirstBurstLength and the target's segment length to a write of `length` bytes. */
export function unsolicitedData(length: number, parameters: NegotiatedParameters): UnsolicitedData {
  const firstBurst = Math.min(length, parameters.firstBurstLength);
  const immediateLength = parameters.immediateData ? Math.min(firstBurst, parameters.maxXmitDataSegmentLength) : 0;
  return { immediateLength, end: parameters.initialR2t ? immediateLength : firstBurst };
}

/** Sends the unsolicited Data-Out PDUs that follow a command. */
export function sendUnsolicited(task: ScsiTask, member: Member, unsolicited: UnsolicitedData): void {
  task.askedLength = unsolicited.end;
  if (unsolicited.end > unsolicited.immediateLength) {
    // Without a target transfer tag the LUN field is reserved (RFC 7143 §11.7.4).
    sendSequence(task, member, {
      lun: lunZero,
      tag: reservedTag,
      from: unsolicited.immediateLength,
      to: unsolicited.end,
    });
  }
}

/** Answers an R2T with one sequence of Data-Out PDUs. Throws ProtocolError for an R2T that breaks the rules of §11.8. */
export function answerR2t(task: ScsiTask, member: Member, r2t: R2t): void {
  if (task.request.dataOut !== undefined && r2t.r2tSn !== task.expDataSn)
    throw badR2t(r2t, 36, `has R2TSN ${r2t.r2tSn} where ${task.expDataSn} was expected`);
  fulfilR2t(task, member, r2t);
  task.expDataSn += 1;
}

/**
 * The same for an R2T in any turn, as after the loss of one. Ranges may come again and in any order: a recovery R2T asks for
 * part or all of what an earlier one has asked for (§11.8).
 */
export function fulfilR2t(task: ScsiTask, member: Member, r2t: R2t): void {
  const from = r2t.bufferOffset;
  const length = r2t.desiredDataTransferLength;
  if (task.request.dataOut === undefined) throw badR2t(r2t, 8, 'names a task that writes nothing');
  if (!equalLun(r2t.lun, task.request.lun)) throw foreignLun(r2t);
  if (length === 0 || length > member.parameters.maxBurstLength) throw badR2t(r2t, 44, `asks for ${length} bytes`);
  const to = from + length;
  if (to > task.length) throw badR2t(r2t, 40, `asks for bytes ${from} to ${to} of ${task.length}`);
  task.askedLength = Math.max(task.askedLength, to);
  sendSequence(task, member, { lun: r2t.lun, tag: r2t.targetTransferTag, from, to });
}

interface Sequence {
  readonly lun: Lun;
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

function sendSequence(task: ScsiTask, member: Member, sequence: Sequence): void {
  const { connection, parameters } = member;
  const data = task.request.dataOut;
  if (data === undefined) return;
  // All but the last segment are whole words (RFC 7143 §11.7.7), though the target may take an odd length.
  const step = parameters.maxXmitDataSegmentLength & ~3;
  let dataSn = 0;
  member.bytesWritten += sequence.to - sequence.from;
  for (let at = sequence.from; at < sequence.to; at += step) {
    const end = Math.min(at + step, sequence.to);
    connection.send(
      {
        opcode: opcode.dataOut,
        isFinal: end === sequence.to,
        lun: sequence.lun,
        initiatorTaskTag: task.initiatorTaskTag,
        targetTransferTag: sequence.tag,
        expStatSn: connection.expStatSn,
        dataSn,
        bufferOffset: at,
      },
      data.subarray(at, end),
    );
    dataSn += 1;
  }
}

/** The fields of a task's PDUs must agree with its command, the LUN of an R2T above all (RFC 7143 §4.2.5.3). */
function foreignLun(r2t: R2t): ProtocolError {
  return new ProtocolError('ISCSI_BAD_FIELD', 'An R2T has another LUN than the command that it names', {
    opcode: r2t.opcode,
    byte: 8,
    clause: 'RFC 7143 §4.2.5.3',
  });
}

/** What an R2T that breaks a rule ends its connection with. */
export function badR2t(r2t: R2t, byte: number, what: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_SEQUENCE', `An R2T ${what}`, {
    opcode: r2t.opcode,
    byte,
    clause: 'RFC 7143 §11.8',
  });
}
