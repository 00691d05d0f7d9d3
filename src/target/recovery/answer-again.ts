// The answer of a task that has been answered before: what the initiator does not have of its data, and the status
// (RFC 7143 §7.2.2, §11.4.4, §11.16.3).

import { type CheckCondition, condition, encodeSense, scsiStatus } from '../device-server/sense.ts';
import type { Completion } from '../scsi-responder.ts';
import { scsiResponse } from '../scsi-responder.ts';
import type { TargetSession } from '../session.ts';
import type { AnsweredTask } from './answered-tasks.ts';

/**
 * Answers a task once more. Its StatSN is a `fresh` one after a reassignment, and the `same` for a SNACK. A later call
 * takes over from an earlier one that is not finished.
 */
export async function answerAgain(
  session: TargetSession,
  answered: AnsweredTask,
  kind: 'fresh' | 'same',
  report: (error: unknown) => void,
): Promise<void> {
  const { task } = answered;
  const link = task.connection;
  answered.round += 1;
  answered.isAnswering = true;
  const { round } = answered;
  const isOver = (): boolean =>
    answered.round !== round ||
    task.isSuspended ||
    link.isClosed ||
    session.answeredTasks.get(task.command.initiatorTaskTag) !== answered;
  const fault = await dataFault(answered, isOver, report);
  if (isOver()) return;
  answered.isAnswering = false;
  const numbers = link.numbers(kind === 'fresh' ? 'status' : 'noStatus');
  if (kind === 'fresh') answered.statSn = numbers.statSn;
  const { sentCount: dataInCount = 0, snackTag = 0 } = task.dataIn ?? {};
  const facts = { dataInCount, snackTag, numbers: { ...numbers, statSn: answered.statSn } };
  const { pdu, data } = scsiResponse(task.command, fault ?? answered.completion, facts);
  if (kind === 'fresh') link.send(pdu, data);
  else {
    link.replaceStatus(pdu, data);
    link.sendAgain(pdu, data);
  }
}

/** Sends the data. Returns a completion instead of the old one when the medium has failed. */
async function dataFault(
  { task }: AnsweredTask,
  isOver: () => boolean,
  report: (error: unknown) => void,
): Promise<Completion | undefined> {
  try {
    await task.dataIn?.pump(isOver);
    return undefined;
  } catch (error) {
    report(error);
    return checked(condition.unrecoveredReadError);
  }
}

function checked(facts: CheckCondition): Completion {
  return { status: scsiStatus.checkCondition, sense: encodeSense(facts), presented: 0 };
}
