// INQUIRY: the standard data and the vital product data pages (SPC-4 §6.6, §7.8; SBC-4 §6.6).

import { putU8, putU16, putU32, u8, u16 } from '../../base/index.ts';
import type { LogicalUnit } from './logical-unit.ts';
import { maxCompareBlocks } from './medium.ts';
import { dataIn, ended, type Plan } from './plan.ts';
import { provisioningLimits } from './provisioning.ts';
import { condition } from './sense.ts';

/** The SCSI port through which the logical unit is seen. */
export interface TargetPort {
  readonly targetName: string;
  readonly portalGroupTag: number;
}

/** The first byte of INQUIRY data (SPC-4 §6.6.2): qualifier and device type. */
export const peripheral = { disk: 0x00, wellKnownUnit: 0x1e, absent: 0x7f } as const;

/** INQUIRY of a logical unit. */
export function planInquiry(unit: LogicalUnit, port: TargetPort, cdb: Uint8Array): Plan {
  const page = u8(cdb, 2);
  const allocationLength = u16(cdb, 3);
  if ((u8(cdb, 1) & 0x01) === 0) {
    if (page !== 0) return ended(condition.invalidFieldInCdb);
    return dataIn(standardInquiry(peripheral.disk, unit), allocationLength);
  }
  const body = vitalPage(page, unit, port);
  if (body === undefined) return ended(condition.invalidFieldInCdb);
  const data = new Uint8Array(4 + body.length);
  putU8(data, 1, page);
  putU16(data, 2, body.length);
  data.set(body, 4);
  return dataIn(data, allocationLength);
}

/** INQUIRY where there is no disk: an absent logical unit, or the REPORT LUNS well-known one. Only standard data. */
export function planBareInquiry(firstByte: number, cdb: Uint8Array): Plan {
  if ((u8(cdb, 1) & 0x01) !== 0 || u8(cdb, 2) !== 0) return ended(condition.invalidFieldInCdb);
  return dataIn(standardInquiry(firstByte, undefined), u16(cdb, 3));
}

function standardInquiry(firstByte: number, unit: LogicalUnit | undefined): Uint8Array {
  const data = new Uint8Array(96);
  putU8(data, 0, firstByte);
  putU8(data, 2, 0x06); // SPC-4
  putU8(data, 3, 0x12); // HISUP, response data format 2
  putU8(data, 4, data.length - 5);
  putU8(data, 7, 0x02); // CMDQUE
  putAscii(data, 8, 8, unit?.identity.vendor ?? 'HAWSER');
  putAscii(data, 16, 16, unit?.identity.product ?? '');
  putAscii(data, 32, 4, unit?.identity.revision ?? '');
  putU16(data, 58, 0x00a0); // SAM-5
  putU16(data, 60, 0x0960); // iSCSI
  putU16(data, 62, 0x0460); // SPC-4
  putU16(data, 64, firstByte === peripheral.disk ? 0x04c0 : 0); // SBC-3
  return data;
}

function vitalPage(page: number, unit: LogicalUnit, port: TargetPort): Uint8Array | undefined {
  switch (page) {
    case 0x00:
      return Uint8Array.of(0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2);
    case 0x80:
      return Buffer.from(unit.identity.serial, 'latin1');
    case 0x83:
      return deviceIdentification(unit, port);
    case 0xb0:
      return blockLimits(unit);
    case 0xb1:
      return blockCharacteristics();
    case 0xb2:
      return logicalBlockProvisioning(unit);
    default:
      return undefined;
  }
}

/** Block Limits (SBC-4 §6.6.4); positions are those of the page without its first four bytes. */
function blockLimits(unit: LogicalUnit): Uint8Array {
  const data = new Uint8Array(60);
  putU8(data, 0, 0x01); // WSNZ: WRITE SAME does not take a length of 0
  putU8(data, 1, maxCompareBlocks);
  putU16(data, 2, 1); // optimal transfer granularity
  putU32(data, 4, unit.maxTransferBlocks);
  putU32(data, 8, Math.min(unit.maxTransferBlocks, Math.floor(1_048_576 / unit.blockSize)));
  if (unit.isThin) {
    putU32(data, 16, provisioningLimits.unmapBlocks);
    putU32(data, 20, provisioningLimits.unmapDescriptors);
    putU32(data, 24, 1); // optimal unmap granularity
  }
  putU32(data, 36, provisioningLimits.writeSameBlocks); // the low half of 64 bits
  return data;
}

/** Block Device Characteristics (SBC-4 §6.6.2): a medium that does not rotate. */
function blockCharacteristics(): Uint8Array {
  const data = new Uint8Array(60);
  putU16(data, 0, 1);
  return data;
}

/** Logical Block Provisioning (SBC-4 §6.6.7). */
function logicalBlockProvisioning(unit: LogicalUnit): Uint8Array {
  if (!unit.isThin) return Uint8Array.of(0, 0, 0, 0);
  const readsZeros = unit.unmappedReadsZeros ? 0x04 : 0;
  return Uint8Array.of(0, 0xe0 | readsZeros, 0x02, 0); // LBPU, LBPWS, LBPWS10; thin
}

/** Device Identification (SPC-4 §7.8.6): the unit by NAA, vendor and name, the port by number and name. */
function deviceIdentification(unit: LogicalUnit, port: TargetPort): Uint8Array {
  const { identity } = unit;
  const naaHex = Buffer.from(identity.naa).toString('hex').toUpperCase();
  const portName = `${port.targetName},t,0x${port.portalGroupTag.toString(16).padStart(4, '0')}`;
  return Buffer.concat([
    designator(0x01, 0x03, identity.naa),
    designator(0x02, 0x01, Buffer.from(identity.vendor.padEnd(8).slice(0, 8) + identity.serial, 'latin1')),
    designator(0x03, 0x08, nameString(`naa.${naaHex}`)),
    designator(0x01, 0x94, Uint8Array.of(0, 0, port.portalGroupTag >>> 8, port.portalGroupTag & 0xff)),
    designator(0x53, 0x98, nameString(portName)),
  ]);
}

/** One designation descriptor: protocol and code set, flags with type, the designator. 5 is iSCSI, PIV is 80h. */
function designator(codeSet: number, flags: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(codeSet, flags, 0, bytes.length), bytes]);
}

/** A SCSI name string: UTF-8 with at least one zero at the end, a multiple of four bytes long (SPC-4 §7.8.6.11). */
function nameString(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  const padded = Buffer.alloc((Math.floor(bytes.length / 4) + 1) * 4);
  bytes.copy(padded);
  return padded;
}

function putAscii(data: Uint8Array, at: number, length: number, text: string): void {
  data.set(Buffer.from(text.padEnd(length).slice(0, length), 'latin1'), at);
}
