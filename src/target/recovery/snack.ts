// SNACK requests: sends data, R2Ts and statuses again, and takes acknowledgments of data (RFC 7143 §7.8, §11.16).

import { equalLun } from '../../base/index.ts';
import { opcode, rejectReason, reservedTag, type SnackRequest, snackType } from '../../wire/index.ts';
import { condition } from '../device-server/sense.ts';
import type { ConnectionLink } from '../link.ts';
import type { TargetSession } from '../session.ts';
import type { Task } from '../task.ts';
import { answerAgain } from './answer-again.ts';
import type { DataInRecovery } from './data-in-recovery.ts';

/** A SNACK that is rejected. `dataSn` is the next DataSN or R2TSN of its task (§11.17.2). */
export interface SnackRejection {
  readonly reason: number;
  readonly dataSn?: number;
}

/** Where SNACKs come from. */
export interface SnackContext {
  readonly session: TargetSession;
  readonly link: ConnectionLink;
  /** Rejects the SNACK in hand later than in its own turn. */
  readonly rejectLater: (rejection: SnackRejection) => void;
  readonly report: (error: unknown) => void;
}

const done = undefined;
const protocolError: SnackRejection = { reason: rejectReason.protocolError };
const invalidField: SnackRejection = { reason: rejectReason.invalidPduField };

/** Carries a SNACK out. Returns why it has to be rejected, if it has. */
export function takeSnack(context: SnackContext, request: SnackRequest): SnackRejection | undefined {
  // Nothing is kept for retransmission at level 0.
  if (context.session.parameters.errorRecoveryLevel === 0) return { reason: rejectReason.snackReject };
  switch (request.type) {
    case snackType.dataAck:
      return acknowledgeData(context, request);
    case snackType.status:
      return sendStatuses(context, request);
    case snackType.rData:
      return sendDataAnew(context, request);
    default:
      return sendDataOrR2ts(context, request);
  }
}

/** §11.16.2. Its LUN and tag are those of the Data-In PDU that asked for it. */
function acknowledgeData({ session }: SnackContext, request: SnackRequest): SnackRejection | undefined {
  const { targetTransferTag, lun, begRun, runLength, initiatorTaskTag } = request;
  if (runLength !== 0 || initiatorTaskTag !== reservedTag) return invalidField;
  const wanted = session.dataAcks.get(targetTransferTag);
  const isValid = wanted !== undefined && equalLun(wanted.lun, lun) && wanted.read.acknowledge(begRun);
  return isValid ? done : { reason: rejectReason.invalidDataAck };
}

function sendStatuses(context: SnackContext, request: SnackRequest): SnackRejection | undefined {
  const { session, link } = context;
  if (request.initiatorTaskTag !== reservedTag) return invalidField;
  const found = link.sentStatuses(request.begRun, request.runLength);
  if (found.kind !== 'kept') return found.kind === 'unknown' ? protocolError : { reason: rejectReason.snackReject };
  session.counts.snacks += 1;
  for (const { pdu, data } of found.statuses) {
    // The data of a Data-In PDU are with its read.
    if (pdu.opcode !== opcode.dataIn) link.sendAgain(pdu, data);
    else {
      const read = session.answeredTasks.get(pdu.initiatorTaskTag)?.task.dataIn;
      if (read !== undefined) sendAgain(context, read, { start: pdu.dataSn, end: pdu.dataSn + 1 });
    }
  }
  return done;
}

function sendDataOrR2ts(context: SnackContext, request: SnackRequest): SnackRejection | undefined {
  const task = findTask(context, request);
  if (task === undefined) return protocolError;
  return task.command.isWrite ? sendR2ts(context, request, task) : sendData(context, request, task);
}

function sendData(context: SnackContext, request: SnackRequest, task: Task): SnackRejection | undefined {
  const read = task.dataIn;
  const run = read?.run(request.begRun, request.runLength);
  if (read === undefined || run === undefined) return { ...protocolError, dataSn: read?.sentCount ?? 0 };
  context.session.counts.snacks += 1;
  sendAgain(context, read, run);
  return done;
}

/** R2Ts that have been answered are as good as acknowledged. */
function sendR2ts({ session, link }: SnackContext, request: SnackRequest, task: Task): SnackRejection | undefined {
  const { begRun, runLength } = request;
  const open = task.transfer?.openR2ts ?? [];
  const next = task.transfer?.nextR2tSn ?? 0;
  const first = open[0]?.r2tSn ?? next;
  const end = runLength === 0 ? next : begRun + runLength;
  const isAll = begRun === 0 && runLength === 0;
  if (!isAll && (begRun < first || begRun >= end || end > next)) return { ...protocolError, dataSn: next };
  session.counts.snacks += 1;
  for (const { r2tSn, targetTransferTag, offset, length } of open) {
    if (!isAll && (r2tSn < begRun || r2tSn >= end)) continue;
    link.send({
      opcode: opcode.r2t,
      lun: task.command.lun,
      initiatorTaskTag: task.command.initiatorTaskTag,
      targetTransferTag,
      ...link.numbers('noStatus'),
      r2tSn,
      bufferOffset: offset,
      desiredDataTransferLength: length,
    });
  }
  return done;
}

/** §11.16.3: everything that is not acknowledged comes anew, cut as the initiator takes it now. */
function sendDataAnew(context: SnackContext, request: SnackRequest): SnackRejection | undefined {
  const { session, report } = context;
  const { targetTransferTag: snackTag, begRun, runLength, initiatorTaskTag } = request;
  if (begRun !== 0 || runLength !== 0 || snackTag === 0 || snackTag === reservedTag) return invalidField;
  const read = findTask(context, request)?.dataIn;
  if (read === undefined) return protocolError;
  session.counts.snacks += 1;
  read.startAnew(snackTag);
  const answered = session.answeredTasks.get(initiatorTaskTag);
  if (answered?.isAnswering === false) void answerAgain(session, answered, 'same', report);
  return done;
}

/** The task of a SNACK: under way, or answered and not acknowledged; on this connection. */
function findTask({ session, link }: SnackContext, { initiatorTaskTag }: SnackRequest): Task | undefined {
  const task = session.tasks.get(initiatorTaskTag) ?? session.answeredTasks.get(initiatorTaskTag)?.task;
  return task?.connection === link ? task : undefined;
}

/** Sends Data-In PDUs again. When that cannot be, the SNACK is rejected, which ends a task without status (§7.8). */
function sendAgain(
  { rejectLater, report }: SnackContext,
  read: DataInRecovery,
  run: Parameters<DataInRecovery['sendAgain']>[0],
): void {
  void read.sendAgain(run).catch((error: unknown) => {
    if (!(error instanceof RangeError)) report(error);
    read.fail(condition.snackRejected);
    rejectLater({ reason: rejectReason.snackReject });
  });
}
