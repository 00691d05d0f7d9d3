// The mode pages of a logical unit, and what of them an initiator may change (SPC-4 §7.5, SBC-4 §6.5).

import { putU8, putU16, u8 } from '../../base/index.ts';
import type { LogicalUnit } from './logical-unit.ts';

/** Which values of a page are asked for (SPC-4 §6.11.3). */
export const pageControl = { current: 0, changeable: 1, defaults: 2, saved: 3 } as const;

/** One mode page. */
export interface ModePage {
  readonly code: number;
  /** The page with its header, for a page control other than saved. */
  encode(unit: LogicalUnit, control: number): Uint8Array;
  /** Takes over what may be changed. Returns whether anything did. */
  apply(unit: LogicalUnit, page: Uint8Array): boolean;
}

/** Caching (SBC-4 §6.5.5): only WCE may be changed, where there is a cache to switch. */
const caching: ModePage = {
  code: 0x08,
  encode: (unit, control) => {
    const page = emptyPage(0x08, 20);
    const hasCache = unit.device.features.flush;
    const isEnabled = control === pageControl.current ? unit.isWriteCacheEnabled : hasCache;
    putU8(page, 2, isEnabled ? 0x04 : 0);
    return page;
  },
  apply: (unit, page) => {
    const wanted = (u8(page, 2) & 0x04) !== 0;
    const isChanged = wanted !== unit.isWriteCacheEnabled;
    unit.isWriteCacheEnabled = wanted;
    return isChanged;
  },
};

/** Control (SPC-4 §7.5.8): commands may be reordered freely; only SWP may be changed. */
const control: ModePage = {
  code: 0x0a,
  encode: (unit, values) => {
    const page = emptyPage(0x0a, 12);
    const isProtected =
      values === pageControl.changeable || (values === pageControl.current && unit.isSoftwareWriteProtected);
    if (values !== pageControl.changeable) {
      putU8(page, 3, 0x10); // QUEUE ALGORITHM MODIFIER 1: unrestricted reordering
      putU16(page, 8, 0xffff); // BUSY TIMEOUT PERIOD: unlimited
    }
    putU8(page, 4, isProtected ? 0x08 : 0);
    return page;
  },
  apply: (unit, page) => {
    const wanted = (u8(page, 4) & 0x08) !== 0;
    const isChanged = wanted !== unit.isSoftwareWriteProtected;
    unit.isSoftwareWriteProtected = wanted;
    return isChanged;
  },
};

/** Informational Exceptions Control (SBC-4 §6.5.8): none are reported. */
const informationalExceptions: ModePage = {
  code: 0x1c,
  encode: (_unit, values) => {
    const page = emptyPage(0x1c, 12);
    if (values !== pageControl.changeable) putU8(page, 2, 0x08); // DEXCPT
    return page;
  },
  apply: () => false,
};

/** All pages in ascending order, as MODE SENSE of all pages returns them. */
export const modePages: readonly ModePage[] = [caching, control, informationalExceptions];

function emptyPage(code: number, length: number): Uint8Array {
  const page = new Uint8Array(length);
  putU8(page, 0, code);
  putU8(page, 1, length - 2);
  return page;
}
