// MODE SENSE, 6 and 10 bytes (SPC-4): the CDBs and the mode parameter list of header, block descriptor and
// pages. What is inside a page is in mode-pages.ts.

import { putU8, putU16, putU24, putU32, u8, u16, u24, u32 } from '../base/index.ts';
import { putSafeU64, u64Saturated } from './integers.ts';
import { cdbFieldLength, scsiOpcode } from './opcodes.ts';
import { badData, requireLength } from './response-data.ts';

/** PAGE CONTROL: which values of a mode page are asked for. */
export const pageControl = { current: 0, changeable: 1, default: 2, saved: 3 } as const;

/** The fields of a MODE SENSE CDB. */
export interface ModeSenseCdb {
  /** Disable block descriptors: leave them out (DBD). */
  readonly dbd: boolean;
  /** Long LBAs accepted, that is long block descriptors (LLBAA; 10-byte form only). */
  readonly llbaa: boolean;
  /** One of `pageControl`. */
  readonly pageControl: number;
  readonly pageCode: number;
  readonly subpageCode: number;
  readonly allocationLength: number;
}

/** A block descriptor: how many blocks of what size. */
export interface ModeBlockDescriptor {
  readonly blocks: number;
  readonly blockLength: number;
}

/** A mode page as its header tells: `body` holds the bytes after the page's length field. */
export interface ModePage {
  readonly pageCode: number;
  /** 0 for a page without subpage format. */
  readonly subpageCode: number;
  /** Parameters saveable (PS). */
  readonly ps: boolean;
  readonly body: Uint8Array;
}

/** A mode parameter list. */
export interface ModeParameters {
  readonly mediumType: number;
  /** Medium is write protected (WP of a block device's device-specific parameter). */
  readonly isWriteProtected: boolean;
  /** DPO and FUA are supported in CDBs (DPOFUA). */
  readonly dpoFua: boolean;
  readonly blockDescriptors: readonly ModeBlockDescriptor[];
  readonly pages: readonly ModePage[];
}

const deviceSpecific = { wp: 0x80, dpoFua: 0x10 } as const;
const pageFlag = { ps: 0x80, spf: 0x40 } as const;

/** Encodes a MODE SENSE(6) CDB (6 bytes and padding); at most 255 bytes are asked for. */
export function encodeModeSense6Cdb(fields: ModeSenseCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.modeSense6);
  putU8(cdb, 1, fields.dbd ? 0x08 : 0);
  putU8(cdb, 2, (fields.pageControl << 6) | (fields.pageCode & 0x3f));
  putU8(cdb, 3, fields.subpageCode);
  putU8(cdb, 4, Math.min(fields.allocationLength, 0xff));
  return cdb;
}

/** Encodes a MODE SENSE(10) CDB (10 bytes and padding). */
export function encodeModeSense10Cdb(fields: ModeSenseCdb): Uint8Array {
  const cdb = new Uint8Array(cdbFieldLength);
  putU8(cdb, 0, scsiOpcode.modeSense10);
  putU8(cdb, 1, (fields.llbaa ? 0x10 : 0) | (fields.dbd ? 0x08 : 0));
  putU8(cdb, 2, (fields.pageControl << 6) | (fields.pageCode & 0x3f));
  putU8(cdb, 3, fields.subpageCode);
  putU16(cdb, 7, fields.allocationLength);
  return cdb;
}

/** Decodes a MODE SENSE(6) CDB of at least 6 bytes. */
export function decodeModeSense6Cdb(cdb: Uint8Array): ModeSenseCdb {
  return { ...decodeModeSense(cdb), llbaa: false, allocationLength: u8(cdb, 4) };
}

/** Decodes a MODE SENSE(10) CDB of at least 10 bytes. */
export function decodeModeSense10Cdb(cdb: Uint8Array): ModeSenseCdb {
  return { ...decodeModeSense(cdb), llbaa: (u8(cdb, 1) & 0x10) !== 0, allocationLength: u16(cdb, 7) };
}

