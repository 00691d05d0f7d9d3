// Where the data of a read go, and how a command's end is told: Data-In and SCSI Response (RFC 7143 §11.4, §11.7).

import { ProtocolError, ScsiError, u16 } from '../base/index.ts';
import { type DataIn, type ScsiResponse, scsiResponseCode } from '../wire/index.ts';
import type { Member } from './roster.ts';
import type { ScsiResult } from './scsi-port.ts';
import type { ScsiTask } from './scsi-task.ts';

/** The place in the caller's buffer for the data of `pdu`. Throws ProtocolError when they do not fit or are out of turn. */
export function dataInDestination(task: ScsiTask, member: Member, pdu: DataIn, length: number): Uint8Array | undefined {
  if (pdu.dataSn !== task.expDataSn)
    throw badDataIn(pdu, 36, `has DataSN ${pdu.dataSn} where ${task.expDataSn} was expected`);
  const destination = placeOf(task, pdu, length);
  countData(task, member, pdu, pdu.bufferOffset, length);
  task.expDataSn += 1;
  return destination;
}

/** The same for a Data-In in any turn, which does not count as received yet. */
export function placeOf(task: ScsiTask, pdu: DataIn, length: number): Uint8Array | undefined {
  const { dataIn } = task.request;
  if (dataIn === undefined) throw badDataIn(pdu, 16, 'names a task that reads nothing');
  const end = pdu.bufferOffset + length;
  if (end > dataIn.length) throw badDataIn(pdu, 40, `holds bytes ${pdu.bufferOffset} to ${end} of ${dataIn.length}`);
  return length === 0 ? undefined : dataIn.subarray(pdu.bufferOffset, end);
}

/** Counts the data that are next in the order of DataSN. Throws ProtocolError when they are not next in the buffer. */
export function countData(task: ScsiTask, member: Member, pdu: DataIn, offset: number, length: number): void {
  const { dataPduInOrder, dataSequenceInOrder } = member.parameters;
  if (dataPduInOrder && dataSequenceInOrder && offset !== task.receivedLength) {
    throw badDataIn(pdu, 40, `has offset ${offset} where ${task.receivedLength} was expected`);
  }
  task.receivedLength += length;
  member.bytesRead += length;
}

/** The result of a command whose status came with its last data. Always without sense data. */
export function resultOfDataIn(task: ScsiTask, pdu: DataIn, cid: number): ScsiResult {
  const residual = residualOf(pdu);
  return {
    status: pdu.status,
    sense: undefined,
    dataInLength: task.receivedLength,
    residual,
    residualCount: residual === 'none' ? 0 : pdu.residualCount,
    cid,
  };
}

/**
 * The result of a command that ended with a SCSI Response. Throws ScsiError SCSI_TARGET_FAILURE when the target failed
 * before there was a status, ProtocolError ISCSI_BAD_SEQUENCE when data or R2Ts are missing.
 */
export function resultOfResponse(task: ScsiTask, pdu: ScsiResponse, data: Uint8Array, cid: number): ScsiResult {
  if (pdu.response !== scsiResponseCode.completedAtTarget) {
    throw new ScsiError('SCSI_TARGET_FAILURE', `The target failed with response code ${pdu.response} before a status`, {
      effect: task.effect,
    });
  }
  if (pdu.expDataSn !== task.expDataSn && pdu.expDataSn !== 0) {
    throw new ProtocolError('ISCSI_BAD_SEQUENCE', `ExpDataSN is ${pdu.expDataSn} where ${task.expDataSn} PDUs came`, {
      opcode: pdu.opcode,
      byte: 36,
      value: pdu.expDataSn,
      clause: 'RFC 7143 §11.4.8',
    });
  }
  const residual = residualOf(pdu);
  return {
    status: pdu.status,
    sense: senseOf(pdu, data),
    dataInLength: task.receivedLength,
    residual,
    residualCount: residual === 'none' ? 0 : pdu.residualCount,
    cid,
  };
}

/** How the data that moved compare with the expected length (RFC 7143 §11.4.5.1), wherever the status came. */
function residualOf(pdu: DataIn | ScsiResponse): ScsiResult['residual'] {
  return pdu.isOverflow ? 'overflow' : pdu.isUnderflow ? 'underflow' : 'none';
}

/** The sense data of a SCSI Response: two bytes of length, then the data (RFC 7143 §11.4.7). */
function senseOf(pdu: ScsiResponse, data: Uint8Array): Uint8Array | undefined {
  if (data.length < 2) return undefined;
  const length = u16(data, 0);
  if (length === 0) return undefined;
  if (length > data.length - 2) {
    throw new ProtocolError('ISCSI_BAD_FIELD', `SenseLength is ${length} in a data segment of ${data.length} bytes`, {
      opcode: pdu.opcode,
      byte: 48,
      value: length,
      clause: 'RFC 7143 §11.4.7',
    });
  }
  return data.subarray(2, 2 + length);
}

/** What a Data-In that breaks a rule ends its connection with. */
export function badDataIn(pdu: DataIn, byte: number, what: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_SEQUENCE', `A Data-In ${what}`, {
    opcode: pdu.opcode,
    byte,
    clause: 'RFC 7143 §11.7',
  });
}
