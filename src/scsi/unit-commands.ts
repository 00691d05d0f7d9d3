// Commands about the unit as a whole: TEST UNIT READY (SPC-4), REQUEST SENSE (SPC-4) and START STOP UNIT
// (SBC-4).

import { putU8, u8 } from '../base/index.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';

/** The fields of a REQUEST SENSE CDB. */
export interface RequestSenseCdb {
  /** Whether sense data in descriptor format are wanted (DESC). */
  readonly desc: boolean;
  readonly allocationLength: number;
}

/** The fields of a START STOP UNIT CDB. */
export interface StartStopUnitCdb {
  /** Whether the status comes before the unit has done it (IMMED). */
  readonly immed: boolean;
  /** 0 obeys `start` and `loej`; others are power conditions. */
  readonly powerCondition: number;
  readonly powerConditionModifier: number;
  /** Whether caches may stay unwritten (NO_FLUSH). */
  readonly noFlush: boolean;
  /** Load or eject the medium (LOEJ). */
  readonly loej: boolean;
  readonly start: boolean;
}

/** Encodes a TEST UNIT READY CDB (6 bytes and padding), which is all zeros. */
export function encodeTestUnitReadyCdb(): Uint8Array {
  return new Uint8Array(cdbFieldLength);
}

/** Encodes a REQUEST SENSE CDB (6 bytes and padding). */
export function encodeRequestSenseCdb(fields: RequestSenseCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.requestSense);
  putU8(cdb, 1, fields.desc ? 1 : 0);
  putU8(cdb, 4, fields.allocationLength);
  return cdb;
}

/** Decodes a REQUEST SENSE CDB of at least 6 bytes. */
export function decodeRequestSenseCdb(cdb: Uint8Array): RequestSenseCdb {
  return { desc: (u8(cdb, 1) & 1) !== 0, allocationLength: u8(cdb, 4) };
}

/** Encodes a START STOP UNIT CDB (6 bytes and padding). */
export function encodeStartStopUnitCdb(fields: StartStopUnitCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.startStopUnit);
  putU8(cdb, 1, fields.immed ? 1 : 0);
  putU8(cdb, 3, fields.powerConditionModifier & 0x0f);
  const bits = (fields.noFlush ? 0x04 : 0) | (fields.loej ? 0x02 : 0) | (fields.start ? 0x01 : 0);
  putU8(cdb, 4, ((fields.powerCondition & 0x0f) << 4) | bits);
  return cdb;
}

/** Decodes a START STOP UNIT CDB of at least 6 bytes. */
export function decodeStartStopUnitCdb(cdb: Uint8Array): StartStopUnitCdb {
  const bits = u8(cdb, 4);
  return {
    immed: (u8(cdb, 1) & 1) !== 0,
    powerCondition: bits >>> 4,
    powerConditionModifier: u8(cdb, 3) & 0x0f,
    noFlush: (bits & 0x04) !== 0,
    loej: (bits & 0x02) !== 0,
    start: (bits & 0x01) !== 0,
  };
}
