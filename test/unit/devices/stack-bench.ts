// A device stack over fake SCSI devices, one for each LUN, with a clock in the test's hands.

import { DeviceStack, type DeviceStackOptions } from '../../../src/devices/index.ts';
import { lunToNumber } from '../../../src/scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../../../src/session/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

export const targetName = 'iqn.2026-11.test:stack';
export const limits = { askTimeoutMs: 1000, drainTimeoutMs: 2000, flushTimeoutMs: 3000 };
export const endTasksTimeoutMs = 500;

/** Devices by LUN behind one port, as a session has them; commands can be held back and ended. */
export class FakeSession implements ScsiPort {
  readonly units: Map<number, FakeScsiDevice> = new Map();
  /** Which commands do not get through until `endTasks`. */
  isStuck: (request: ScsiRequest) => boolean = () => false;
  /** Whether `endTasks` does nothing, as for a session that hangs itself. */
  isDeaf = false;
  readonly #stuck = new Map<ScsiRequest, (error: Error) => void>();

  unit(lun: number): FakeScsiDevice {
    const unit = this.units.get(lun);
    if (unit === undefined) throw new Error(`there is no unit ${lun}`);
    return unit;
  }

  /** How many commands are held back. */
  get stuck(): number {
    return this.#stuck.size;
  }

  async execute(request: ScsiRequest): Promise<ScsiResult> {
    if (this.isStuck(request)) {
      return await new Promise<ScsiResult>((_resolve, reject) => {
        this.#stuck.set(request, reject);
        request.signal?.addEventListener('abort', () => {
          reject(request.signal?.reason as Error);
        });
      });
    }
    return await this.unit(lunToNumber(request.lun) ?? -1).execute(request);
  }

  readonly endTasks: DeviceStackOptions['endTasks'] = (lun, error) => {
    if (this.isDeaf) return;
    for (const [request, reject] of this.#stuck) {
      if (lunToNumber(request.lun) !== lunToNumber(lun)) continue;
      this.#stuck.delete(request);
      reject(error(request.dataOut === undefined ? 'none' : 'unknown'));
    }
  };
}

/** A stack and what stands around it. */
export interface StackBench {
  readonly session: FakeSession;
  readonly clock: FakeClock;
  readonly stack: DeviceStack;
}

/** A stack with a disk at each of `luns`; every disk has a write cache unless told otherwise. */
export function openBench(luns: Readonly<Record<number, FakeScsiOptions>> = { 0: {} }): StackBench {
  const session = new FakeSession();
  for (const [lun, options] of Object.entries(luns)) session.units.set(Number(lun), new FakeScsiDevice(options));
  const clock = new FakeClock();
  const { endTasks } = session;
  const stack = new DeviceStack(session, targetName, { clock, limits, endTasksTimeoutMs, endTasks });
  return { session, clock, stack };
}

/** The name under which refusals show a LUN. */
export function deviceName(lun: number): string {
  return `LUN ${lun} of ${targetName}`;
}
