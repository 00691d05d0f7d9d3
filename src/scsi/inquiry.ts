// INQUIRY (SPC-4): the CDB and the standard INQUIRY data. Vital product data pages have files of their own.

import { putU8, putU16, u8, u16 } from '../base/index.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';
import { putAscii, readAscii, requireLength, zeroExtended } from './response-data.ts';

/** The fields of an INQUIRY CDB. */
export interface InquiryCdb {
  /** Whether a vital product data page is asked for (EVPD). */
  readonly evpd: boolean;
  /** The page, when `evpd` is set, else 0. */
  readonly pageCode: number;
  readonly allocationLength: number;
}

/** Device types that this package meets (SPC-4, PERIPHERAL DEVICE TYPE field). */
export const deviceType = {
  disk: 0x00,
  tape: 0x01,
  cdDvd: 0x05,
  mediumChanger: 0x08,
  storageArray: 0x0c,
  enclosure: 0x0d,
  simplifiedDisk: 0x0e,
  wellKnown: 0x1e,
  unknown: 0x1f,
} as const;

/** Whether a device is at the LUN: 0 connected, 1 not connected now, 3 not possible at this LUN. */
export const peripheralQualifier = { connected: 0, notConnected: 1, notCapable: 3 } as const;

/** Standard INQUIRY data. Bits bear SPC's names. */
export interface InquiryData {
  readonly peripheralQualifier: number;
  readonly deviceType: number;
  /** Removable medium (RMB). */
  readonly isRemovable: boolean;
  /** The SPC level: 5 is SPC-3, 6 SPC-4, 7 SPC-5. */
  readonly version: number;
  readonly normAca: boolean;
  readonly hiSup: boolean;
  /** Asymmetric access: 0 none, 1 implicit, 2 explicit, 3 both. */
  readonly tpgs: number;
  /** Third-party copy (3PC). */
  readonly thirdPartyCopy: boolean;
  /** Protection information (PROTECT). */
  readonly protect: boolean;
  readonly multiP: boolean;
  readonly cmdQue: boolean;
  /** At most 8 characters. */
  readonly vendor: string;
  /** At most 16 characters. */
  readonly product: string;
  /** At most 4 characters. */
  readonly revision: string;
  /** Standards claimed, at most eight; 0 entries are left out. */
  readonly versionDescriptors: readonly number[];
}

const dataLength = 96;
const headerLength = 5;
const flag = { evpd: 0x01, rmb: 0x80, normAca: 0x20, hiSup: 0x10, thirdPartyCopy: 0x08, protect: 0x01 } as const;
const flag6 = { multiP: 0x10 } as const;
const flag7 = { cmdQue: 0x02 } as const;
const responseDataFormat = 2;

/** Encodes an INQUIRY CDB (6 bytes and padding). */
export function encodeInquiryCdb(fields: InquiryCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.inquiry);
  putU8(cdb, 1, fields.evpd ? flag.evpd : 0);
  putU8(cdb, 2, fields.pageCode);
  putU16(cdb, 3, fields.allocationLength);
  return cdb;
}

/** Decodes an INQUIRY CDB of at least 6 bytes. */
export function decodeInquiryCdb(cdb: Uint8Array): InquiryCdb {
  return { evpd: (u8(cdb, 1) & flag.evpd) !== 0, pageCode: u8(cdb, 2), allocationLength: u16(cdb, 3) };
}

/**
 * Encodes standard INQUIRY data, 96 bytes. Throws UsageError ISCSI_BAD_ARGUMENT for text that does not fit its field.
 */
export function encodeInquiryData(data: InquiryData): Uint8Array {
  const bytes = new Uint8Array(dataLength);
  putU8(bytes, 0, (data.peripheralQualifier << 5) | (data.deviceType & 0x1f));
  putU8(bytes, 1, data.isRemovable ? flag.rmb : 0);
  putU8(bytes, 2, data.version);
  putU8(bytes, 3, (data.normAca ? flag.normAca : 0) | (data.hiSup ? flag.hiSup : 0) | responseDataFormat);
  putU8(bytes, 4, dataLength - headerLength);
  const thirdPartyCopy = data.thirdPartyCopy ? flag.thirdPartyCopy : 0;
  putU8(bytes, 5, ((data.tpgs & 0x03) << 4) | thirdPartyCopy | (data.protect ? flag.protect : 0));
  putU8(bytes, 6, data.multiP ? flag6.multiP : 0);
  putU8(bytes, 7, data.cmdQue ? flag7.cmdQue : 0);
  putAscii(bytes, 8, 8, data.vendor, 'vendor');
  putAscii(bytes, 16, 16, data.product, 'product');
  putAscii(bytes, 32, 4, data.revision, 'revision');
  for (const [i, descriptor] of data.versionDescriptors.slice(0, 8).entries()) putU16(bytes, 58 + 2 * i, descriptor);
  return bytes;
}

/**
 * Decodes standard INQUIRY data. Fields that the device's additional length or the allocation length left out are zero
 * or empty. Throws ScsiError SCSI_BAD_DATA when not even the five bytes of the header came.
 */
export function decodeInquiryData(received: Uint8Array): InquiryData {
  requireLength(received, headerLength, 'INQUIRY data');
  const bytes = zeroExtended(received, headerLength + u8(received, 4), 74);
  const versionDescriptors: number[] = [];
  for (let at = 58; at < 74; at += 2) {
    const descriptor = u16(bytes, at);
    if (descriptor !== 0) versionDescriptors.push(descriptor);
  }
  return {
    peripheralQualifier: u8(bytes, 0) >>> 5,
    deviceType: u8(bytes, 0) & 0x1f,
    isRemovable: (u8(bytes, 1) & flag.rmb) !== 0,
    version: u8(bytes, 2),
    normAca: (u8(bytes, 3) & flag.normAca) !== 0,
    hiSup: (u8(bytes, 3) & flag.hiSup) !== 0,
    tpgs: (u8(bytes, 5) >>> 4) & 0x03,
    thirdPartyCopy: (u8(bytes, 5) & flag.thirdPartyCopy) !== 0,
    protect: (u8(bytes, 5) & flag.protect) !== 0,
    multiP: (u8(bytes, 6) & flag6.multiP) !== 0,
    cmdQue: (u8(bytes, 7) & flag7.cmdQue) !== 0,
    vendor: readAscii(bytes, 8, 8),
    product: readAscii(bytes, 16, 16),
    revision: readAscii(bytes, 32, 4),
    versionDescriptors,
  };
}
