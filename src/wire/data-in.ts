// SCSI Data-In, RFC 7143 §11.7.
//
//    byte 0          1              2        3        4          5..7
//   +--------------+--------------+--------+--------+----------+-------------------+
//   | .. 25h       | FA...OUS     | .      | status | 0        | data length       |
//   +--------------+--------------+--------+--------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN
//   36 DataSN · 40 buffer offset · 44 residual count
//   data segment: data

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  status: 3,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  dataSn: 36,
  bufferOffset: 40,
  residualCount: 44,
} as const;
const flag = { final: 0x80, acknowledge: 0x40, overflow: 0x04, underflow: 0x02, status: 0x01 } as const;

/** Data of a read, perhaps with the end of its command (RFC 7143 §11.7). */
export interface DataIn {
  readonly opcode: typeof opcode.dataIn;
  /** F: the last PDU of a sequence. */
  readonly isFinal: boolean;
  /** A: the target asks for a DataACK; to be ignored at ErrorRecoveryLevel 0. */
  readonly isAcknowledge: boolean;
  /** O: `residualCount` bytes more would have been read. Has a meaning only when `hasStatus`. */
  readonly isOverflow: boolean;
  /** U: `residualCount` bytes of those expected were not read. Has a meaning only when `hasStatus`. */
  readonly isUnderflow: boolean;
  /** S: this PDU ends its command; `status`, `statSn` and `residualCount` have a meaning only then. */
  readonly hasStatus: boolean;
  /** The SCSI status. */
  readonly status: number;
  /** Valid when `isAcknowledge`; otherwise reserved. */
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** To be copied into the DataACK when `isAcknowledge`; otherwise reserved. */
  readonly targetTransferTag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** Number of this PDU within its command, from 0. */
  readonly dataSn: number;
  /** Where the data stand in the whole transfer, in bytes. */
  readonly bufferOffset: number;
  readonly residualCount: number;
}

/**
 * Decodes a SCSI Data-In header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a status in a PDU that is not final, or overflow together with underflow
 * (RFC 7143 §11.4.1, §11.7.3).
 */
export function decodeDataIn(bhs: Uint8Array): DataIn {
  const flags = u8(bhs, at.flags);
  if ((flags & flag.status) !== 0) requirePermittedStatusFlags(bhs, flags);
  return {
    opcode: opcode.dataIn,
    isFinal: (flags & flag.final) !== 0,
    isAcknowledge: (flags & flag.acknowledge) !== 0,
    isOverflow: (flags & flag.overflow) !== 0,
    isUnderflow: (flags & flag.underflow) !== 0,
    hasStatus: (flags & flag.status) !== 0,
    status: u8(bhs, at.status),
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    dataSn: u32(bhs, at.dataSn),
    bufferOffset: u32(bhs, at.bufferOffset),
    residualCount: u32(bhs, at.residualCount),
  };
}

/** Encodes a SCSI Data-In header into 48 zeroed bytes. */
export function encodeDataIn(pdu: DataIn, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.dataIn);
  putU8(
    bhs,
    at.flags,
    (pdu.isFinal ? flag.final : 0) |
      (pdu.isAcknowledge ? flag.acknowledge : 0) |
      (pdu.isOverflow ? flag.overflow : 0) |
      (pdu.isUnderflow ? flag.underflow : 0) |
      (pdu.hasStatus ? flag.status : 0),
  );
  putU8(bhs, at.status, pdu.status);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU32(bhs, at.dataSn, pdu.dataSn);
  putU32(bhs, at.bufferOffset, pdu.bufferOffset);
  putU32(bhs, at.residualCount, pdu.residualCount);
}

/** O and U are only valid when S is set, so they are only looked at then. */
function requirePermittedStatusFlags(bhs: Uint8Array, flags: number): void {
  if ((flags & flag.final) === 0) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.7.3', 'A Data-In had a status but was not final');
  }
  const both = flag.overflow | flag.underflow;
  if ((flags & both) === both) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.4.1', 'A Data-In had overflow and underflow set');
  }
}