/** Encodes the answer to MODE SENSE(6), with short block descriptors. */
export function encodeModeParameters6(parameters: ModeParameters): Uint8Array {
  const descriptors = parameters.blockDescriptors.length * 8;
  const bytes = new Uint8Array(4 + descriptors + pagesLength(parameters.pages));
  putU8(bytes, 0, bytes.length - 1);
  putU8(bytes, 1, parameters.mediumType);
  putU8(bytes, 2, deviceSpecificOf(parameters));
  putU8(bytes, 3, descriptors);
  putBlockDescriptors(bytes, 4, parameters.blockDescriptors, false);
  putPages(bytes, 4 + descriptors, parameters.pages);
  return bytes;
}

/** Encodes the answer to MODE SENSE(10); `longLba` (the CDB's LLBAA) chooses 16-byte block descriptors. */
export function encodeModeParameters10(parameters: ModeParameters, longLba: boolean): Uint8Array {
  const descriptors = parameters.blockDescriptors.length * (longLba ? 16 : 8);
  const bytes = new Uint8Array(8 + descriptors + pagesLength(parameters.pages));
  putU16(bytes, 0, bytes.length - 2);
  putU8(bytes, 2, parameters.mediumType);
  putU8(bytes, 3, deviceSpecificOf(parameters));
  putU8(bytes, 4, longLba ? 1 : 0);
  putU16(bytes, 6, descriptors);
  putBlockDescriptors(bytes, 8, parameters.blockDescriptors, longLba);
  putPages(bytes, 8 + descriptors, parameters.pages);
  return bytes;
}

/** Decodes the answer to MODE SENSE(6). Throws ScsiError SCSI_BAD_DATA when the list contradicts itself. */
export function decodeModeParameters6(bytes: Uint8Array): ModeParameters {
  requireLength(bytes, 4, 'the mode parameter list');
  return decodeList(bytes, {
    headerLength: 4,
    declared: u8(bytes, 0) + 1,
    mediumType: u8(bytes, 1),
    deviceSpecific: u8(bytes, 2),
    longLba: false,
    descriptorsLength: u8(bytes, 3),
  });
}

/** Decodes the answer to MODE SENSE(10). Throws ScsiError SCSI_BAD_DATA when the list contradicts itself. */
export function decodeModeParameters10(bytes: Uint8Array): ModeParameters {
  requireLength(bytes, 8, 'the mode parameter list');
  return decodeList(bytes, {
    headerLength: 8,
    declared: u16(bytes, 0) + 2,
    mediumType: u8(bytes, 2),
    deviceSpecific: u8(bytes, 3),
    longLba: (u8(bytes, 4) & 1) !== 0,
    descriptorsLength: u16(bytes, 6),
  });
}

/** The page of a mode parameter list, or undefined when it is not there. */
export function findModePage(parameters: ModeParameters, pageCode: number, subpageCode = 0): ModePage | undefined {
  return parameters.pages.find((page) => page.pageCode === pageCode && page.subpageCode === subpageCode);
}

interface ListHeader {
  readonly headerLength: number;
  readonly declared: number;
  readonly mediumType: number;
  readonly deviceSpecific: number;
  readonly longLba: boolean;
  readonly descriptorsLength: number;
}

function decodeModeSense(cdb: Uint8Array): Pick<ModeSenseCdb, 'dbd' | 'pageControl' | 'pageCode' | 'subpageCode'> {
  const page = u8(cdb, 2);
  return { dbd: (u8(cdb, 1) & 0x08) !== 0, pageControl: page >>> 6, pageCode: page & 0x3f, subpageCode: u8(cdb, 3) };
}

function decodeList(bytes: Uint8Array, header: ListHeader): ModeParameters {
  const pagesAt = header.headerLength + header.descriptorsLength;
  if (pagesAt > header.declared) {
    throw badData(`block descriptors of ${header.descriptorsLength} bytes run over the mode parameter list`);
  }
  const end = Math.min(bytes.length, header.declared);
  return {
    mediumType: header.mediumType,
    isWriteProtected: (header.deviceSpecific & deviceSpecific.wp) !== 0,
    dpoFua: (header.deviceSpecific & deviceSpecific.dpoFua) !== 0,
    blockDescriptors: readBlockDescriptors(bytes, header.headerLength, Math.min(end, pagesAt), header.longLba),
    pages: readPages(bytes, pagesAt, end, header.declared),
  };
}

