// Reject, RFC 7143 §11.17.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 3Fh       | 1.......     | reason | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 reserved · 16 FFFFFFFFh · 20 reserved · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN · 36 DataSN or R2TSN · 40..47 reserved
//   data segment: the complete header of the bad PDU, vendor's data

import { putU8, putU32, u8, u32 } from '../base/index.ts';
import { finalFlag, reservedTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  reason: 2,
  initiatorTaskTag: 16,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  dataSn: 36,
} as const;

/** Why a PDU was rejected (RFC 7143 §11.17.1); 0x01 is reserved, all others are unassigned. */
export const rejectReason = {
  dataDigestError: 0x02,
  snackReject: 0x03,
  protocolError: 0x04,
  commandNotSupported: 0x05,
  immediateCommandReject: 0x06,
  taskInProgress: 0x07,
  invalidDataAck: 0x08,
  invalidPduField: 0x09,
  longOperationReject: 0x0a,
  /** Deprecated and never to be sent; when received, the login has failed (Note 3). */
  negotiationReset: 0x0b,
  waitingForLogout: 0x0c,
} as const;

/** The target did not take a PDU (RFC 7143 §11.17). */
export interface Reject {
  readonly opcode: typeof opcode.reject;
  /** One of `rejectReason`, or a value that later documents assign. */
  readonly reason: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** The next DataSN or R2TSN of the task, when a Data/R2T SNACK was rejected as a protocol error. */
  readonly dataSn: number;
}

/** Decodes a Reject header. `bhs` is 48 bytes and may be reused after the call. */
export function decodeReject(bhs: Uint8Array): Reject {
  return {
    opcode: opcode.reject,
    reason: u8(bhs, at.reason),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    dataSn: u32(bhs, at.dataSn),
  };
}

/** Encodes a Reject header into 48 zeroed bytes. */
export function encodeReject(pdu: Reject, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.reject);
  putU8(bhs, at.flags, finalFlag);
  putU8(bhs, at.reason, pdu.reason);
  putU32(bhs, at.initiatorTaskTag, reservedTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU32(bhs, at.dataSn, pdu.dataSn);
}
