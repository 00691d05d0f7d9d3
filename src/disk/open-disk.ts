// Opening: a logical unit is asked who it is and what it can do, and becomes a disk.

import type { Lun } from '../base/index.ts';
import { lunFromNumber } from '../scsi/index.ts';
import type { ScsiPort } from '../session/index.ts';
import { CommandRunner } from './command-runner.ts';
import { Disk } from './disk.ts';
import { makeParts } from './disk-parts.ts';
import { type DiskIdentity, identify, readIdentity } from './identify.ts';
import { type DiskOptions, resolveDiskOptions } from './options.ts';

/**
 * Opens a logical unit as a disk: INQUIRY, the VPD pages that it offers, TEST UNIT READY, READ CAPACITY and MODE SENSE.
 * Unit attentions, BUSY and "becoming ready" are waited out within the options' bounds. A number stands for the LUN
 * field that `lunFromNumber` makes; give the field itself where REPORT LUNS told it.
 *
 * Rejects with ScsiError: SCSI_UNSUPPORTED for what is no disk or has a size that cannot be addressed, SCSI_BAD_DATA
 * for answers that contradict themselves, else as the device said; with UsageError ISCSI_BAD_ARGUMENT for options out
 * of bounds; with what the port rejects with; or with the signal's reason. The port stays the caller's.
 */
export async function openDisk(port: ScsiPort, lun: number | Lun, options: DiskOptions = {}): Promise<Disk> {
  const resolved = resolveDiskOptions(options);
  const field = typeof lun === 'number' ? lunFromNumber(lun) : lun;
  const runner = new CommandRunner(port, field, resolved);
  const facts = await identify(runner, field, options.signal);
  return new Disk(port, runner, makeParts(field, runner, facts, resolved));
}

/**
 * Asks a logical unit only who it is, for comparing with `isSameDevice` before I/O goes on after a loss. Rejects as
 * `openDisk` does.
 */
export async function identifyDisk(
  port: ScsiPort,
  lun: number | Lun,
  options: DiskOptions = {},
): Promise<DiskIdentity> {
  const field = typeof lun === 'number' ? lunFromNumber(lun) : lun;
  return await readIdentity(new CommandRunner(port, field, resolveDiskOptions(options)), options.signal);
}
