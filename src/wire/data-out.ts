// SCSI Data-Out, RFC 7143 §11.7.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 05h       | F.......     | .      | .     | 0        | data length       |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag · 24 reserved · 28 ExpStatSN · 32 reserved
//   36 DataSN · 40 buffer offset · 44 reserved
//   data segment: data

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { requireTaskTag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  expStatSn: 28,
  dataSn: 36,
  bufferOffset: 40,
} as const;
const flag = { final: 0x80 } as const;

/** Data of a write, unsolicited or in answer to an R2T (RFC 7143 §11.7). */
export interface DataOut {
  readonly opcode: typeof opcode.dataOut;
  /** F: the last PDU of unsolicited data, or of the answer to an R2T. */
  readonly isFinal: boolean;
  /** Copied from the R2T; reserved for unsolicited data. */
  readonly lun: Lun;
  readonly initiatorTaskTag: number;
  /** Copied from the R2T; the reserved tag for unsolicited data. */
  readonly targetTransferTag: number;
  readonly expStatSn: number;
  /** Number of this PDU within its sequence, from 0. */
  readonly dataSn: number;
  /** Where the data stand in the whole transfer, in bytes. */
  readonly bufferOffset: number;
}

/**
 * Decodes a SCSI Data-Out header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag (RFC 7143 §11.2.1.8).
 */
export function decodeDataOut(bhs: Uint8Array): DataOut {
  requireTaskTag(bhs, at.initiatorTaskTag);
  return {
    opcode: opcode.dataOut,
    isFinal: (u8(bhs, at.flags) & flag.final) !== 0,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    expStatSn: u32(bhs, at.expStatSn),
    dataSn: u32(bhs, at.dataSn),
    bufferOffset: u32(bhs, at.bufferOffset),
  };
}

/** Encodes a SCSI Data-Out header into 48 zeroed bytes. */
export function encodeDataOut(pdu: DataOut, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.dataOut);
  putU8(bhs, at.flags, pdu.isFinal ? flag.final : 0);
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
  putU32(bhs, at.dataSn, pdu.dataSn);
  putU32(bhs, at.bufferOffset, pdu.bufferOffset);
}
