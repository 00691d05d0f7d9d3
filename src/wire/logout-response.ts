// Logout Response, RFC 7143 §11.15.
//
//    byte 0          1              2          3       4          5..7
//   +--------------+--------------+----------+-------+----------+-------------------+
//   | .. 26h       | 1.......     | response | .     | 0        | 0                 |
//   +--------------+--------------+----------+-------+----------+-------------------+
//   8 reserved · 16 initiator task tag · 20 reserved · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN · 36 reserved
//   40 Time2Wait · 42 Time2Retain · 44..47 reserved

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { finalFlag, requireNoSegments } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  response: 2,
  initiatorTaskTag: 16,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  time2Wait: 40,
  time2Retain: 42,
} as const;

/** Answers to a logout (RFC 7143 §11.15.1). */
export const logoutResponseCode = {
  closedSuccessfully: 0,
  cidNotFound: 1,
  recoveryNotSupported: 2,
  cleanupFailed: 3,
} as const;

/** The answer to a logout (RFC 7143 §11.15). */
export interface LogoutResponse {
  readonly opcode: typeof opcode.logoutResponse;
  /** One of `logoutResponseCode`. */
  readonly response: number;
  readonly initiatorTaskTag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** Seconds to wait before tasks are reassigned, or before another logout. */
  readonly time2Wait: number;
  /** Seconds that the target keeps the tasks after that wait. */
  readonly time2Retain: number;
}

/**
 * Decodes a Logout Response header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD when further segments are announced (RFC 7143 §11.15.2).
 */
export function decodeLogoutResponse(bhs: Uint8Array): LogoutResponse {
  requireNoSegments(bhs, 'RFC 7143 §11.15.2');
  return {
    opcode: opcode.logoutResponse,
    response: u8(bhs, at.response),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    time2Wait: u16(bhs, at.time2Wait),
    time2Retain: u16(bhs, at.time2Retain),
  };
}

/** Encodes a Logout Response header into 48 zeroed bytes. */
export function encodeLogoutResponse(pdu: LogoutResponse, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.logoutResponse);
  putU8(bhs, at.flags, finalFlag);
  putU8(bhs, at.response, pdu.response);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU16(bhs, at.time2Wait, pdu.time2Wait);
  putU16(bhs, at.time2Retain, pdu.time2Retain);
}
