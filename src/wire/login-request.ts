// Login Request, RFC 7143 §11.12.
//
//    byte 0          1              2             3             4          5..7
//   +--------------+--------------+-------------+-------------+----------+-------------------+
//   | .1 03h       | TC..ccnn     | version max | version min | 0        | data length       |
//   +--------------+--------------+-------------+-------------+----------+-------------------+
//   8 ISID (6 bytes) · 14 TSIH · 16 initiator task tag · 20 CID · 22 reserved · 24 CmdSN · 28 ExpStatSN · 32..47 reserved
//   data segment: text

import { putU8, putU16, putU32, putU48, u8, u16, u32, u48 } from '../base/index.ts';
import { immediateFlag, requireTaskTag } from './bhs.ts';
import { currentStageShift, requirePermittedStages, stageFlag } from './login-stage.ts';
import { opcode } from './opcode.ts';

const at = {
  opcode: 0,
  flags: 1,
  versionMax: 2,
  versionMin: 3,
  isid: 8,
  tsih: 14,
  initiatorTaskTag: 16,
  cid: 20,
  cmdSn: 24,
  expStatSn: 28,
} as const;

/** A step of a login, from the initiator (RFC 7143 §11.12). It is always immediate, so the I bit is not a field. */
export interface LoginRequest {
  readonly opcode: typeof opcode.loginRequest;
  /** T: ready to go to `nextStage`. */
  readonly isTransit: boolean;
  /** C: the text goes on in the next request. */
  readonly isContinue: boolean;
  /** One of `loginStage`. */
  readonly currentStage: number;
  /** One of `loginStage`; has a meaning only when `isTransit`. */
  readonly nextStage: number;
  readonly versionMax: number;
  readonly versionMin: number;
  /** The 48 bits of the initiator's part of the session id. */
  readonly isid: number;
  /** 0 for a new session. */
  readonly tsih: number;
  readonly initiatorTaskTag: number;
  readonly cid: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
}

/**
 * Decodes a Login Request header. `bhs` is 48 bytes and may be reused after the call.
 * @throws ProtocolError ISCSI_BAD_FIELD for a reserved task tag or stage, or T and C together (RFC 7143 §11.12.2).
 */
export function decodeLoginRequest(bhs: Uint8Array): LoginRequest {
  const flags = u8(bhs, at.flags);
  requireTaskTag(bhs, at.initiatorTaskTag);
  requirePermittedStages(bhs, at.flags);
  return {
    opcode: opcode.loginRequest,
    isTransit: (flags & stageFlag.transit) !== 0,
    isContinue: (flags & stageFlag.continue) !== 0,
    currentStage: (flags & stageFlag.currentStage) >> currentStageShift,
    nextStage: flags & stageFlag.nextStage,
    versionMax: u8(bhs, at.versionMax),
    versionMin: u8(bhs, at.versionMin),
    isid: u48(bhs, at.isid),
    tsih: u16(bhs, at.tsih),
    initiatorTaskTag: u32(bhs, at.initiatorTaskTag),
    cid: u16(bhs, at.cid),
    cmdSn: u32(bhs, at.cmdSn),
    expStatSn: u32(bhs, at.expStatSn),
  };
}

/** Encodes a Login Request header into 48 zeroed bytes. */
export function encodeLoginRequest(pdu: LoginRequest, bhs: Uint8Array): void {
  putU8(bhs, at.opcode, opcode.loginRequest | immediateFlag);
  putU8(
    bhs,
    at.flags,
    (pdu.isTransit ? stageFlag.transit : 0) |
      (pdu.isContinue ? stageFlag.continue : 0) |
      ((pdu.currentStage << currentStageShift) & stageFlag.currentStage) |
      (pdu.nextStage & stageFlag.nextStage),
  );
  putU8(bhs, at.versionMax, pdu.versionMax);
  putU8(bhs, at.versionMin, pdu.versionMin);
  putU48(bhs, at.isid, pdu.isid);
  putU16(bhs, at.tsih, pdu.tsih);
  putU32(bhs, at.initiatorTaskTag, pdu.initiatorTaskTag);
  putU16(bhs, at.cid, pdu.cid);
  putU32(bhs, at.cmdSn, pdu.cmdSn);
  putU32(bhs, at.expStatSn, pdu.expStatSn);
}
