// SNACK Request, RFC 7143 §11.16.
//
//    byte 0          1              2        3       4          5..7
//   +--------------+--------------+--------+-------+----------+-------------------+
//   | .. 10h       | 1...tttt     | .      | .     | 0        | 0                 |
//   +--------------+--------------+--------+-------+----------+-------------------+
//   8 LUN · 16 initiator task tag · 20 target transfer tag or SNACK tag · 24 reserved · 28 ExpStatSN · 32..39 reserved
//   40 BegRun · 44 RunLength

import { type Lun, putLun, putU8, putU32, readLun, u8, u32 } from '../base/index.ts';
import { badField, finalFlag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  type: 1,
  lun: 8,
  initiatorTaskTag: 16,
  targetTransferTag: 20,
  expStatSn: 28,
  begRun: 40,
  runLength: 44,
} as const;
const typeMask = 0x0f;

/** What a SNACK asks for or acknowledges (RFC 7143 §11.16.1); all other values are reserved. */
export const snackType = { dataOrR2t: 0, status: 1, dataAck: 2, rData: 3 } as const;

/** A request to send numbered PDUs again, or the acknowledgement of Data-In (RFC 7143 §11.16). */
export interface SnackRequest {
  readonly opcode: typeof opcode.snackRequest;
  /** One of `snackType`. */
  readonly type: number;
  /** Copied from the Data-In that is acknowledged. */
  readonly lun: Lun;
  /** The command's tag; the reserved tag for a status SNACK and a DataACK. */
  readonly initiatorTaskTag: number;
  /** Copied from the Data-In for a DataACK; the SNACK tag for an R-Data SNACK; otherwise the reserved tag. */
  readonly targetTransferTag: number;
  readonly expStatSn: number;
  /** First number asked for; the next one expected for a DataACK. */
  readonly begRun: number;
  /** How many PDUs; 0 means all from `begRun` on. */
  readonly runLength: number;
}

/**
 * Decodes a SNACK Request header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved type (RFC 7143 §11.16.1).
 */
export function decodeSnackRequest(bhs: Uint8Array): SnackRequest {
  const type = u8(bhs, at.type) & typeMask;
  if (type > snackType.rData) {
    throw badField(bhs, at.type, type, 'RFC 7143 §11.16.1', 'A SNACK type was reserved');
  }
  return {
    opcode: opcode.snackRequest,
    type,
    lun: readLun(bhs, at.lun),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    targetTransferTag: u32(bhs, at.targetTransferTag),
    expStatSn: u32(bhs, at.expStatSn),
    begRun: u32(bhs, at.begRun),
    runLength: u32(bhs, at.runLength),
  };
}

/** Encodes a SNACK Request header into 48 zeroed bytes. */
export function encodeSnackRequest(pdu: SnackRequest, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.snackRequest);
  putU8(bhs, at.type, finalFlag | (pdu.type & typeMask));
  putLun(bhs, at.lun, pdu.lun);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.targetTransferTag, pdu.targetTransferTag);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
  putU32(bhs, at.begRun, pdu.begRun);
  putU32(bhs, at.runLength, pdu.runLength);
}
