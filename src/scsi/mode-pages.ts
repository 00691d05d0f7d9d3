// The mode pages of a disk that matter here: Caching (08h, SBC-4) and Control (0Ah, SPC-4).

import { putU8, putU16, u8, u16 } from '../base/index.ts';
import type { ModePage } from './mode-sense.ts';
import { badData, zeroExtended } from './response-data.ts';

/** Mode page codes; `all` asks MODE SENSE for every page. */
export const modePage = { caching: 0x08, control: 0x0a, all: 0x3f } as const;

/** The Caching mode page. Bits bear SBC's names. */
export interface CachingPage {
  /** Initiator control. */
  readonly ic: boolean;
  /** Write cache enabled: GOOD may come before the data are on the medium. */
  readonly wce: boolean;
  /** Read cache disabled. */
  readonly rcd: boolean;
  /** Disable read-ahead. */
  readonly dra: boolean;
  /** Non-volatile cache disabled. */
  readonly nvDis: boolean;
}

/** The Control mode page. Bits bear SPC's names. */
export interface ControlPage {
  /** Task set type: 0 one task set for all initiators, 1 one for each. */
  readonly tst: number;
  /** Descriptor format sense data. */
  readonly dSense: boolean;
  /** What happens to other commands after a CHECK CONDITION. */
  readonly qErr: number;
  /** Queue algorithm modifier: 0 restricted reordering, 1 unrestricted. */
  readonly queueAlgorithmModifier: number;
  /** Unit attention interlocks. */
  readonly uaIntlckCtrl: number;
  /** Software write protect. */
  readonly swp: boolean;
  /** Task aborted status. */
  readonly tas: boolean;
  /** In units of 100 ms; FFFFh is unlimited. */
  readonly busyTimeoutPeriod: number;
}

// Positions count from the page's first byte, as SPC and SBC do; a page's body begins at its third.
const bodyAt = 2;
const cachingLength = 0x12;
const controlLength = 0x0a;

/** Encodes the Caching page. */
export function encodeCachingPage(page: CachingPage): ModePage {
  const body = new Uint8Array(cachingLength);
  putU8(body, 2 - bodyAt, (page.ic ? 0x80 : 0) | (page.wce ? 0x04 : 0) | (page.rcd ? 0x01 : 0));
  putU8(body, 12 - bodyAt, (page.dra ? 0x20 : 0) | (page.nvDis ? 0x01 : 0));
  return { pageCode: modePage.caching, subpageCode: 0, ps: false, body };
}

/**
 * Decodes the Caching page; bits that an older device's shorter page does not have are clear. Throws ScsiError
 * SCSI_BAD_DATA for another page.
 */
export function decodeCachingPage(page: ModePage): CachingPage {
  const body = bodyOf(page, modePage.caching, cachingLength);
  const first = u8(body, 2 - bodyAt);
  const second = u8(body, 12 - bodyAt);
  return {
    ic: (first & 0x80) !== 0,
    wce: (first & 0x04) !== 0,
    rcd: (first & 0x01) !== 0,
    dra: (second & 0x20) !== 0,
    nvDis: (second & 0x01) !== 0,
  };
}

/** Encodes the Control page. */
export function encodeControlPage(page: ControlPage): ModePage {
  const body = new Uint8Array(controlLength);
  putU8(body, 2 - bodyAt, ((page.tst & 0x07) << 5) | (page.dSense ? 0x04 : 0));
  putU8(body, 3 - bodyAt, ((page.queueAlgorithmModifier & 0x0f) << 4) | ((page.qErr & 0x03) << 1));
  putU8(body, 4 - bodyAt, ((page.uaIntlckCtrl & 0x03) << 4) | (page.swp ? 0x08 : 0));
  putU8(body, 5 - bodyAt, page.tas ? 0x40 : 0);
  putU16(body, 8 - bodyAt, page.busyTimeoutPeriod);
  return { pageCode: modePage.control, subpageCode: 0, ps: false, body };
}

/** Decodes the Control page, as `decodeCachingPage` does the other. */
export function decodeControlPage(page: ModePage): ControlPage {
  const body = bodyOf(page, modePage.control, controlLength);
  return {
    tst: u8(body, 2 - bodyAt) >>> 5,
    dSense: (u8(body, 2 - bodyAt) & 0x04) !== 0,
    qErr: (u8(body, 3 - bodyAt) >>> 1) & 0x03,
    queueAlgorithmModifier: u8(body, 3 - bodyAt) >>> 4,
    uaIntlckCtrl: (u8(body, 4 - bodyAt) >>> 4) & 0x03,
    swp: (u8(body, 4 - bodyAt) & 0x08) !== 0,
    tas: (u8(body, 5 - bodyAt) & 0x40) !== 0,
    busyTimeoutPeriod: u16(body, 8 - bodyAt),
  };
}

function bodyOf(page: ModePage, pageCode: number, length: number): Uint8Array {
  if (page.pageCode !== pageCode || page.subpageCode !== 0) {
    throw badData(`mode page ${page.pageCode}, subpage ${page.subpageCode} came in place of page ${pageCode}`);
  }
  return zeroExtended(page.body, page.body.length, length);
}
