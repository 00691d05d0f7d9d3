// Task Management Function Response, RFC 7143 §11.6.
//
//    byte 0          1              2          3       4          5..7
//   +--------------+--------------+----------+-------+----------+-------------------+
//   | .. 22h       | 1.......     | response | .     | 0        | 0                 |
//   +--------------+--------------+----------+-------+----------+-------------------+
//   8 reserved · 16 initiator task tag · 20 reserved · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN · 36..47 reserved

import { putU8, putU32, u8, u32 } from '../base/index.ts';
import { finalFlag, requireNoSegments } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = { opcode: 0, flags: 1, response: 2, initiatorTaskTag: 16, statSn: 24, expCmdSn: 28, maxCmdSn: 32 } as const;

/** Answers to a task management request (RFC 7143 §11.6.1). */
export const taskManagementResponseCode = {
  functionComplete: 0,
  taskDoesNotExist: 1,
  lunDoesNotExist: 2,
  taskStillAllegiant: 3,
  reassignmentNotSupported: 4,
  functionNotSupported: 5,
  functionAuthorizationFailed: 6,
  functionRejected: 255,
} as const;

/** The answer to a task management request (RFC 7143 §11.6). */
export interface TaskManagementResponse {
  readonly opcode: typeof opcode.taskManagementResponse;
  /** One of `taskManagementResponseCode`, or a value that later documents assign. */
  readonly response: number;
  readonly initiatorTaskTag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/**
 * Decodes a Task Management Function Response header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD when further segments are announced (RFC 7143 §11.6.2).
 */
export function decodeTaskManagementResponse(bhs: Uint8Array): TaskManagementResponse {
  requireNoSegments(bhs, 'RFC 7143 §11.6.2');
  return {
    opcode: opcode.taskManagementResponse,
    response: u8(bhs, at.response),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
  };
}

/** Encodes a Task Management Function Response header into 48 zeroed bytes. */
export function encodeTaskManagementResponse(pdu: TaskManagementResponse, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.taskManagementResponse);
  putU8(bhs, at.flags, finalFlag);
  putU8(bhs, at.response, pdu.response);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
}
