// A SCSI Command PDU and the unsolicited data behind it (RFC 7143 §11.3): what a task sends first, and again when it is retried.

import { encodeAhs, opcode, taskAttribute } from '../wire/index.ts';
import type { Member } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';
import { sendUnsolicited, unsolicitedData } from './write-data.ts';

/** The basic header segment holds this much of a CDB; the rest goes into a header segment of its own. */
const shortCdbLength = 16;
const noUnsolicitedData = { immediateLength: 0, end: 0 } as const;

/** Sends the command of `task`, which has its tag and its CmdSN, on `member`. The same call again is a retry (§7.2.1). */
export function sendCommand(task: ScsiTask, member: Member): void {
  const { connection } = member;
  const { lun, cdb, dataOut } = task.request;
  const unsolicited = dataOut === undefined ? noUnsolicitedData : unsolicitedData(task.length, member.parameters);
  member.bytesWritten += unsolicited.immediateLength;
  connection.send(
    {
      opcode: opcode.scsiCommand,
      isImmediate: false,
      isFinal: unsolicited.end === unsolicited.immediateLength,
      isRead: task.request.dataIn !== undefined,
      isWrite: dataOut !== undefined,
      taskAttribute: task.request.taskAttribute ?? taskAttribute.simple,
      lun,
      initiatorTaskTag: task.initiatorTaskTag,
      expectedDataTransferLength: task.length,
      cmdSn: task.cmdSn,
      expStatSn: connection.expStatSn,
      cdb: cdb.length > shortCdbLength ? cdb.subarray(0, shortCdbLength) : cdb,
    },
    unsolicited.immediateLength > 0 ? dataOut?.subarray(0, unsolicited.immediateLength) : undefined,
    cdb.length > shortCdbLength ? encodeAhs({ extendedCdb: cdb.subarray(shortCdbLength) }) : undefined,
  );
  if (dataOut !== undefined) sendUnsolicited(task, member, unsolicited);
}
