// Sense data (SPC-4 §4.5): why a command ended with CHECK CONDITION, in fixed (70h, 71h) and descriptor (72h, 73h)
// format.

import { putU8, putU16, putU32, u8, u16, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { badData, requireLength, zeroExtended } from './response-data.ts';

/** Sense data, in whichever format they came. */
export interface Sense {
  readonly format: 'fixed' | 'descriptor';
  /** Whether it tells of an earlier command and not of this one (response codes 71h and 73h). */
  readonly isDeferred: boolean;
  /** One of `senseKey`. */
  readonly senseKey: number;
  /** ADDITIONAL SENSE CODE. */
  readonly asc: number;
  /** ADDITIONAL SENSE CODE QUALIFIER. */
  readonly ascq: number;
  /** The INFORMATION field when it is valid; for a medium error the LBA. Above 2^53-1 it is given as 2^53-1. */
  readonly information: number | undefined;
  readonly commandSpecificInformation: number | undefined;
  readonly fieldReplaceableUnitCode: number | undefined;
  /** The 23 bits behind SKSV when that is set: which field is wrong, or how far an operation is. */
  readonly senseKeySpecific: number | undefined;
}

/**
 * Where in a CDB or parameter list the fault lies (SPC-4, field pointer sense key specific data), for sense key ILLEGAL
 * REQUEST.
 */
export interface FieldPointer {
  /** In the CDB (C/D set) or in the parameter data. */
  readonly isInCdb: boolean;
  readonly byte: number;
  /** 7 to 0, where the device named one. */
  readonly bit: number | undefined;
}

const fixedLength = 18;
const descriptorHeaderLength = 8;
const flagValid = 0x80;
const flagSksv = 0x80_0000;
/** Sense data descriptor types (SPC-4, descriptor format sense data). */
const descriptorType = {
  information: 0,
  commandSpecific: 1,
  senseKeySpecific: 2,
  fieldReplaceableUnit: 3,
  block: 0x0d,
};

/**
 * Encodes sense data. In fixed format, INFORMATION and COMMAND-SPECIFIC INFORMATION have 32 bits: a value that needs
 * more is left out, as SPC-4 says of that format.
 */
export function encodeSense(sense: Sense): Uint8Array {
  return sense.format === 'fixed' ? encodeFixed(sense) : encodeDescriptors(sense);
}

/**
 * Decodes sense data as far as they came; fields behind the additional length or the end are absent. Throws ScsiError
 * SCSI_BAD_DATA when not even the sense key came, or the response code is not 70h to 73h.
 */
export function decodeSense(bytes: Uint8Array): Sense {
  requireLength(bytes, 4, 'sense data');
  const responseCode = u8(bytes, 0) & 0x7f;
  switch (responseCode) {
    case 0x70:
    case 0x71:
      return decodeFixed(bytes, responseCode === 0x71);
    case 0x72:
    case 0x73:
      return decodeDescriptors(bytes, responseCode === 0x73);
    default:
      throw badData(`sense data have response code ${responseCode.toString(16).toUpperCase()}h, not 70h to 73h`);
  }
}

/** Makes current sense data of a key and a code (asc × 256 + ascq), for example one of `additionalSense`. */
export function makeSense(senseKey: number, code: number, more: Partial<Sense> = {}): Sense {
  return {
    format: 'fixed',
    isDeferred: false,
    senseKey,
    asc: code >>> 8,
    ascq: code & 0xff,
    information: undefined,
    commandSpecificInformation: undefined,
    fieldReplaceableUnitCode: undefined,
    senseKeySpecific: undefined,
    ...more,
  };
}

/** The sense-key specific value of a field pointer. */
export function encodeFieldPointer(pointer: FieldPointer): number {
  const bit = pointer.bit === undefined ? 0 : 0x08_0000 | (pointer.bit << 16);
  return (pointer.isInCdb ? 0x40_0000 : 0) | bit | (pointer.byte & 0xffff);
}

/** Reads the sense-key specific value of an ILLEGAL REQUEST. */
export function decodeFieldPointer(senseKeySpecific: number): FieldPointer {
  return {
    isInCdb: (senseKeySpecific & 0x40_0000) !== 0,
    byte: senseKeySpecific & 0xffff,
    bit: (senseKeySpecific & 0x08_0000) === 0 ? undefined : (senseKeySpecific >>> 16) & 0x07,
  };
}

function encodeFixed(sense: Sense): Uint8Array {
  const bytes = new Uint8Array(fixedLength);
  const { information, commandSpecificInformation, senseKeySpecific } = sense;
  const isValid = information !== undefined && information <= 0xffff_ffff;
  putU8(bytes, 0, (isValid ? flagValid : 0) | (sense.isDeferred ? 0x71 : 0x70));
  putU8(bytes, 2, sense.senseKey & 0x0f);
  if (isValid) putU32(bytes, 3, information);
  putU8(bytes, 7, fixedLength - 8);
  if (commandSpecificInformation !== undefined && commandSpecificInformation <= 0xffff_ffff) {
    putU32(bytes, 8, commandSpecificInformation);
  }
  putU8(bytes, 12, sense.asc);
  putU8(bytes, 13, sense.ascq);
  putU8(bytes, 14, sense.fieldReplaceableUnitCode ?? 0);
  if (senseKeySpecific !== undefined) putSenseKeySpecific(bytes, 15, senseKeySpecific);
  return bytes;
}

function decodeFixed(received: Uint8Array, isDeferred: boolean): Sense {
  const declared = received.length < 8 ? received.length : 8 + u8(received, 7);
  const bytes = zeroExtended(received, declared, fixedLength);
  const commandSpecific = u32(bytes, 8);
  return {
    format: 'fixed',
    isDeferred,
    senseKey: u8(bytes, 2) & 0x0f,
    asc: u8(bytes, 12),
    ascq: u8(bytes, 13),
    information: (u8(bytes, 0) & flagValid) === 0 ? undefined : u32(bytes, 3),
    // Fixed format has no bit that says these two are there; zero is what is sent when they are not.
    commandSpecificInformation: commandSpecific === 0 ? undefined : commandSpecific,
    fieldReplaceableUnitCode: u8(bytes, 14) === 0 ? undefined : u8(bytes, 14),
    senseKeySpecific: readSenseKeySpecific(bytes, 15),
  };
}

function encodeDescriptors(sense: Sense): Uint8Array {
  const bytes = new Uint8Array(descriptorHeaderLength + 12 + 12 + 8 + 4);
  putU8(bytes, 0, sense.isDeferred ? 0x73 : 0x72);
  putU8(bytes, 1, sense.senseKey & 0x0f);
  putU8(bytes, 2, sense.asc);
  putU8(bytes, 3, sense.ascq);
  let at = descriptorHeaderLength;
  if (sense.information !== undefined) {
    putDescriptor(bytes, at, descriptorType.information, 0x0a);
    putU8(bytes, at + 2, flagValid);
    putSafeU64(bytes, at + 4, sense.information);
    at += 12;
  }
  if (sense.commandSpecificInformation !== undefined) {
    putDescriptor(bytes, at, descriptorType.commandSpecific, 0x0a);
    putSafeU64(bytes, at + 4, sense.commandSpecificInformation);
    at += 12;
  }
  if (sense.senseKeySpecific !== undefined) {
    putDescriptor(bytes, at, descriptorType.senseKeySpecific, 0x06);
    putSenseKeySpecific(bytes, at + 4, sense.senseKeySpecific);
    at += 8;
  }
  if (sense.fieldReplaceableUnitCode !== undefined) {
    putDescriptor(bytes, at, descriptorType.fieldReplaceableUnit, 0x02);
    putU8(bytes, at + 3, sense.fieldReplaceableUnitCode);
    at += 4;
  }
  putU8(bytes, 7, at - descriptorHeaderLength);
  return bytes.subarray(0, at);
}

function decodeDescriptors(bytes: Uint8Array, isDeferred: boolean): Sense {
  const declared = bytes.length < descriptorHeaderLength ? 0 : descriptorHeaderLength + u8(bytes, 7);
  const end = Math.min(bytes.length, declared);
  let found: Partial<Sense> = {};
  let at = descriptorHeaderLength;
  while (at + 2 <= end) {
    const next = at + 2 + u8(bytes, at + 1);
    if (next > end) break; // cut off: what is whole still tells the reason
    found = { ...found, ...decodeDescriptor(bytes, at, next - at) };
    at = next;
  }
  return makeSense(u8(bytes, 1) & 0x0f, u16(bytes, 2), { ...found, format: 'descriptor', isDeferred });
}

/** Reads one descriptor of `length` bytes, header included; unknown and too short ones tell nothing. */
function decodeDescriptor(bytes: Uint8Array, at: number, length: number): Partial<Sense> {
  const type = u8(bytes, at);
  if (type === descriptorType.information && length >= 12) {
    return (u8(bytes, at + 2) & flagValid) === 0 ? {} : { information: u64Saturated(bytes, at + 4) };
  }
  if (type === descriptorType.commandSpecific && length >= 12) {
    return { commandSpecificInformation: u64Saturated(bytes, at + 4) };
  }
  if (type === descriptorType.senseKeySpecific && length >= 8) {
    return { senseKeySpecific: readSenseKeySpecific(bytes, at + 4) };
  }
  if (type === descriptorType.fieldReplaceableUnit && length >= 4) {
    return { fieldReplaceableUnitCode: u8(bytes, at + 3) };
  }
  // Direct-access block device descriptor (SBC-4): all of the above in one.
  if (type === descriptorType.block && length >= 24) {
    return {
      information: (u8(bytes, at + 2) & flagValid) === 0 ? undefined : u64Saturated(bytes, at + 8),
      commandSpecificInformation: u64Saturated(bytes, at + 16),
      senseKeySpecific: readSenseKeySpecific(bytes, at + 4),
      fieldReplaceableUnitCode: u8(bytes, at + 7),
    };
  }
  return {};
}

function putDescriptor(bytes: Uint8Array, at: number, type: number, additionalLength: number): void {
  putU8(bytes, at, type);
  putU8(bytes, at + 1, additionalLength);
}

function putSenseKeySpecific(bytes: Uint8Array, at: number, value: number): void {
  putU8(bytes, at, 0x80 | (value >>> 16));
  putU16(bytes, at + 1, value & 0xffff);
}

function readSenseKeySpecific(bytes: Uint8Array, at: number): number | undefined {
  const value = (u8(bytes, at) << 16) | u16(bytes, at + 1);
  return (value & flagSksv) === 0 ? undefined : value & ~flagSksv;
}
