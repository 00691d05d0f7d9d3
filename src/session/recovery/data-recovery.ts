// Recovery within a command (RFC 7143 §7.1.4.1): Data-In and R2T PDUs that come late, twice, damaged or not at all.

import { channels, ProtocolError, snAdd, snBefore } from '../../base/index.ts';
import {
  type DataIn,
  opcode,
  type R2t,
  rejectReason,
  type ScsiResponse,
  scsiResponseCode,
  snackType,
} from '../../wire/index.ts';
import { badDataIn, countData, placeOf } from '../read-data.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import type { TaskSet } from '../task-set.ts';
import { badR2t, fulfilR2t } from '../write-data.ts';
import { type EarlyStatus, mostAsks, type Run, TaskRecovery } from './task-recovery.ts';

const noData = new Uint8Array(0);

/** Recovers data and R2Ts of commands. What it knows of a command stands in `task.recovery`. */
export class DataRecovery {
  readonly #tasks: TaskSet;

  constructor(tasks: TaskSet) {
    this.#tasks = tasks;
  }

  /** Where the data of a Data-In go that is out of turn; undefined for one that has come before. Throws ProtocolError. */
  place(task: ScsiTask, member: Member, pdu: DataIn, length: number): Uint8Array | undefined {
    const destination = placeOf(task, pdu, length);
    const recovery = recoveryOf(task, member);
    if (recovery.has(pdu.dataSn)) {
      // A repetition is thrown away (§7.9), for it may be damaged where the first was whole.
      publishDuplicate(member, pdu.opcode);
      return undefined;
    }
    if (recovery.isTooFar(pdu.dataSn)) throw badDataIn(pdu, 36, `has DataSN ${pdu.dataSn} far from ${task.expDataSn}`);
    recovery.arriving = { dataSn: pdu.dataSn, offset: pdu.bufferOffset, length };
    return destination;
  }

  /** A Data-In is whole. Returns whether it ends its command now; what ends later is ended from here. */
  arrived(task: ScsiTask, member: Member, pdu: DataIn): boolean {
    const recovery = task.recovery;
    if (recovery === undefined) {
      if (pdu.isAcknowledge) acknowledge(member, pdu, task.expDataSn);
      return pdu.hasStatus;
    }
    if (pdu.isAcknowledge) recovery.unacknowledged.push(pdu);
    const missing = recovery.takeArrived();
    recovery.settle((piece) => {
      countData(task, member, pdu, piece.offset, piece.length);
    });
    // Held before anything is asked for: a SNACK must precede the acknowledgement of the status (§11.16.1).
    if (pdu.hasStatus) holdStatus(recovery, member, { pdu, data: noData });
    if (missing !== undefined) this.#ask(task, member, recovery, missing);
    acknowledgeDue(task, member, recovery);
    this.#finish(task);
    return false;
  }

  /** A Data-In came with a wrong data digest (§7.8). Returns whether it has been asked for. */
  damaged(task: ScsiTask, member: Member, pdu: DataIn, length: number): boolean {
    const wasHad = task.recovery !== undefined && task.recovery.arriving === undefined;
    this.cut(task, length);
    if (wasHad) return false;
    const recovery = recoveryOf(task, member);
    const missing = recovery.showNext(snAdd(pdu.dataSn, 1));
    return this.#ask(task, member, recovery, missing ?? { begRun: pdu.dataSn, runLength: 1 });
  }

  /** The data of the Data-In whose destination was told last will not be whole: it does not count as received. */
  cut(task: ScsiTask, length: number): void {
    if (task.recovery !== undefined) {
      task.recovery.arriving = undefined;
    } else {
      task.expDataSn -= 1;
      task.receivedLength -= length;
    }
  }

  /** A SCSI Response has come. Returns whether it ends its command now. */
  responded(task: ScsiTask, member: Member, pdu: ScsiResponse, data: Uint8Array): boolean {
    // Of a write ExpDataSN says nothing, and its status acknowledges all R2Ts, those that never came too (§4.2.2.4).
    if (task.request.dataIn === undefined || pdu.response !== scsiResponseCode.completedAtTarget) return true;
    if (task.recovery === undefined && !snBefore(task.expDataSn, pdu.expDataSn)) return true;
    const recovery = recoveryOf(task, member);
    if (recovery.isTooFar(pdu.expDataSn)) return true;
    const missing = recovery.showNext(pdu.expDataSn);
    holdStatus(recovery, member, { pdu, data });
    if (missing !== undefined) this.#ask(task, member, recovery, missing);
    this.#finish(task);
    return false;
  }

  /** An R2T has come out of turn: answers it, unless it is a repetition. Throws ProtocolError. */
  r2tReceived(task: ScsiTask, member: Member, pdu: R2t): void {
    const recovery = recoveryOf(task, member);
    if (recovery.has(pdu.r2tSn)) {
      publishDuplicate(member, pdu.opcode);
      return;
    }
    if (recovery.isTooFar(pdu.r2tSn)) throw badR2t(pdu, 36, `has R2TSN ${pdu.r2tSn} far from ${task.expDataSn}`);
    // R2Ts are fulfilled in the order in which they come (§11.8), so this one does not wait for those before it.
    fulfilR2t(task, member, pdu);
    const missing = recovery.take(pdu.r2tSn);
    recovery.settle();
    if (missing !== undefined) this.#ask(task, member, recovery, missing);
  }