/**
 * Block descriptors (SBC-4, mode parameter block descriptors): short, count 0-3, length 5-7; long, count 0-7, length
 * 12-15.
 */
function readBlockDescriptors(bytes: Uint8Array, from: number, end: number, longLba: boolean): ModeBlockDescriptor[] {
  const step = longLba ? 16 : 8;
  const descriptors: ModeBlockDescriptor[] = [];
  for (let at = from; at + step <= end; at += step) {
    descriptors.push(
      longLba
        ? { blocks: u64Saturated(bytes, at), blockLength: u32(bytes, at + 12) }
        : { blocks: u32(bytes, at), blockLength: u24(bytes, at + 5) },
    );
  }
  return descriptors;
}

function putBlockDescriptors(
  bytes: Uint8Array,
  from: number,
  descriptors: readonly ModeBlockDescriptor[],
  longLba: boolean,
): void {
  const step = longLba ? 16 : 8;
  for (const [i, descriptor] of descriptors.entries()) {
    const at = from + i * step;
    if (longLba) {
      putSafeU64(bytes, at, descriptor.blocks);
      putU32(bytes, at + 12, descriptor.blockLength);
    } else {
      // All ones says that the count does not fit (SBC-4, short LBA mode parameter block descriptor).
      putU32(bytes, at, Math.min(descriptor.blocks, 0xffff_ffff));
      putU24(bytes, at + 5, descriptor.blockLength);
    }
  }
}

/** Reads pages up to `end`; one that the allocation length cut off (`end` before `declared`) is left out. */
function readPages(bytes: Uint8Array, from: number, end: number, declared: number): ModePage[] {
  const pages: ModePage[] = [];
  let at = from;
  while (at + 2 <= end) {
    const first = u8(bytes, at);
    const isSubpage = (first & pageFlag.spf) !== 0;
    const bodyAt = at + (isSubpage ? 4 : 2);
    if (bodyAt > end) {
      if (bodyAt > declared) throw badData(`a mode page at byte ${at} has no whole header`);
      break;
    }
    const next = bodyAt + (isSubpage ? u16(bytes, at + 2) : u8(bytes, at + 1));
    if (next > declared) throw badData(`a mode page at byte ${at} runs over the ${declared} bytes of its list`);
    if (next > end) break;
    pages.push({
      pageCode: first & 0x3f,
      subpageCode: isSubpage ? u8(bytes, at + 1) : 0,
      ps: (first & pageFlag.ps) !== 0,
      body: bytes.slice(bodyAt, next),
    });
    at = next;
  }
  return pages;
}

function putPages(bytes: Uint8Array, from: number, pages: readonly ModePage[]): void {
  let at = from;
  for (const page of pages) {
    const isSubpage = page.subpageCode !== 0;
    putU8(bytes, at, (page.ps ? pageFlag.ps : 0) | (isSubpage ? pageFlag.spf : 0) | (page.pageCode & 0x3f));
    putU8(bytes, at + 1, isSubpage ? page.subpageCode : page.body.length);
    if (isSubpage) putU16(bytes, at + 2, page.body.length);
    bytes.set(page.body, at + (isSubpage ? 4 : 2));
    at += pageLength(page);
  }
}

function pageLength(page: ModePage): number {
  return (page.subpageCode === 0 ? 2 : 4) + page.body.length;
}

function pagesLength(pages: readonly ModePage[]): number {
  return pages.reduce((sum, page) => sum + pageLength(page), 0);
}

function deviceSpecificOf(parameters: ModeParameters): number {
  return (parameters.isWriteProtected ? deviceSpecific.wp : 0) | (parameters.dpoFua ? deviceSpecific.dpoFua : 0);
}
