// Designators: the names that a logical unit, target port or target device bears (SPC-4, clause "Device designation
// descriptor"), each type's content and its form as text.

import { putU8, putU16, toHex, UsageError, u8, u16 } from '../base/index.ts';
import { badData, putAscii, readAscii } from './response-data.ts';

/** One designator of the Device Identification page. */
export interface Designator {
  /** One of `designatorType`. */
  readonly type: number;
  /** One of `designatorAssociation`. */
  readonly association: number;
  /** One of `designatorCodeSet`. */
  readonly codeSet: number;
  /** SCSI transport protocol (5 is iSCSI), where the designator belongs to one. */
  readonly protocolIdentifier: number | undefined;
  readonly value: Uint8Array;
}

/** DESIGNATOR TYPE (SPC-4, Device Identification VPD page; Ah comes from SPC-5). */
export const designatorType = {
  vendorSpecific: 0x0,
  t10VendorId: 0x1,
  eui64: 0x2,
  naa: 0x3,
  relativeTargetPort: 0x4,
  targetPortGroup: 0x5,
  logicalUnitGroup: 0x6,
  md5LogicalUnit: 0x7,
  scsiName: 0x8,
  protocolSpecificPort: 0x9,
  uuid: 0xa,
} as const;

/** ASSOCIATION: what bears the name. */
export const designatorAssociation = { logicalUnit: 0, targetPort: 1, targetDevice: 2 } as const;

/** CODE SET of the designator's bytes. */
export const designatorCodeSet = { binary: 1, ascii: 2, utf8: 3 } as const;

/** SCSI transport protocol identifier of iSCSI (SPC-4, PROTOCOL IDENTIFIER field values). */
export const iscsiProtocolIdentifier = 0x5;

/** What a designator says, by type. */
export type DesignatorContent =
  | { readonly type: 'vendorSpecific'; readonly value: Uint8Array }
  | { readonly type: 't10VendorId'; readonly vendor: string; readonly identifier: string }
  /** 8, 12 or 16 bytes. */
  | { readonly type: 'eui64'; readonly value: Uint8Array }
  /** NAA 2, 3 or 5 with 8 bytes, 6 with 16; the first four bits of `value` are `naa`. */
  | { readonly type: 'naa'; readonly naa: number; readonly value: Uint8Array }
  | { readonly type: 'relativeTargetPort'; readonly port: number }
  | { readonly type: 'targetPortGroup'; readonly group: number }
  | { readonly type: 'logicalUnitGroup'; readonly group: number }
  | { readonly type: 'md5LogicalUnit'; readonly value: Uint8Array }
  | { readonly type: 'scsiName'; readonly name: string }
  | { readonly type: 'protocolSpecificPort'; readonly value: Uint8Array }
  /** In the form 8-4-4-4-12, lower case. */
  | { readonly type: 'uuid'; readonly uuid: string }
  | { readonly type: 'other'; readonly value: Uint8Array };

/**
 * Reads what a designator says. Throws ScsiError SCSI_BAD_DATA when its length does not fit its type. Types without a
 * meaning here give `other`.
 */
export function decodeDesignator(designator: Designator): DesignatorContent {
  const { type, value } = designator;
  switch (type) {
    case designatorType.vendorSpecific:
      return { type: 'vendorSpecific', value };
    case designatorType.t10VendorId:
      requireContent(value.length >= 8, designator);
      return { type: 't10VendorId', vendor: readAscii(value, 0, 8), identifier: readAscii(value, 8, value.length - 8) };
    case designatorType.eui64:
      requireContent(value.length === 8 || value.length === 12 || value.length === 16, designator);
      return { type: 'eui64', value };
    case designatorType.naa:
      return decodeNaa(designator);
    case designatorType.relativeTargetPort:
      return { type: 'relativeTargetPort', port: decodeLow16(designator) };
    case designatorType.targetPortGroup:
      return { type: 'targetPortGroup', group: decodeLow16(designator) };
    case designatorType.logicalUnitGroup:
      return { type: 'logicalUnitGroup', group: decodeLow16(designator) };
    case designatorType.md5LogicalUnit:
      requireContent(value.length === 16, designator);
      return { type: 'md5LogicalUnit', value };
    case designatorType.scsiName:
      return { type: 'scsiName', name: decodeScsiName(value) };
    case designatorType.protocolSpecificPort:
      return { type: 'protocolSpecificPort', value };
    case designatorType.uuid:
      requireContent(value.length === 18 && u8(value, 0) >>> 4 === 1, designator);
      return { type: 'uuid', uuid: formatUuid(value.subarray(2)) };
    default:
      return { type: 'other', value };
  }
}

/**
 * Makes a designator. Throws UsageError ISCSI_BAD_ARGUMENT for content that its type cannot hold, and for `other`.
 */
