// Device paths: `<target name>/<LUN>`.

import { lunToNumber } from '../../adapter/index.ts';
import type { DevicePath } from '../contract/devices.ts';

/** The path of a LUN. */
export function formatDevicePath(targetName: string, lun: number): DevicePath {
  return `${targetName}/${lun}`;
}

/** The parts of a path that has been checked. */
export function parseDevicePath(path: DevicePath): { readonly targetName: string; readonly lun: number } {
  const at = path.lastIndexOf('/');
  return { targetName: path.slice(0, at), lun: Number(path.slice(at + 1)) };
}

/** The number of a LUN whose field is written as 16 hexadecimal digits; NaN for one that no number stands for. */
export function lunOfField(field: string): number {
  const lun = { high: Number.parseInt(field.slice(0, 8), 16), low: Number.parseInt(field.slice(8), 16) };
  return lunToNumber(lun) ?? Number.NaN;
}
