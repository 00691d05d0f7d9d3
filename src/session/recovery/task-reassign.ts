// Tasks of a lost connection on another one: TASK REASSIGN (RFC 7143 §7.2.2, §11.5), and retries of commands that the
// target never had (§7.2.1).

import { asIscsiError, type IscsiError, lunZero, ProtocolError, TimeoutError } from '../../base/index.ts';
import { opcode, taskManagementFunction, taskManagementResponseCode } from '../../wire/index.ts';
import { connectionLost } from '../connection-lost.ts';
import { Conversation } from '../conversation.ts';
import { numbersBeingFilled } from '../hole-filler.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import { sendCommand } from '../send-command.ts';
import type { SessionContext } from '../session-context.ts';
import type { TaskSet } from '../task-set.ts';
import type { LostConnection } from './lost-connection.ts';

/**
 * Takes over what the target has never received: the same commands again, with their numbers and tags, in the order of
 * their numbers. The connection that carried them first has been logged out, as §7.2.1 demands. Returns the numbers for
 * which there is no task any more.
 */
export function retryUnreceived(context: SessionContext, tasks: TaskSet, lost: LostConnection): number[] {
  const { window, roster } = context;
  const beingFilled = new Set(numbersBeingFilled(context));
  for (const task of lost.orphans) {
    const isSettled = window.hasArrived(task.cmdSn) || beingFilled.has(task.cmdSn);
    const member = isSettled ? undefined : roster.pick();
    if (member === undefined) continue;
    tasks.adopt(task, member);
    sendCommand(task, member);
  }
  // Tasks that have ended since, while they had no connection, have left their numbers behind.
  const kept = new Set(lost.remains.tasks.filter(({ state }) => state !== 'done').map(({ cmdSn }) => cmdSn));
  return lost.remains.cmdSns.filter((cmdSn) => !kept.has(cmdSn));
}

/**
 * Moves an orphan to `member`. Afterwards the task goes on there, or it has ended with ISCSI_CONNECTION_LOST, or it is an
 * orphan again because that connection was lost too. Never rejects.
 */
export async function reassignTask(
  context: SessionContext,
  tasks: TaskSet,
  task: ScsiTask,
  member: Member,
  lost: LostConnection,
): Promise<void> {
  // Its PDUs may follow the answer in the same bytes, so the task has to be at home there before.
  tasks.adopt(task, member);
  let response: number;
  try {
    response = await requestReassign(context, task, member);
  } catch (error) {
    member.connection.fail(asIscsiError(error));
    return;
  }
  if (task.member !== member || task.state !== 'sent') return;
  if (response === taskManagementResponseCode.functionComplete) return;
  const { address } = lost.remains.member.connection;
  const cause = response === functionRejected ? lost.remains.cause : notReassigned(response);
  const error = connectionLost(task, address, cause);
  if (response === functionRejected) watch(context, tasks, task, error);
  else tasks.fail(task, error);
}

/**
 * LIO (Linux 6.1) answers "function rejected" when it has in fact taken a task over: it translates the answer twice. The
 * target goes on with the task all the same, so the task gets a little time to show it before it is aborted.
 */
const functionRejected = taskManagementResponseCode.functionRejected;
const proofTimeMs = 1000;

function watch(context: SessionContext, tasks: TaskSet, task: ScsiTask, error: IscsiError): void {
  const seen = task.expDataSn;
  context.clock.schedule(
    proofTimeMs,
    () => {
      if (task.state === 'sent' && task.expDataSn === seen) tasks.abort(task, error);
    },
    { unref: true },
  );
}

function notReassigned(response: number): ProtocolError {
  return new ProtocolError('ISCSI_REJECTED', `The target answered TASK REASSIGN with response ${response}`, {
    opcode: opcode.taskManagementResponse,
    byte: 2,
    value: response,
    clause: 'RFC 7143 §11.6.1',
  });
}

async function requestReassign(context: SessionContext, task: ScsiTask, member: Member): Promise<number> {
  const { connection } = member;
  const { abortTimeoutMs } = context.limits;
  const conversation = new Conversation(context, connection);
  try {
    const { pdu } = await conversation.ask(
      {
        opcode: opcode.taskManagementRequest,
        isImmediate: true,
        function: taskManagementFunction.taskReassign,
        // §11.5.4, §11.5.5: both fields are reserved here.
        lun: lunZero,
        initiatorTaskTag: conversation.initiatorTaskTag,
        referencedTaskTag: task.initiatorTaskTag,
        cmdSn: context.window.cmdSn,
        expStatSn: connection.expStatSn,
        refCmdSn: 0,
        expDataSn: task.expDataSn,
      },
      undefined,
      opcode.taskManagementResponse,
      {
        timeoutMs: abortTimeoutMs,
        tooLate: () =>
          new TimeoutError('ISCSI_TASK_MANAGEMENT_TIMEOUT', `TASK REASSIGN was not answered in ${abortTimeoutMs} ms`, {
            operation: 'TASK REASSIGN',
            limitMs: abortTimeoutMs,
          }),
      },
    );
    return pdu.response;
  } finally {
    conversation.end();
  }
}
