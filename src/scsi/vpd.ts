// Vital product data: the page header that all pages share, Supported VPD Pages (00h) and Unit Serial Number (80h)
// (SPC-4).

import { putU8, putU16, u8, u16 } from '../base/index.ts';
import { badData, putAscii, readAscii, requireLength } from './response-data.ts';

/** The codes of the pages that this package encodes and decodes. */
export const vpdPage = {
  supportedPages: 0x00,
  unitSerialNumber: 0x80,
  deviceIdentification: 0x83,
  blockLimits: 0xb0,
  blockDeviceCharacteristics: 0xb1,
  logicalBlockProvisioning: 0xb2,
} as const;

/** The bytes before a page's own fields. */
export const vpdHeaderLength = 4;

/** What kind of device a page belongs to: byte 0 of the page, as in standard INQUIRY data. */
export interface VpdDevice {
  readonly peripheralQualifier: number;
  readonly deviceType: number;
}

/** The device that a page is encoded for unless another is given: a disk that is there. */
export const connectedDisk: VpdDevice = { peripheralQualifier: 0, deviceType: 0 };

/** Makes a page of zeros with its header; `bodyLength` counts the bytes after the header. @internal */
export function newVpdPage(pageCode: number, bodyLength: number, device: VpdDevice): Uint8Array {
  const page = new Uint8Array(vpdHeaderLength + bodyLength);
  putU8(page, 0, (device.peripheralQualifier << 5) | (device.deviceType & 0x1f));
  putU8(page, 1, pageCode);
  putU16(page, 2, bodyLength);
  return page;
}

/**
 * The length of a whole page by its header, which may be more than came. Throws ScsiError SCSI_BAD_DATA when the header
 * is not whole or names another page: some devices answer standard INQUIRY data where they do not know the page.
 */
export function vpdDeclaredLength(bytes: Uint8Array, pageCode: number): number {
  requireLength(bytes, vpdHeaderLength, `VPD page ${hexByte(pageCode)}`);
  const got = u8(bytes, 1);
  if (got !== pageCode) throw badData(`VPD page ${hexByte(pageCode)} was asked for and page ${hexByte(got)} came`);
  return vpdHeaderLength + u16(bytes, 2);
}

/** Encodes the Supported VPD Pages page; `pages` is put in ascending order, as SPC-4 asks. */
export function encodeSupportedPages(pages: readonly number[], device: VpdDevice = connectedDisk): Uint8Array {
  const page = newVpdPage(vpdPage.supportedPages, pages.length, device);
  page.set(
    [...pages].sort((a, b) => a - b),
    vpdHeaderLength,
  );
  return page;
}

/** Decodes the Supported VPD Pages page, as far as it came. Throws ScsiError SCSI_BAD_DATA for another page. */
export function decodeSupportedPages(bytes: Uint8Array): readonly number[] {
  const end = Math.min(bytes.length, vpdDeclaredLength(bytes, vpdPage.supportedPages));
  return [...bytes.subarray(vpdHeaderLength, end)];
}

/** Encodes the Unit Serial Number page. Throws UsageError ISCSI_BAD_ARGUMENT unless it is printable ASCII. */
export function encodeUnitSerialNumber(serial: string, device: VpdDevice = connectedDisk): Uint8Array {
  const page = newVpdPage(vpdPage.unitSerialNumber, serial.length, device);
  putAscii(page, vpdHeaderLength, serial.length, serial, 'serial');
  return page;
}

/**
 * Decodes the Unit Serial Number page without the spaces before and after it (SPC-4 aligns it to the right). Throws
 * ScsiError SCSI_BAD_DATA for another page.
 */
export function decodeUnitSerialNumber(bytes: Uint8Array): string {
  const end = Math.min(bytes.length, vpdDeclaredLength(bytes, vpdPage.unitSerialNumber));
  return readAscii(bytes, vpdHeaderLength, end - vpdHeaderLength).trimStart();
}

function hexByte(value: number): string {
  return `${value.toString(16).padStart(2, '0').toUpperCase()}h`;
}
