// TASK REASSIGN (RFC 7143 §7.2.2, §11.5.1, §11.5.6): another connection takes over a task whose own was lost.

import { taskManagementResponseCode as responseCode, type TaskManagementRequest } from '../../wire/index.ts';
import type { ConnectionLink } from '../link.ts';
import type { TargetSession } from '../session.ts';
import { answerAgain } from './answer-again.ts';

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
      if (answered?.task === task) void answerAgain(session, answered, 'fresh', report);
    },
  };
}
