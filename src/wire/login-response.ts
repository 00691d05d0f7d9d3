// Login Response, RFC 7143 §11.13.
//
//    byte 0          1              2             3                4          5..7
//   +--------------+--------------+-------------+----------------+----------+-------------------+
//   | .. 23h       | TC..ccnn     | version max | version active | 0        | data length       |
//   +--------------+--------------+-------------+----------------+----------+-------------------+
//   8 ISID (6 bytes) · 14 TSIH · 16 initiator task tag · 20 reserved · 24 StatSN · 28 ExpCmdSN · 32 MaxCmdSN
//   36 status class · 37 status detail · 38..47 reserved
//   data segment: text

import { putU8, putU16, putU32, putU48, u8, u16, u32, u48 } from '../base/index.ts';
import { currentStageShift, requirePermittedStages, stageFlag } from './login-stage.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  versionMax: 2,
  versionActive: 3,
  isid: 8,
  tsih: 14,
  initiatorTaskTag: 16,
  statSn: 24,
  expCmdSn: 28,
  maxCmdSn: 32,
  statusClass: 36,
  statusDetail: 37,
} as const;

/** Status classes of a login (RFC 7143 §11.13.5). */
export const loginStatusClass = { success: 0, redirection: 1, initiatorError: 2, targetError: 3 } as const;

/** Login statuses as the RFC's table writes them: the class in the upper byte, the detail in the lower (§11.13.5). */
export const loginStatus = {
  success: 0x0000,
  targetMovedTemporarily: 0x0101,
  targetMovedPermanently: 0x0102,
  initiatorError: 0x0200,
  authenticationFailure: 0x0201,
  authorizationFailure: 0x0202,
  notFound: 0x0203,
  targetRemoved: 0x0204,
  unsupportedVersion: 0x0205,
  tooManyConnections: 0x0206,
  missingParameter: 0x0207,
  cannotIncludeInSession: 0x0208,
  sessionTypeNotSupported: 0x0209,
  sessionDoesNotExist: 0x020a,
  invalidDuringLogin: 0x020b,
  targetError: 0x0300,
  serviceUnavailable: 0x0301,
  outOfResources: 0x0302,
} as const;

/** A step of a login, from the target (RFC 7143 §11.13). */
export interface LoginResponse {
  readonly opcode: typeof opcode.loginResponse;
  /** T: goes to `nextStage`. */
  readonly isTransit: boolean;
  /** C: the text goes on in the next response. */
  readonly isContinue: boolean;
  /** One of `loginStage`. */
  readonly currentStage: number;
  /** One of `loginStage`; has a meaning only when `isTransit`. */
  readonly nextStage: number;
  readonly versionMax: number;
  readonly versionActive: number;
  /** The 48 bits of the initiator's part of the session id. */
  readonly isid: number;
  /** Given by the target in the last response of a session's first login. */
  readonly tsih: number;
  readonly initiatorTaskTag: number;
  /** Has a meaning only when `statusClass` is 0, as have the two numbers that follow. */
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
  /** One of `loginStatusClass`. */
  readonly statusClass: number;
  /** The lower byte of one of `loginStatus`. */
  readonly statusDetail: number;
}

/**
 * Decodes a Login Response header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD when a response that goes on with the login names a reserved stage, or has T and
 * C set (RFC 7143 §11.12.3, §11.13.7).
 */
export function decodeLoginResponse(bhs: Uint8Array): LoginResponse {
  const flags = u8(bhs, at.flags);
  const statusClass = u8(bhs, at.statusClass);
  // A refusal ends the connection whatever its stages say, and its status tells the user more than they would.
  if (statusClass === loginStatusClass.success) requirePermittedStages(bhs, at.flags);
  return {
    opcode: opcode.loginResponse,
    isTransit: (flags & stageFlag.transit) !== 0,
    isContinue: (flags & stageFlag.continue) !== 0,
    currentStage: (flags & stageFlag.currentStage) >> currentStageShift,
    nextStage: flags & stageFlag.nextStage,
    versionMax: u8(bhs, at.versionMax),
    versionActive: u8(bhs, at.versionActive),
    isid: u48(bhs, at.isid),
    tsih: u16(bhs, at.tsih),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    statSn: u32(bhs, at.statSn),
    expCmdSn: u32(bhs, at.expCmdSn),
    maxCmdSn: u32(bhs, at.maxCmdSn),
    statusClass,
    statusDetail: u8(bhs, at.statusDetail),
  };
}

/** Encodes a Login Response header into 48 zeroed bytes. */
export function encodeLoginResponse(pdu: LoginResponse, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.loginResponse);
  putU8(
    bhs,
    at.flags,
    (pdu.isTransit ? stageFlag.transit : 0) |
      (pdu.isContinue ? stageFlag.continue : 0) |
      ((pdu.currentStage << currentStageShift) & stageFlag.currentStage) |
      (pdu.nextStage & stageFlag.nextStage),
  );
  putU8(bhs, at.versionMax, pdu.versionMax);
  putU8(bhs, at.versionActive, pdu.versionActive);
  putU48(bhs, at.isid, pdu.isid);
  putU16(bhs, at.tsih, pdu.tsih);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU32(bhs, at.statSn, pdu.statSn);
  putU32(bhs, at.expCmdSn, pdu.expCmdSn);
  putU32(bhs, at.maxCmdSn, pdu.maxCmdSn);
  putU8(bhs, at.statusClass, pdu.statusClass);
  putU8(bhs, at.statusDetail, pdu.statusDetail);
}
