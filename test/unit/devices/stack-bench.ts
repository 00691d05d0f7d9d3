// A device stack over fake SCSI devices, one for each LUN, with a clock in the test's hands.

import { nextTurn } from '../../../src/base/index.ts';
import { type DeviceEvents, DeviceStack, type DeviceStackOptions } from '../../../src/devices/index.ts';
import { commandName, encodeSense, lunToNumber, makeSense, scsiOpcode } from '../../../src/scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../../../src/session/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

export const targetName = 'iqn.2026-11.test:stack';
export const limits = { askTimeoutMs: 1000, drainTimeoutMs: 2000, flushTimeoutMs: 3000 };
export const endTasksTimeoutMs = 500;

/** ILLEGAL REQUEST, LOGICAL UNIT NOT SUPPORTED. */
const notSupported: ScsiResult = {
  status: 2,
  sense: encodeSense(makeSense(5, 0x2500)),
  dataInLength: 0,
  residual: 'none',
  residualCount: 0,
  cid: 0,
};

/** Devices by LUN behind one port, as a session has them; commands can be held back and ended. */
export class FakeSession implements ScsiPort {
  readonly units: Map<number, FakeScsiDevice> = new Map();
  /** LUNs that REPORT LUNS does not tell. */
  readonly hidden: Set<number> = new Set();
  /** The names of the commands that came, in order. */
  readonly commands: string[] = [];
  /** The unit that a test took away last. */
  absent: FakeScsiDevice | undefined;
  /** Which commands do not get through until `endTasks`. */
  isStuck: (request: ScsiRequest) => boolean = () => false;
  /** Whether `endTasks` does nothing, as for a session that hangs itself. */
  isDeaf = false;
  readonly #stuck = new Map<ScsiRequest, { resolve: () => void; reject: (error: Error) => void }>();

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
    this.commands.push(commandName(request.cdb));
    if (this.isStuck(request)) {
      await new Promise<void>((resolve, reject) => {
        this.#stuck.set(request, { resolve, reject });
        request.signal?.addEventListener('abort', () => {
          this.#stuck.delete(request);
          reject(request.signal?.reason as Error);
        });
      });
    }
    return await this.#answer(request);
  }

  /** Lets through what was held back, and what comes. */
  letGo(): void {
    this.isStuck = () => false;
    const stuck = [...this.#stuck.values()];
    this.#stuck.clear();
    for (const { resolve } of stuck) resolve();
  }

  async #answer(request: ScsiRequest): Promise<ScsiResult> {
    const { lun, cdb } = request;
    const unit = this.units.get(lunToNumber(lun) ?? -1);
    const isList = cdb[0] === scsiOpcode.reportLuns;
    if (unit === undefined && !isList) return notSupported;
    const luns = [...this.units.keys()].filter((number) => !this.hidden.has(number));
    // Each unit lists all of them, and what a test has scripted for it comes first.
    if (isList) unit?.tellLuns(luns);
    return await (unit ?? new FakeScsiDevice({ luns })).execute(request);
  }

  readonly endTasks: DeviceStackOptions['endTasks'] = (lun, error) => {
    if (this.isDeaf) return;
    for (const [request, { reject }] of this.#stuck) {
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

/** Notes the events of a stack by name and LUN. */
export function watch({ stack }: StackBench): string[] {
  const told: string[] = [];
  const one = (name: keyof DeviceEvents): ((facts: { lun: number }) => void) => {
    return ({ lun }) => told.push(`${name} ${lun}`);
  };
  for (const name of [
    'deviceAdded',
    'deviceRemoved',
    'deviceRemovedInUse',
    'deviceResized',
    'deviceChanged',
  ] as const) {
    stack.events.on(name, one(name));
  }
  stack.events.on('deviceReplaced', ({ device }) => told.push(`deviceReplaced ${device.lun}`));
  stack.events.on('devicesGone', (devices) => told.push(`devicesGone ${devices.map(({ lun }) => lun).join(' ')}`));
  return told;
}

/** Lets everything that is ready to run do so, where no timer has to fire first. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  await nextTurn();
}

/** Lets a LUN go, as a target does: it is not listed any more, and answers that it is not there. */
export function takeAway({ session }: StackBench, lun: number): void {
  const unit = session.unit(lun);
  session.units.delete(lun);
  session.absent = unit;
}
