// NOP-In, RFC 7143 §11.19.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 20h       | 1.......     | .      | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN · 36..47 reserved
//   data segment: the ping data of the NOP-Out that is answered

import { type Lun, putLun, putU8, putU32, readLun, u32 } from '../base/index.ts';
import { finalFlag } from './bhs.ts';
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
} as const;

/** The answer to a ping, a target's ping, or the bearer of a new command window (RFC 7143 §11.19). */
export interface NopIn {
  readonly opcode: typeof opcode.nopIn;
  /** Valid when `targetTransferTag` is; otherwise reserved. */
  readonly lun: Lun;
  /** The tag of the ping that is answered, or the reserved tag. */
  readonly initiatorTaskTag: number;
  /** Not the reserved tag when the target wants a NOP-Out in return. */
  readonly targetTransferTag: number;
  /** The next StatSN; it advances only when `initiatorTaskTag` is not the reserved tag. */
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/** Decodes a NOP-In header. `bhs` is 48 bytes and may be reused after the call. */
export function decodeNopIn(bhs: Uint8Array): NopIn {
  return {
    opcode: opcode.nopIn,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
  };
}

/** Encodes a NOP-In header into 48 zeroed bytes. */
export function encodeNopIn(pdu: NopIn, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.nopIn);
  putU8(bhs, at.flags, finalFlag);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
}