export function encodeDesignator(
  content: DesignatorContent,
  association: number = designatorAssociation.logicalUnit,
  protocolIdentifier?: number,
): Designator {
  const { code, codeSet, value } = encodeContent(content);
  const designator = { type: code, association, codeSet, protocolIdentifier, value };
  if (value.length > 255) throw unfit(content.type);
  try {
    decodeDesignator(designator);
  } catch (cause) {
    throw unfit(content.type, cause);
  }
  return designator;
}

/**
 * Formats a designator as `naa.…`, `eui.…`, `t10.…`, `uuid.…`, `name.…` and so on. Never throws: content that does not
 * fit its type is shown as its bytes.
 */
export function formatDesignator(designator: Designator): string {
  let content: DesignatorContent;
  try {
    content = decodeDesignator(designator);
  } catch {
    content = { type: 'other', value: designator.value };
  }
  switch (content.type) {
    case 't10VendorId':
      return `t10.${content.vendor.padEnd(8)}${content.identifier}`;
    case 'eui64':
      return `eui.${toHex(content.value)}`;
    case 'naa':
      return `naa.${toHex(content.value)}`;
    case 'relativeTargetPort':
      return `port.${content.port}`;
    case 'targetPortGroup':
      return `portgroup.${content.group}`;
    case 'logicalUnitGroup':
      return `lugroup.${content.group}`;
    case 'md5LogicalUnit':
      return `md5.${toHex(content.value)}`;
    case 'scsiName':
      return `name.${content.name.replaceAll(/\p{C}/gu, '?')}`; // it goes to logs and terminals
    case 'uuid':
      return `uuid.${content.uuid}`;
    case 'vendorSpecific':
      return `vendor.${toHex(content.value)}`;
    case 'protocolSpecificPort':
      return `protocolport.${toHex(content.value)}`;
    case 'other':
      return `type${designator.type}.${toHex(content.value)}`;
  }
}

function encodeContent(content: DesignatorContent): { code: number; codeSet: number; value: Uint8Array } {
  const { binary, ascii, utf8 } = designatorCodeSet;
  switch (content.type) {
    case 't10VendorId': {
      const value = new Uint8Array(8 + content.identifier.length);
      putAscii(value, 0, 8, content.vendor, 'vendor');
      putAscii(value, 8, content.identifier.length, content.identifier, 'identifier');
      return { code: designatorType.t10VendorId, codeSet: ascii, value };
    }
    case 'relativeTargetPort':
      return { code: designatorType.relativeTargetPort, codeSet: binary, value: low16(content.port) };
    case 'targetPortGroup':
    case 'logicalUnitGroup':
      return { code: designatorType[content.type], codeSet: binary, value: low16(content.group) };
    case 'scsiName':
      return { code: designatorType.scsiName, codeSet: utf8, value: encodeScsiName(content.name) };
    case 'uuid':
      return { code: designatorType.uuid, codeSet: binary, value: encodeUuid(content.uuid) };
    case 'vendorSpecific':
    case 'eui64':
    case 'naa':
    case 'md5LogicalUnit':
    case 'protocolSpecificPort':
      return { code: designatorType[content.type], codeSet: binary, value: content.value };
    case 'other':
      throw unfit(content.type);
  }
}

/**
 * NAA (SPC-4, clause "NAA designator format"): 2 IEEE extended, 3 locally assigned, 5 IEEE registered, 6 IEEE
 * registered extended.
 */
function decodeNaa(designator: Designator): DesignatorContent {
  const { value } = designator;
  requireContent(value.length > 0, designator);
  const naa = u8(value, 0) >>> 4;
  requireContent(naa === 6 ? value.length === 16 : value.length === 8, designator);
  return { type: 'naa', naa, value };
}

function decodeLow16(designator: Designator): number {
  requireContent(designator.value.length === 4, designator);
  return u16(designator.value, 2);
}

function low16(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU16(bytes, 2, value);
  return bytes;
}

/**
 * A SCSI name string ends with a NUL and NULs up to a multiple of four bytes (SPC-4, clause "SCSI name string
 * designator format").
 */
function encodeScsiName(name: string): Uint8Array {
  const text = Buffer.from(name, 'utf8');
  const value = new Uint8Array((Math.floor(text.length / 4) + 1) * 4);
  value.set(text);
  return value;
}

function decodeScsiName(value: Uint8Array): string {
  const end = value.indexOf(0);
  return Buffer.from(end === -1 ? value : value.subarray(0, end)).toString('utf8');
}

function encodeUuid(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw unfit('uuid');
  const value = new Uint8Array(18);
  putU8(value, 0, 0x10); // UUID TYPE 1: a locally assigned UUID of RFC 4122
  value.set(Buffer.from(hex, 'hex'), 2);
  return value;
}

function formatUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function requireContent(condition: boolean, designator: Designator): void {
  if (condition) return;
  const { type, value } = designator;
  throw badData(`a designator of type ${type} has content that does not fit its type: ${value.length} bytes`);
}

function unfit(type: string, cause?: unknown): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', `the content does not fit a designator of type ${type}`, {
    argument: 'content',
    cause,
  });
}
