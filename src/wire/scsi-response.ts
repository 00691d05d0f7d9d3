// SCSI Response, RFC 7143 §11.4.
//
//    byte 0          1              2          3        4          5..7
//   +--------------+--------------+----------+--------+----------+-------------------+
//   | .. 21h       | 1..ouOU.     | response | status | 0        | data length       |
//   +--------------+--------------+----------+--------+----------+-------------------+
//   8 reserved · 16 initiator task tag · 20 SNACK tag · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN
//   36 ExpDataSN · 40 bidirectional read residual count · 44 residual count
//   data segment: 2 bytes sense length, sense data, response data

import { putU8, putU32, u8, u32 } from '../base/index.ts';
import { badField, finalFlag } from './bhs.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  response: 2,
  status: 3,
  initiatorTaskTag: 16,
  snackTag: 20,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  expDataSn: 36,
  bidiReadResidualCount: 40,
  residualCount: 44,
} as const;
const flag = { bidiOverflow: 0x10, bidiUnderflow: 0x08, overflow: 0x04, underflow: 0x02 } as const;
const firstVendorResponse = 0x80;

/** iSCSI service responses (RFC 7143 §11.4.3); 0x80 to 0xff are the vendor's, all others reserved. */
export const scsiResponseCode = { completedAtTarget: 0x00, targetFailure: 0x01 } as const;

/** The end of a SCSI command (RFC 7143 §11.4). */
export interface ScsiResponse {
  readonly opcode: typeof opcode.scsiResponse;
  /** o: `bidiReadResidualCount` bytes more would have been read. */
  readonly isBidiOverflow: boolean;
  /** u: `bidiReadResidualCount` bytes of those expected were not read. */
  readonly isBidiUnderflow: boolean;
  /** O: `residualCount` bytes more would have been moved. */
  readonly isOverflow: boolean;
  /** U: `residualCount` bytes of those expected were not moved. */
  readonly isUnderflow: boolean;
  /** One of `scsiResponseCode` or the vendor's. Unless it is 0, status and residuals have no meaning. */
  readonly response: number;
  /** The SCSI status. */
  readonly status: number;
  readonly initiatorTaskTag: number;
  /** Tag of the last R-Data SNACK accepted for the command; otherwise reserved. */
  readonly snackTag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** How many Data-In PDUs the target sent for the command. */
  readonly expDataSn: number;
  readonly bidiReadResidualCount: number;
  readonly residualCount: number;
}

/**
 * Decodes a SCSI Response header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved response code, or for overflow together with underflow
 * (RFC 7143 §11.4.1, §11.4.3).
 */
export function decodeScsiResponse(bhs: Uint8Array): ScsiResponse {
  const flags = u8(bhs, at.flags);
  const response = u8(bhs, at.response);
  requirePermittedResponse(bhs, flags, response);
  return {
    opcode: opcode.scsiResponse,
    isBidiOverflow: (flags & flag.bidiOverflow) !== 0,
    isBidiUnderflow: (flags & flag.bidiUnderflow) !== 0,
    isOverflow: (flags & flag.overflow) !== 0,
    isUnderflow: (flags & flag.underflow) !== 0,
    response,
    status: u8(bhs, at.status),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    snackTag: u32(bhs, at.snackTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    expDataSn: u32(bhs, at.expDataSn),
    bidiReadResidualCount: u32(bhs, at.bidiReadResidualCount),
    residualCount: u32(bhs, at.residualCount),
  };
}

/** Encodes a SCSI Response header into 48 zeroed bytes. */
export function encodeScsiResponse(pdu: ScsiResponse, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.scsiResponse);
  putU8(
    bhs,
    at.flags,
    finalFlag |
      (pdu.isBidiOverflow ? flag.bidiOverflow : 0) |
      (pdu.isBidiUnderflow ? flag.bidiUnderflow : 0) |
      (pdu.isOverflow ? flag.overflow : 0) |
      (pdu.isUnderflow ? flag.underflow : 0),
  );
  putU8(bhs, at.response, pdu.response);
  putU8(bhs, at.status, pdu.status);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.snackTag, pdu.snackTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU32(bhs, at.expDataSn, pdu.expDataSn);
  putU32(bhs, at.bidiReadResidualCount, pdu.bidiReadResidualCount);
  putU32(bhs, at.residualCount, pdu.residualCount);
}

function requirePermittedResponse(bhs: Uint8Array, flags: number, response: number): void {
  if (response > scsiResponseCode.targetFailure && response < firstVendorResponse) {
    throw badField(bhs, at.response, response, 'RFC 7143 §11.4.3', 'A SCSI response code was reserved');
  }
  // After a failure the flags are undefined and must be ignored.
  if (response !== scsiResponseCode.completedAtTarget) return;
  const both = flag.overflow | flag.underflow;
  const bidiBoth = flag.bidiOverflow | flag.bidiUnderflow;
  if ((flags & both) === both || (flags & bidiBoth) === bidiBoth) {
    throw badField(bhs, at.flags, flags, 'RFC 7143 §11.4.1', 'A SCSI Response had overflow and underflow set');
  }
}
