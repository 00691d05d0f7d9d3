// The stage byte that Login Requests and Login Responses share, RFC 7143 §11.12.1 to §11.12.3.
//
//   byte 1: T C . . c c n n    T transit · C continue · cc current stage · nn next stage

import { u8 } from '../base/index.ts';
import { badField } from './bhs.ts';

/** The bits of the stage byte. */
export const stageFlag = { transit: 0x80, continue: 0x40, currentStage: 0x0c, nextStage: 0x03 } as const;

/** How far the current stage stands from bit 7, the least significant. */
export const currentStageShift = 2;

/** Stages of a login (RFC 7143 §11.12.3); 2 is reserved. */
export const loginStage = { securityNegotiation: 0, loginOperationalNegotiation: 1, fullFeaturePhase: 3 } as const;

const reservedStage = 2;

/** Throws when the stage byte at `byte` names a reserved stage, or ends a stage in the middle of its text. */
export function requirePermittedStages(bhs: Uint8Array, byte: number): void {
  const flags = u8(bhs, byte);
  const isTransit = (flags & stageFlag.transit) !== 0;
  if (isTransit && (flags & stageFlag.continue) !== 0) {
    throw badField(bhs, byte, flags, 'RFC 7143 §6.2', 'A login PDU had both T and C set');
  }
  if ((flags & stageFlag.currentStage) >> currentStageShift === reservedStage) {
    throw badField(bhs, byte, reservedStage, 'RFC 7143 §11.12.3', 'The current login stage was reserved');
  }
  // Without T the next stage is a reserved field, to be ignored.
  if (isTransit && (flags & stageFlag.nextStage) === reservedStage) {
    throw badField(bhs, byte, reservedStage, 'RFC 7143 §11.12.3', 'The next login stage was reserved');
  }
}
