// Asynchronous Message, RFC 7143 §11.9.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 32h       | 1.......     | .      | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 FFFFFFFFh · 20 reserved · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN
//   36 AsyncEvent · 37 AsyncVCode · 38 parameter 1 · 40 parameter 2 · 42 parameter 3 · 44..47 reserved
//   data segment: 2 bytes sense length, sense data, event data

import { type Lun, putLun, putU8, putU16, putU32, readLun, u8, u16, u32 } from '../base/index.ts';
import { finalFlag, reservedTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  asyncEvent: 36,
  asyncVCode: 37,
  parameter1: 38,
  parameter2: 40,
  parameter3: 42,
} as const;

/** Asynchronous events (RFC 7143 §11.9.1); 248 to 255 are the vendor's, all others unassigned. */
export const asyncEvent = {
  scsiAsyncEvent: 0,
  logoutRequest: 1,
  connectionDropNotification: 2,
  sessionDropNotification: 3,
  negotiationRequest: 4,
  taskTermination: 5,
} as const;

/** Something that the target tells unasked (RFC 7143 §11.9). */
export interface AsyncMessage {
  readonly opcode: typeof opcode.asyncMessage;
  /** Valid for a SCSI event and for task termination; otherwise reserved. */
  readonly lun: Lun;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** One of `asyncEvent`, or the vendor's. */
  readonly asyncEvent: number;
  /** The vendor's code; has a meaning only for the vendor's events. */
  readonly asyncVCode: number;
  /** The CID, for a connection drop. */
  readonly parameter1: number;
  /** Time2Wait in seconds, for a connection or session drop. */
  readonly parameter2: number;
  /** Time2Retain in seconds, for a connection or session drop; seconds left to act, for logout and negotiation. */
  readonly parameter3: number;
}

/** Decodes an Asynchronous Message header. `bhs` is 48 bytes and may be reused after the call. */
export function decodeAsyncMessage(bhs: Uint8Array): AsyncMessage {
  return {
    opcode: opcode.asyncMessage,
    lun: readLun(bhs, at.lun),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    asyncEvent: u8(bhs, at.asyncEvent),
    asyncVCode: u8(bhs, at.asyncVCode),
    parameter1: u16(bhs, at.parameter1),
    parameter2: u16(bhs, at.parameter2),
    parameter3: u16(bhs, at.parameter3),
  };
}

/** Encodes an Asynchronous Message header into 48 zeroed bytes. */
export function encodeAsyncMessage(pdu: AsyncMessage, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.asyncMessage);
  putU8(bhs, at.flags, finalFlag);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, reservedTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU8(bhs, at.asyncEvent, pdu.asyncEvent);
  putU8(bhs, at.asyncVCode, pdu.asyncVCode);
  putU16(bhs, at.parameter1, pdu.parameter1);
  putU16(bhs, at.parameter2, pdu.parameter2);
  putU16(bhs, at.parameter3, pdu.parameter3);
}
