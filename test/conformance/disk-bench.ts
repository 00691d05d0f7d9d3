// A disk on a session on the bench: the scripted target answers what opening a disk asks, then the test plays it.

import { type Disk, openDisk } from '../../src/disk/index.ts';
import { opcode, type ScsiCommand } from '../../src/wire/index.ts';
import { FakeScsiDevice } from '../support/fake-scsi-device.ts';
import type { BenchSetup } from '../support/session-bench.ts';
import { SessionBench } from '../support/session-bench.ts';
import { turns } from '../support/target-line.ts';

/** An open disk of 512-byte blocks whose commands come to `bench.line`. */
export interface DiskBench extends AsyncDisposable {
  readonly bench: SessionBench;
  readonly disk: Disk;
}

/** LUN 0, peripheral device addressing. */
const lunZero = { high: 0, low: 0 };

export async function openDiskBench(setup: BenchSetup = {}): Promise<DiskBench> {
  const bench = new SessionBench(setup);
  const session = await bench.open();
  const device = new FakeScsiDevice();
  const opening = { isDone: false };
  const opened = openDisk(session, lunZero, { clock: bench.clock, random: () => 0.5, backoffMs: 100 }).finally(() => {
    opening.isDone = true;
  });
  while (!opening.isDone) {
    for (const { pdu } of bench.line.drainHeard()) {
      if (pdu.opcode === opcode.scsiCommand) await answer(bench, device, pdu);
    }
    await turns(1);
  }
  const disk = await opened;
  const dispose = async (): Promise<void> => {
    await bench[Symbol.asyncDispose]();
  };
  return { bench, disk, [Symbol.asyncDispose]: dispose };
}

async function answer(bench: SessionBench, device: FakeScsiDevice, pdu: ScsiCommand): Promise<void> {
  const dataIn = new Uint8Array(pdu.expectedDataTransferLength);
  const { status, dataInLength, sense } = await device.execute({ lun: lunZero, cdb: pdu.cdb, dataIn });
  if (dataInLength > 0) bench.line.dataIn(pdu.initiatorTaskTag, {}, dataIn.subarray(0, dataInLength));
  const rest = dataIn.length - dataInLength;
  const residual = rest > 0 ? { isUnderflow: true, residualCount: rest } : {};
  const segment = sense === undefined ? undefined : Buffer.concat([Buffer.from([0, sense.length]), sense]);
  bench.line.response(pdu.initiatorTaskTag, { status, ...residual }, segment);
}
