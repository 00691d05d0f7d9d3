// TASK REASSIGN (RFC 7143 §7.2.2, §11.5.1, §11.5.6): another connection takes over a task whose own was lost.

import { taskManagementResponseCode as responseCode, type TaskManagementRequest } from '../../wire/index.ts';
import { type CheckCondition, condition, encodeSense, scsiStatus } from '../device-server/sense.ts';
import type { ConnectionLink } from '../link.ts';
import { sendScsiResponse } from '../scsi-responder.ts';
import type { TargetSession } from '../session.ts';
import type { AnsweredTask } from './answered-tasks.ts';

/** The answer to a request, and what to do after it has been sent (§11.6: the reassignment is effective only then). */
export interface Reassignment {
  readonly response: number;
  readonly resume?: () => void;
}

/** Judges a request to reassign a task to the connection that it came on. */
export function reassignTask(
  session: TargetSession,
  link: ConnectionLink,
  request: TaskManagementRequest,
  report: (error: unknown) => void,
): Reassignment {
  const { referencedTaskTag, expDataSn } = request;
  if (session.parameters.errorRecoveryLevel < 2) return { response: responseCode.reassignmentNotSupported };
  // §11.5.1: requests that are no SCSI commands stay where they are.
  if (session.managementTags.has(referencedTaskTag)) return { response: responseCode.functionRejected };
  const answered = session.answeredTasks.get(referencedTaskTag);
  const task = session.tasks.get(referencedTaskTag) ?? answered?.task;
  if (task === undefined) return { response: responseCode.taskDoesNotExist };
  if (task.allegiance !== 'free') return { response: responseCode.taskStillAllegiant };
  return {
    response: responseCode.functionComplete,
    resume: () => {
      session.counts.reassigned += 1;
      task.reassign(link, expDataSn);
      if (answered?.task === task) void answerAgain(session, answered, report);
    },
  };
}

/** Sends what the initiator does not have of the data of an answered task, and its status. */
async function answerAgain(
  session: TargetSession,
  answered: AnsweredTask,
  report: (error: unknown) => void,
): Promise<void> {
  const { task } = answered;
  const link = task.connection;
  const isOver = (): boolean => task.connection !== link || task.isSuspended || link.isClosed;
  let { completion } = answered;
  try {
    await task.dataIn?.pump(isOver);
  } catch (error) {
    report(error);
    completion = failed(condition.unrecoveredReadError);
  }
  if (isOver() || session.answeredTasks.get(task.command.initiatorTaskTag) !== answered) return;
  const numbers = link.numbers('status');
  answered.statSn = numbers.statSn;
  sendScsiResponse(link, task.command, completion, { dataInCount: task.dataIn?.sentCount ?? 0, numbers });
}

function failed(facts: CheckCondition): AnsweredTask['completion'] {
  return { status: scsiStatus.checkCondition, sense: encodeSense(facts), presented: 0 };
}
