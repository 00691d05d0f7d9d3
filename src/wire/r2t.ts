// Ready To Transfer, RFC 7143 §11.8.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 31h       | 1.......     | .      | .     | 0        | 0                 |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN
//   36 R2TSN · 40 buffer offset · 44 desired data transfer length

import { type Lun, putLun, putU8, putU32, readLun, u32 } from '../base/index.ts';
import { badField, finalFlag, requireNoSegments, reservedTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  r2tSn: 36,
  bufferOffset: 40,
  desiredDataTransferLength: 44,
} as const;

/** The target asks for data of a write (RFC 7143 §11.8). */
export interface R2t {
  readonly opcode: typeof opcode.r2t;
  /** To be copied into the Data-Out PDUs, as is the target transfer tag. */
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** Never the reserved tag. */
  readonly targetTransferTag: number;
  /** The next StatSN; an R2T does not advance it. */
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** Number of this R2T within its command, from 0. */
  readonly r2tSn: number;
  /** Where the data asked for stand in the whole transfer, in bytes. */
  readonly bufferOffset: number;
  /** How many bytes are asked for; never 0. */
  readonly desiredDataTransferLength: number;
}

/**
 * Decodes an R2T header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for further segments, a desired length of 0, or the reserved target transfer tag
 * (RFC 7143 §11.8.1, §11.8.4, §11.8.5).
 */
export function decodeR2t(bhs: Uint8Array): R2t {
  requireNoSegments(bhs, 'RFC 7143 §11.8.1');
  if (u32(bhs, at.desiredDataTransferLength) === 0) {
    throw badField(bhs, at.desiredDataTransferLength, 0, 'RFC 7143 §11.8.4', 'An R2T asked for no data');
  }
  if (u32(bhs, at.targetTransferTag) === reservedTag) {
    const claim = 'An R2T had the reserved target transfer tag';
    throw badField(bhs, at.targetTransferTag, reservedTag, 'RFC 7143 §11.8.5', claim);
  }
  return {
    opcode: opcode.r2t,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    r2tSn: u32(bhs, at.r2tSn),
    bufferOffset: u32(bhs, at.bufferOffset),
    desiredDataTransferLength: u32(bhs, at.desiredDataTransferLength),
  };
}

/** Encodes an R2T header into 48 zeroed bytes. */
export function encodeR2t(pdu: R2t, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.r2t);
  putU8(bhs, at.flags, finalFlag);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU32(bhs, at.r2tSn, pdu.r2tSn);
  putU32(bhs, at.bufferOffset, pdu.bufferOffset);
  putU32(bhs, at.desiredDataTransferLength, pdu.desiredDataTransferLength);
}
