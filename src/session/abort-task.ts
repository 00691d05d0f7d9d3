// ABORT TASK for one task (RFC 7143 §11.5.1), on the task's own connection, until its end is certain.

import { ProtocolError, TimeoutError } from '../base/index.ts';
import { opcode, taskManagementFunction, taskManagementResponseCode } from '../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { Member } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Asks the target to abort `task`. When this resolves, no PDU of the task will follow: the answer comes after them on
 * the same connection. When the target refuses or stays silent, the connection is given up, which is certain too.
 */
export async function abortTask(context: SessionContext, task: ScsiTask, member: Member): Promise<void> {
  const { connection } = member;
  const { abortTimeoutMs } = context.limits;
  const conversation = new Conversation(context, connection);
  try {
    const { pdu } = await conversation.ask(
      {
        opcode: opcode.taskManagementRequest,
        isImmediate: true,
        function: taskManagementFunction.abortTask,
        lun: task.request.lun,
        initiatorTaskTag: conversation.initiatorTaskTag,
        referencedTaskTag: task.initiatorTaskTag,
        cmdSn: context.window.cmdSn,
        expStatSn: connection.expStatSn,
        refCmdSn: task.cmdSn,
        expDataSn: 0,
      },
      undefined,
      opcode.taskManagementResponse,
      {
        timeoutMs: abortTimeoutMs,
        tooLate: () =>
          new TimeoutError('ISCSI_TASK_MANAGEMENT_TIMEOUT', `ABORT TASK was not answered in ${abortTimeoutMs} ms`, {
            operation: 'ABORT TASK',
            limitMs: abortTimeoutMs,
          }),
      },
    );
    const { functionComplete, taskDoesNotExist } = taskManagementResponseCode;
    if (pdu.response !== functionComplete && pdu.response !== taskDoesNotExist) {
      throw new ProtocolError('ISCSI_REJECTED', `The target answered ABORT TASK with response ${pdu.response}`, {
        opcode: pdu.opcode,
        byte: 2,
        value: pdu.response,
      });
    }
  } finally {
    conversation.end();
  }
}
