// Which logical units a target shows us.

import { type Lun, lunZero, ScsiError } from '../base/index.ts';
import { decodeLunList, encodeReportLunsCdb, selectReport } from '../scsi/index.ts';
import type { ScsiPort } from '../session/index.ts';
import { CommandRunner } from './command-runner.ts';
import { type DiskOptions, resolveDiskOptions } from './options.ts';

/** Room for 511 LUNs, which is more than most targets show. */
const firstLength = 4096;
/** 131071 LUNs; a target that announces more is not believed. */
const longestLength = 1_048_576;
/** The list may grow while it is asked for, but not for ever. */
const attempts = 4;

/**
 * Asks a target for its logical units (REPORT LUNS, sent to LUN 0), in its order and without the well known ones. Waits
 * out unit attentions and BUSY as a disk does. Rejects with ScsiError, with what the port rejects with, or with the
 * signal's reason.
 */
export async function reportLuns(port: ScsiPort, options: DiskOptions = {}): Promise<Lun[]> {
  const runner = new CommandRunner(port, lunZero, resolveDiskOptions(options));
  let allocationLength = firstLength;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const cdb = encodeReportLunsCdb({ selectReport: selectReport.ordinary, allocationLength });
    const list = decodeLunList(await runner.query(cdb, allocationLength, options.signal));
    if (list.declaredLength <= allocationLength) return [...list.luns];
    if (list.declaredLength > longestLength) break;
    allocationLength = list.declaredLength;
  }
  throw new ScsiError('SCSI_BAD_DATA', `REPORT LUNS announces more than ${allocationLength} bytes again and again`);
}
