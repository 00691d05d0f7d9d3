// NOP-Out, RFC 7143 §11.18.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .I 00h       | 1.......     | .      | .     | ahs / 4  | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 CmdSN · 28 ExpStatSN · 32..47 reserved
//   data segment: ping data

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField, finalFlag, immediateFlag, reservedTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  cmdSn: 24,
  expStatSn: 28,
} as const;

/** A ping, the answer to a target's ping, or the bearer of a new ExpStatSN (RFC 7143 §11.18). */
export interface NopOut {
  readonly opcode: typeof opcode.nopOut;
  /** Must be set when the initiator task tag is reserved: such a PDU takes no CmdSN. */
  readonly isImmediate: boolean;
  /** Copied from the NOP-In that is answered; otherwise reserved. */
  readonly lun: Lun;
  /** The ping's tag, or the reserved tag when no answer is wanted. */
  readonly initiatorTaskTag: number;
  /** Copied from the NOP-In that is answered; otherwise the reserved tag. */
  readonly targetTransferTag: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
}

/**
 * Decodes a NOP-Out header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD when a NOP-Out that belongs to no task is not immediate (RFC 7143 §11.18.1).
 */
export function decodeNopOut(bhs: Uint8Array): NopOut {
  const isImmediate = (u8(bhs, at.opcode) & immediateFlag) !== 0;
  if (!isImmediate && u32(bhs, at.initiatorTaskTag) === reservedTag) {
    throw badField(bhs, at.opcode, 0, 'RFC 7143 §11.18.1', 'A NOP-Out without a task tag was not immediate');
  }
  return {
    opcode: opcode.nopOut,
    isImmediate,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
  };
}

/** Encodes a NOP-Out header into 48 zeroed bytes. */
export function encodeNopOut(pdu: NopOut, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.nopOut | (pdu.isImmediate ? immediateFlag : 0));
  putU8(bhs, at.flags, finalFlag);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
}
