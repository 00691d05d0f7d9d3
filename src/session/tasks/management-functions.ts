// The task management functions by name, and what a target's answer to one means (RFC 7143 §11.5.1, §11.6.1).

import { type Effect, type ErrorCode, ScsiError, TaskManagementError } from '../../base/index.ts';
import { taskManagementFunction as code, taskManagementResponseCode as response } from '../../wire/index.ts';

/** The functions for users. A single command is aborted by its signal, and reassignment is the session's own matter. */
export type TaskManagementFunction = Exclude<keyof typeof code, 'abortTask' | 'taskReassign'>;

/** What the RFC calls each function. */
export const functionName: Readonly<Record<keyof typeof code, string>> = {
  abortTask: 'ABORT TASK',
  abortTaskSet: 'ABORT TASK SET',
  clearAca: 'CLEAR ACA',
  clearTaskSet: 'CLEAR TASK SET',
  logicalUnitReset: 'LOGICAL UNIT RESET',
  targetWarmReset: 'TARGET WARM RESET',
  targetColdReset: 'TARGET COLD RESET',
  taskReassign: 'TASK REASSIGN',
};

/** Whether a function addresses the whole target: then its LUN field is reserved (§11.5.3). */
export function isForTarget(fn: keyof typeof code): boolean {
  return fn === 'targetWarmReset' || fn === 'targetColdReset';
}

/** Whether a function ends several tasks (§4.2.3.1). */
export function endsManyTasks(fn: keyof typeof code): boolean {
  return fn !== 'abortTask' && fn !== 'clearAca' && fn !== 'taskReassign';
}

const refusals: Readonly<Record<number, readonly [ErrorCode, what: string]>> = {
  [response.taskDoesNotExist]: ['ISCSI_NO_SUCH_TASK', 'the task does not exist'],
  [response.lunDoesNotExist]: ['ISCSI_NO_SUCH_LUN', 'the logical unit does not exist'],
  [response.taskStillAllegiant]: ['ISCSI_TASK_STILL_ALLEGIANT', 'the task is still allegiant to a connection'],
  [response.reassignmentNotSupported]: ['ISCSI_FUNCTION_UNSUPPORTED', 'reassignment is not supported'],
  [response.functionNotSupported]: ['ISCSI_FUNCTION_UNSUPPORTED', 'the function is not supported'],
  [response.functionAuthorizationFailed]: ['ISCSI_FUNCTION_FORBIDDEN', 'authorization failed'],
  [response.functionRejected]: ['ISCSI_FUNCTION_REJECTED', 'the function was rejected'],
};

/** What a response other than "function complete" means. A value that the RFC does not assign is a rejection. */
export function refusalOf(fn: keyof typeof code, value: number): TaskManagementError {
  const [errorCode, what] = refusals[value] ?? ['ISCSI_FUNCTION_REJECTED', 'the response is not assigned'];
  const message = `The target answered ${functionName[fn]} with response ${value}: ${what}`;
  return new TaskManagementError(errorCode, message, { functionName: functionName[fn], response: value });
}

/** What a command ends with that a function ended. `effect`: what it may have done until then. */
export function abortedBy(fn: keyof typeof code, effect: Effect): ScsiError {
  const message = `${functionName[fn]} ended the command before it was answered`;
  return new ScsiError('SCSI_TASK_ABORTED', message, { effect });
}
