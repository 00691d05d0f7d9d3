// Task Management Function Request, RFC 7143 §11.5.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I 02h       | 1 function   | .      | .     | 0        | 0                 |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 referenced task tag · 24 CmdSN · 28 ExpStatSN
//   32 RefCmdSN · 36 ExpDataSN · 40..47 reserved

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { finalFlag, immediateFlag, requireNoSegments, requireTaskTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  function: 1,
  lun: 8,
  initiatorTaskTag: 16,
  referencedTaskTag: 20,
  cmdSn: 24,
  expStatSn: 28,
  refCmdSn: 32,
  expDataSn: 36,
} as const;
const functionMask = 0x7f;

/** Task management functions (RFC 7143 §11.5.1). */
export const taskManagementFunction = {
  abortTask: 1,
  abortTaskSet: 2,
  clearAca: 3,
  clearTaskSet: 4,
  logicalUnitReset: 5,
  targetWarmReset: 6,
  targetColdReset: 7,
  taskReassign: 8,
} as const;

/** A request to abort, reset or reassign tasks (RFC 7143 §11.5). */
export interface TaskManagementRequest {
  readonly opcode: typeof opcode.taskManagementRequest;
  readonly isImmediate: boolean;
  /** One of `taskManagementFunction`; others are unassigned and the target's to refuse. */
  readonly function: number;
  /** Reserved for the target resets and TASK REASSIGN. */
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** The task to abort or reassign; the reserved tag for all other functions. */
  readonly referencedTaskTag: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
  /** CmdSN of the task to abort; reserved for all functions but ABORT TASK. */
  readonly refCmdSn: number;
  /** First Data-In number not yet acknowledged, or 0; reserved for all functions but TASK REASSIGN. */
  readonly expDataSn: number;
}

/**
 * Decodes a Task Management Function Request header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag, or for further segments (RFC 7143 §11.2.1.8, §11.5.2).
 */
export function decodeTaskManagementRequest(bhs: Uint8Array): TaskManagementRequest {
  requireTaskTag(bhs, at.initiatorTaskTag);
  requireNoSegments(bhs, 'RFC 7143 §11.5.2');
  return {
    opcode: opcode.taskManagementRequest,
    isImmediate: (u8(bhs, at.opcode) & immediateFlag) !== 0,
    function: u8(bhs, at.function) & functionMask,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    referencedTaskTag: u32(bhs, at.referencedTaskTag),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
    refCmdSn: u32(bhs, at.refCmdSn),
    expDataSn: u32(bhs, at.expDataSn),
  };
}

/** Encodes a Task Management Function Request header into 48 zeroed bytes. */
export function encodeTaskManagementRequest(pdu: TaskManagementRequest, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.taskManagementRequest | (pdu.isImmediate ? immediateFlag : 0));
  putU8(bhs, at.function, finalFlag | (pdu.function & functionMask));
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.referencedTaskTag, pdu.referencedTaskTag);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
  putU32(bhs, at.refCmdSn, pdu.refCmdSn);
  putU32(bhs, at.expDataSn, pdu.expDataSn);
}