  /** Asks again for all that a command lacks. */
  askAgain(task: ScsiTask, member: Member): void {
    const { recovery } = task;
    if (recovery === undefined) return;
    for (const run of recovery.runs()) if (!this.#ask(task, member, recovery, run)) return;
  }

  /** The target rejected a SNACK for data or R2Ts of a command (§7.8 a, §11.17). */
  rejected(task: ScsiTask, member: Member, reason: number): void {
    const isRead = task.request.dataIn !== undefined;
    // The target leads a write: it has no such R2T, or has gone on without. A read that lacks nothing needs nothing.
    if (isRead ? task.recovery?.hasMissing !== true : reason !== rejectReason.snackReject) return;
    const message = `The target rejected a SNACK for reason ${reason}`;
    const place = { opcode: opcode.snackRequest, value: reason, clause: 'RFC 7143 §7.8' };
    const error = new ProtocolError('ISCSI_REJECTED', message, { ...place, effect: task.effect });
    this.#giveUp(task, recoveryOf(task, member), error);
  }

  /** Ends a command whose status has come, when nothing is missing or what is missing will not come. */
  #finish(task: ScsiTask): void {
    const { recovery } = task;
    const status = recovery?.status;
    if (recovery === undefined || status === undefined) return;
    const { pdu, data } = status;
    if (!recovery.hasMissing) {
      if (pdu.opcode === opcode.dataIn) this.#tasks.dataInCompleted(task, pdu);
      else this.#tasks.responseReceived(task, pdu, data);
    } else if (recovery.refused !== undefined) {
      // A command that failed at the target ends as it did there; one that did not has failed here (§7.8 a.2).
      if (pdu.opcode === opcode.dataIn || isGood(pdu.status)) this.#tasks.fail(task, recovery.refused);
      else this.#tasks.responseReceived(task, { ...pdu, expDataSn: 0 }, data);
    }
  }

  /**
   * Asks for PDUs of a command; false when they are given up. A target may have kept the last sequence of data only
   * (§13.19): it rejects what it cannot repeat.
   */
  #ask(task: ScsiTask, member: Member, recovery: TaskRecovery, run: Run): boolean {
    if (task.state !== 'sent' || recovery.refused !== undefined) return false;
    if (!recovery.ask(run)) {
      const message = `Data-In or R2T PDUs from ${run.begRun} on did not come, though asked for ${mostAsks} times`;
      const details = { clause: 'RFC 7143 §7.9', effect: task.effect, isRetryable: true };
      this.#giveUp(task, recovery, new ProtocolError('ISCSI_BAD_SEQUENCE', message, details));
      return false;
    }
    const { initiatorTaskTag } = task;
    member.connection.sendSnack({ type: snackType.dataOrR2t, initiatorTaskTag, ...run });
    return true;
  }

  /** The command ends with `error`: now when its status has come, else when the target has aborted it (§7.8 b). */
  #giveUp(task: ScsiTask, recovery: TaskRecovery, error: ProtocolError): void {
    recovery.refused ??= error;
    if (recovery.status !== undefined) this.#finish(task);
    else this.#tasks.abort(task, error);
  }
}

function recoveryOf(task: ScsiTask, member: Member): TaskRecovery {
  task.recovery ??= new TaskRecovery(task, (statSn) => {
    member.connection.status.release(statSn);
  });
  return task.recovery;
}

/** A status must not be acknowledged while data of its command are missing (§7.9, §11.7.2). */
function holdStatus(recovery: TaskRecovery, member: Member, status: EarlyStatus): void {
  recovery.status = status;
  member.connection.status.hold(status.pdu.statSn);
}

/** Answers the Data-In PDUs that asked for it and have nothing missing before them. */
function acknowledgeDue(task: ScsiTask, member: Member, recovery: TaskRecovery): void {
  const { unacknowledged } = recovery;
  for (const pdu of unacknowledged.filter(({ dataSn }) => snBefore(dataSn, task.expDataSn))) {
    unacknowledged.splice(unacknowledged.indexOf(pdu), 1);
    acknowledge(member, pdu, task.expDataSn);
  }
}

/** DataACK (§11.16.2). With a status in the same PDU it must not come after the acknowledgement of that (§11.7.2). */
function acknowledge({ connection }: Member, pdu: DataIn, begRun: number): void {
  const { lun, targetTransferTag, statSn } = pdu;
  const isEarlier = pdu.hasStatus && snBefore(statSn, connection.expStatSn);
  const expStatSn = isEarlier ? statSn : connection.expStatSn;
  connection.sendSnack({ type: snackType.dataAck, lun, targetTransferTag, expStatSn, begRun, runLength: 0 });
}

function publishDuplicate({ connection }: Member, code: number): void {
  const { sessionId, cid } = connection;
  channels.pduDiscarded.publish({ sessionId, cid, opcode: code, reason: 'duplicate' });
}

/** The statuses that may come with data (§11.7): GOOD, CONDITION MET and their INTERMEDIATE kin. */
function isGood(status: number): boolean {
  return status === 0x00 || status === 0x04 || status === 0x10 || status === 0x14;
}
