// Logout Request, RFC 7143 §11.14.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I 06h       | 1 reason     | .      | .     | 0        | 0                 |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 reserved · 16 initiator task tag · 20 CID · 22 reserved · 24 CmdSN · 28 ExpStatSN · 32..47 reserved

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { badField, finalFlag, immediateFlag, requireNoSegments, requireTaskTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = { opcode: 0, reason: 1, initiatorTaskTag: 16, cid: 20, cmdSn: 24, expStatSn: 28 } as const;
const reasonMask = 0x7f;

/** Why to log out (RFC 7143 §11.14.1); all other values are reserved. */
export const logoutReason = { closeSession: 0, closeConnection: 1, removeConnectionForRecovery: 2 } as const;

/** A request to close a connection or the session (RFC 7143 §11.14). */
export interface LogoutRequest {
  readonly opcode: typeof opcode.logoutRequest;
  readonly isImmediate: boolean;
  /** One of `logoutReason`. */
  readonly reason: number;
  readonly initiatorTaskTag: number;
  /** The connection to close; has no meaning when the session is closed. */
  readonly cid: number;
  readonly cmdSn: number;
  /** The last ExpStatSN of the connection to be closed. */
  readonly expStatSn: number;
}

/**
 * Decodes a Logout Request header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag or reason, or for further segments (RFC 7143 §11.14.1,
 * §11.14.2).
 */
export function decodeLogoutRequest(bhs: Uint8Array): LogoutRequest {
  const reason = u8(bhs, at.reason) & reasonMask;
  requireTaskTag(bhs, at.initiatorTaskTag);
  requireNoSegments(bhs, 'RFC 7143 §11.14.2');
  if (reason > logoutReason.removeConnectionForRecovery) {
    throw badField(bhs, at.reason, reason, 'RFC 7143 §11.14.1', 'A logout reason was reserved');
  }
  return {
    opcode: opcode.logoutRequest,
    isImmediate: (u8(bhs, at.opcode) & immediateFlag) !== 0,
    reason,
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    cid: u16(bhs, at.cid),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
  };
}

/** Encodes a Logout Request header into 48 zeroed bytes. */
export function encodeLogoutRequest(pdu: LogoutRequest, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.logoutRequest | (pdu.isImmediate ? immediateFlag : 0));
  putU8(bhs, at.reason, finalFlag | (pdu.reason & reasonMask));
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU16(bhs, at.cid, pdu.cid);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
}
