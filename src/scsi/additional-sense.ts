// Additional sense codes: names for those that a disk can return, and constants for those that code here decides by.

import { highAdditionalSenseNames } from './additional-sense-high.ts';
import { lowAdditionalSenseNames } from './additional-sense-low.ts';

/** Codes (ASC × 256 + ASCQ) that this package sends or decides by. */
export const additionalSense = {
  none: 0x0000,
  logicalUnitNotReady: 0x0400,
  becomingReady: 0x0401,
  writeError: 0x0c00,
  unexpectedUnsolicitedData: 0x0c0c,
  notEnoughUnsolicitedData: 0x0c0d,
  unrecoveredReadError: 0x1100,
  parameterListLengthError: 0x1a00,
  miscompareDuringVerify: 0x1d00,
  invalidCommandOperationCode: 0x2000,
  lbaOutOfRange: 0x2100,
  invalidFieldInCdb: 0x2400,
  logicalUnitNotSupported: 0x2500,
  invalidFieldInParameterList: 0x2600,
  writeProtected: 0x2700,
  spaceAllocationFailed: 0x2707,
  powerOnOrReset: 0x2900,
  nexusLoss: 0x2907,
  modeParametersChanged: 0x2a01,
  capacityDataHasChanged: 0x2a09,
  commandsClearedByAnotherInitiator: 0x2f00,
  savingParametersNotSupported: 0x3900,
  mediumNotPresent: 0x3a00,
  inquiryDataHasChanged: 0x3f03,
  reportedLunsDataHasChanged: 0x3f0e,
  internalTargetFailure: 0x4400,
  protocolServiceCrcError: 0x4705,
  insufficientResources: 0x5503,
} as const;

const names: ReadonlyMap<number, string> = new Map([...lowAdditionalSenseNames, ...highAdditionalSenseNames]);

/** The name of an additional sense code as T10 publishes it, or `ASC XXh ASCQ XXh` when it has none. */
export function additionalSenseName(asc: number, ascq: number): string {
  const name = names.get(asc * 0x100 + ascq);
  if (name !== undefined) return name;
  // Two codes carry a value in their qualifier.
  if (asc === 0x40 && ascq >= 0x80) return `DIAGNOSTIC FAILURE ON COMPONENT ${hex(ascq)}h`;
  if (asc === 0x4d) return `TAGGED OVERLAPPED COMMANDS (TASK TAG ${hex(ascq)}h)`;
  return `ASC ${hex(asc)}h ASCQ ${hex(ascq)}h`;
}

/** Every additional sense code that has a name, with it. */
export function additionalSenseNames(): ReadonlyMap<number, string> {
  return names;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0').toUpperCase();
}
