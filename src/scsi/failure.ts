// From a status and sense data to the error that callers see.

import { type Effect, type ErrorCode, ScsiError } from '../base/index.ts';
import { additionalSense, additionalSenseName } from './additional-sense.ts';
import { decodeSense, type Sense } from './sense.ts';
import { senseKey, senseKeyName } from './sense-keys.ts';
import { scsiStatus, scsiStatusName } from './status.ts';

/**
 * Decodes sense data where there are any and they can be read: a failure must be reported whatever its sense data are.
 */
export function senseOf(bytes: Uint8Array | undefined): Sense | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeSense(bytes);
  } catch {
    return undefined;
  }
}

/** Formats sense data for people: key, additional sense and, when valid, INFORMATION. */
export function formatSense(sense: Sense): string {
  const deferred = sense.isDeferred ? 'deferred ' : '';
  const information = sense.information === undefined ? '' : `, information ${sense.information}`;
  return `${deferred}${senseKeyName(sense.senseKey)}, ${additionalSenseName(sense.asc, sense.ascq)}${information}`;
}

/**
 * What a command that ended with this status has done to the medium: `none` where the status proves that it was not
 * executed (BUSY, TASK SET FULL, RESERVATION CONFLICT, ACA ACTIVE, and CHECK CONDITION with current sense data of
 * ILLEGAL REQUEST, UNIT ATTENTION or DATA PROTECT), else `unknown`. A thin device that runs out of space in the midst
 * of a command also says DATA PROTECT, and proves nothing.
 */
export function effectOfStatus(status: number, sense: Sense | undefined): Effect {
  switch (status) {
    case scsiStatus.busy:
    case scsiStatus.taskSetFull:
    case scsiStatus.reservationConflict:
    case scsiStatus.acaActive:
      return 'none';
    case scsiStatus.checkCondition:
      return sense !== undefined && isRefusal(sense) ? 'none' : 'unknown';
    default:
      return 'unknown';
  }
}

/** Makes the ScsiError for a command that ended with another status than GOOD. `operation` begins the message. */
export function scsiFailure(
  operation: string,
  status: number,
  senseBytes: Uint8Array | undefined,
  effect: Effect,
): ScsiError {
  const sense = senseOf(senseBytes);
  const reason = sense === undefined ? '' : `: ${formatSense(sense)}`;
  return new ScsiError(codeOf(status, sense), `${operation} ended with ${scsiStatusName(status)}${reason}`, {
    effect,
    status,
    ...(sense !== undefined && passing.has(sense.senseKey) && { isRetryable: true }),
    ...(senseBytes !== undefined && { sense: senseBytes }),
    ...(sense !== undefined && { senseKey: sense.senseKey, asc: sense.asc, ascq: sense.ascq }),
    ...(sense?.information !== undefined && { information: sense.information }),
  });
}

/** Sense keys of conditions that are over once they have been reported. */
const passing: ReadonlySet<number> = new Set([senseKey.unitAttention, senseKey.abortedCommand]);

function isRefusal(sense: Sense): boolean {
  if (sense.isDeferred) return false;
  switch (sense.senseKey) {
    case senseKey.illegalRequest:
    case senseKey.unitAttention:
      return true;
    case senseKey.dataProtect:
      return sense.asc * 0x100 + sense.ascq !== additionalSense.spaceAllocationFailed;
    default:
      return false;
  }
}

function codeOf(status: number, sense: Sense | undefined): ErrorCode {
  switch (status) {
    case scsiStatus.busy:
      return 'SCSI_BUSY';
    case scsiStatus.taskSetFull:
      return 'SCSI_TASK_SET_FULL';
    case scsiStatus.reservationConflict:
      return 'SCSI_RESERVATION_CONFLICT';
    case scsiStatus.taskAborted:
      return 'SCSI_TASK_ABORTED';
    default:
      return codeOfSense(sense);
  }
}

function codeOfSense(sense: Sense | undefined): ErrorCode {
  if (sense === undefined) return 'SCSI_CHECK_CONDITION';
  if (sense.senseKey === senseKey.miscompare) return 'SCSI_MISCOMPARE';
  const code = sense.asc * 0x100 + sense.ascq;
  if (sense.senseKey === senseKey.illegalRequest && code === additionalSense.invalidCommandOperationCode) {
    return 'SCSI_UNSUPPORTED';
  }
  return 'SCSI_CHECK_CONDITION';
}
