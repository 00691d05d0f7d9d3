// Asking who answers at the LUN of a disk that was opened.

import { type CheckedUnit, checkUnit, type Disk } from '../disk/index.ts';
import { passOn } from './attention-notice.ts';
import type { Device } from './device.ts';
import type { DevicePort } from './device-gate.ts';
import type { Findings } from './follow-up.ts';
import { SensingPort } from './sensing-port.ts';
import { diskOptionsOf, type StackContext } from './stack-context.ts';

/** How often the questions begin anew because the device told of another change; one that never stops is believed then. */
const mostRepeats = 10;

/**
 * Asks who answers there now; undefined when nothing is there. A change that is told amid the questions makes the answers
 * before it worthless: then they are asked again, and what else is to be found out because of it goes to `findings`.
 * Rejects as `checkUnit` does.
 */
export async function askWho(
  context: StackContext,
  disk: Disk,
  port: DevicePort,
  findings: Findings<Device>,
  signal: AbortSignal,
): Promise<CheckedUnit | undefined> {
  let changes = 0;
  const sensing = new SensingPort(port, (address, sense, cid) => {
    const noticed = passOn(context, address, sense, cid);
    if (noticed === undefined) return;
    changes += 1;
    if (noticed.change === 'inventory') findings.isInventoryAsked = true;
    if (noticed.change === 'inquiry' && noticed.lun !== undefined) findings.inquire.add(noticed.lun);
  });
  for (let repeats = 0; ; repeats += 1) {
    const before = changes;
    const checked = await checkUnit(sensing, disk.details.lun, diskOptionsOf(context, signal));
    if (changes === before || repeats === mostRepeats) return checked;
  }
}
