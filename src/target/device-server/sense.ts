// SCSI statuses and the conditions that this device server reports, with their fixed-format sense data (SPC-4 §4.5.3).

import { putU8, putU32 } from '../../base/index.ts';

/** SCSI status codes (SAM-5 §5.3.1). */
export const scsiStatus = {
  good: 0x00,
  checkCondition: 0x02,
  conditionMet: 0x04,
  busy: 0x08,
  reservationConflict: 0x18,
  taskSetFull: 0x28,
  taskAborted: 0x40,
} as const;

/** Why a command ends with CHECK CONDITION. */
export interface CheckCondition {
  readonly senseKey: number;
  /** Additional sense code. */
  readonly asc: number;
  /** Additional sense code qualifier. */
  readonly ascq: number;
  /** The INFORMATION field, where the condition defines one. */
  readonly information?: number;
}

/** Sense key, ASC and ASCQ of every condition (SPC-4 annex F; those of iSCSI: RFC 7143 §11.4.7.2, §11.14.5). */
const rows = {
  noSense: [0x00, 0x00, 0x00],
  notReady: [0x02, 0x04, 0x00],
  writeError: [0x03, 0x0c, 0x00],
  unrecoveredReadError: [0x03, 0x11, 0x00],
  parameterListLengthError: [0x05, 0x1a, 0x00],
  invalidOpcode: [0x05, 0x20, 0x00],
  lbaOutOfRange: [0x05, 0x21, 0x00],
  invalidFieldInCdb: [0x05, 0x24, 0x00],
  lunNotSupported: [0x05, 0x25, 0x00],
  invalidFieldInParameterList: [0x05, 0x26, 0x00],
  savingNotSupported: [0x05, 0x39, 0x00],
  writeProtected: [0x07, 0x27, 0x00],
  miscompare: [0x0e, 0x1d, 0x00],
  internalFailure: [0x04, 0x44, 0x00],
  anyReset: [0x06, 0x29, 0x00],
  powerOn: [0x06, 0x29, 0x01],
  deviceReset: [0x06, 0x29, 0x03],
  nexusLoss: [0x06, 0x29, 0x07],
  capacityChanged: [0x06, 0x2a, 0x09],
  modeParametersChanged: [0x06, 0x2a, 0x01],
  commandsClearedByAnother: [0x06, 0x2f, 0x00],
  lunInventoryChanged: [0x06, 0x3f, 0x0e],
  commandsClearedByProtocol: [0x06, 0x47, 0x7f],
  unexpectedUnsolicitedData: [0x0b, 0x0c, 0x0c],
  incorrectAmountOfData: [0x0b, 0x0c, 0x0d],
  snackRejected: [0x0b, 0x11, 0x13],
  protocolServiceCrcError: [0x0b, 0x47, 0x05],
} as const;

/** A condition that the target reports. */
export type ConditionName = keyof typeof rows;

/** Every condition that the target reports, by name. */
export const condition: Readonly<Record<ConditionName, CheckCondition>> = fromRows();

function fromRows(): Readonly<Record<ConditionName, CheckCondition>> {
  const entries = Object.entries(rows).map(([name, [key, asc, ascq]]) => [name, { senseKey: key, asc, ascq }]);
  return Object.fromEntries(entries) as Record<ConditionName, CheckCondition>;
}

/** The 18 bytes of fixed-format sense data for a current error (SPC-4 §4.5.3). */
export function encodeSense(facts: CheckCondition): Uint8Array {
  const sense = new Uint8Array(18);
  const hasInformation = facts.information !== undefined && facts.information <= 0xffff_ffff;
  putU8(sense, 0, hasInformation ? 0xf0 : 0x70);
  putU8(sense, 2, facts.senseKey);
  if (hasInformation) putU32(sense, 3, facts.information ?? 0);
  putU8(sense, 7, sense.length - 8);
  putU8(sense, 12, facts.asc);
  putU8(sense, 13, facts.ascq);
  return sense;
}

/** Descriptor-format sense data without descriptors (SPC-4 §4.5.2), for REQUEST SENSE with its DESC bit. */
export function encodeDescriptorSense(facts: CheckCondition): Uint8Array {
  return Uint8Array.of(0x72, facts.senseKey, facts.asc, facts.ascq, 0, 0, 0, 0);
}
