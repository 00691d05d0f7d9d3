// The devices of a session: opened by holders, let go in one sequence, kept over a loss.

import { EventEmitter } from 'node:events';

import { type HolderFacts, type Lun, raceAbort, SessionError } from '../base/index.ts';
import {
  inquireUnit,
  isUnitMissing,
  KnownAnswers,
  RememberingPort,
  reportLuns,
  type UnitAttention,
  type UnitFacts,
} from '../disk/index.ts';
import { passOn, tell } from './attention-notice.ts';
import { Device } from './device.ts';
import type { DeviceEvents, DeviceFacts } from './device-events.ts';
import type { DevicePort, DeviceRequest, DeviceResult } from './device-gate.ts';
import type { DeviceHandle } from './device-handle.ts';
import type { DeviceEvent } from './device-states.ts';
import { DeviceWatch } from './device-watch.ts';
import type { Holder } from './holder.ts';
import { Inventory } from './inventory.ts';
import { type RemovalOptions, type RemovalReport, tellHolders } from './removal.ts';
import { Removals } from './removals.ts';
import { SensingPort } from './sensing-port.ts';
import {
  allFacts,
  type DeviceStackOptions,
  diskOptionsOf,
  forget,
  publishLoss,
  type StackContext,
} from './stack-context.ts';

/** The devices of one session. */
export class DeviceStack implements DevicePort {
  readonly events: EventEmitter<DeviceEvents> = new EventEmitter<DeviceEvents>();
  readonly #known = new KnownAnswers();
  readonly #context: StackContext;
  readonly #watch: DeviceWatch;
  readonly #removals: Removals;
  #isClosed = false;

  constructor(port: DevicePort, targetName: string, options: DeviceStackOptions) {
    this.#context = {
      targetName,
      options,
      port: new RememberingPort(port, this.#known, () => this.#context.isLost),
      questions: new RememberingPort(
        new SensingPort(port, (address, sense, cid) => {
          this.attention(address, sense, cid);
        }),
        this.#known,
        () => this.#context.isLost,
      ),
      events: this.events,
      inventory: new Inventory(),
      devices: new Map(),
      isLost: false,
    };
    this.#removals = new Removals(this.#context);
    this.#watch = new DeviceWatch(this.#context, {
      removed: (device, facts) => {
        this.#removals.unitRemoved(device, facts);
      },
      replaced: (device) => {
        tellHolders(device, 'changed');
      },
    });
  }

  /** Everybody who holds a device of this session, or is opening one. */
  get holders(): HolderFacts[] {
    return this.#devices().flatMap((device) => device.holders);
  }

  /**
   * Opens a LUN for `holder`; see Device.open. Rejects with SessionError ISCSI_CLOSED when all devices have been removed,
   * and ISCSI_DRAINING while they are.
   */
  async open(lun: number, holder: Holder, signal?: AbortSignal): Promise<DeviceHandle> {
    const { targetName } = this.#context;
    if (this.#isClosed) throw new SessionError('ISCSI_CLOSED', `The devices of ${targetName} are gone`);
    if (this.#removals.areOfAll)
      throw new SessionError('ISCSI_DRAINING', `The devices of ${targetName} are being removed`);
    this.#context.inventory.reveal(lun);
    return await this.#device(lun).open(holder, signal);
  }

  /**
   * Lets one device go; see `removeDevices`. A LUN that nobody has opened goes at once. What was removed is not listed
   * until somebody opens it, which identifies it anew, or asks for a list with `rescan`.
   */
  async remove(lun: number, options: RemovalOptions = {}): Promise<RemovalReport> {
    return await this.#removals.removeOne(lun, options);
  }

  /** Lets all devices go, or none; see `removeDevices`. After that there are no more. */
  async removeAll(options: RemovalOptions = {}): Promise<RemovalReport> {
    return await this.#removals.removeAll(options, () => {
      this.#close();
    });
  }

  /**
   * What is there: the logical units that the target shows (REPORT LUNS) and that a number stands for, with what INQUIRY
   * tells of them. Asked when nobody has asked before, when the target has said that it has changed, and with `rescan`;
   * while the session is lost, what was known. Rejects with what the questions reject with.
   */
  async devices(options: { rescan?: boolean; signal?: AbortSignal } = {}): Promise<DeviceFacts[]> {
    const { rescan = false, signal } = options;
    const { inventory, isLost } = this.#context;
    if (!isLost && !this.#isClosed && (rescan || !inventory.isFresh)) await raceAbort(this.#watch.list(rescan), signal);
    return allFacts(this.#context);
  }

  /** What INQUIRY tells of a LUN, while the session is lost what it told; undefined when nothing is there. */
  async inquiry(lun: number, options: { signal?: AbortSignal } = {}): Promise<UnitFacts | undefined> {
    const unit = this.#context.inventory.unit(lun) ?? lun;
    return await inquireUnit(this.#context.questions, unit, diskOptionsOf(this.#context, options.signal));
  }

  /** The LUNs that the target shows (REPORT LUNS), while the session is lost those that it showed. */
  async luns(options: { signal?: AbortSignal } = {}): Promise<Lun[]> {
    return await reportLuns(this.#context.questions, diskOptionsOf(this.#context, options.signal));
  }

  /**
   * Executes a raw command; see ScsiPort. While the session is lost, INQUIRY and REPORT LUNS are answered from what was
   * known. Unit attentions that it meets are passed on and followed up. A removal of devices does not wait for it, nor is
   * what it writes counted as to be flushed.
   */
  execute(request: DeviceRequest): Promise<DeviceResult> {
    return this.#context.questions.execute(request);
  }

  /**
   * Sense data have come for this LUN by something else than a command of its disk: by a raw command, on connection
   * `cid`, or by an Asynchronous Message (RFC 7143 §11.9.1, event 0). Its disk hears of them, a unit attention is told of,
   * and a change is followed up.
   */
  attention(address: Lun, sense: Uint8Array, cid?: number): void {
    if (this.#isClosed) return;
    const noticed = passOn(this.#context, address, sense, cid);
    if (noticed !== undefined) this.#watch.noticed(noticed.lun, noticed.change);
  }

  /** The session has lost its last connection and logs in again: requests wait. */
  sessionLost(): void {
    if (this.#context.isLost || this.#isClosed) return;
    this.#context.isLost = true;
    this.#moveAll('sessionLost');
    this.#watch.suspend(new SessionError('ISCSI_SESSION_LOST', 'The session was lost'));
  }

  /**
   * The session has logged in again and nothing has gone out yet: every device that was opened is compared with what it
   * was. One that is another now, or is not there, gets no I/O any more, and the others go on. Rejects when a device
   * cannot be asked now; after three failures of one device it counts as gone.
   */
  async beforeResume(port: DevicePort, signal: AbortSignal): Promise<void> {
    await this.#watch.checkAll(new RememberingPort(port, this.#known, () => false), signal);
  }

  /** The session takes commands again. */
  sessionResumed(): void {
    if (!this.#context.isLost) return;
    this.#context.isLost = false;
    this.#moveAll('sessionResumed');
    this.#watch.resumed();
  }

  /**
   * The session is lost for too long, or for good: its devices are gone. When it comes back all the same, they are opened
   * anew.
   */
  sessionGone(): void {
    const { inventory, events } = this.#context;
    const gone = allFacts(this.#context).map((facts) => ({ ...facts, state: 'gone' as const }));
    const devices = this.#devices();
    for (const device of devices) device.move('sessionGone');
    for (const device of devices) forget(this.#context, device);
    inventory.clear();
    for (const facts of gone) publishLoss(this.#context, facts, 'sessionGone');
    if (gone.length > 0) events.emit('devicesGone', gone);
    for (const device of devices) tellHolders(device, 'gone');
  }

  /** The session is over. */
  sessionEnded(): void {
    if (this.#isClosed) return;
    this.#close();
    this.sessionGone();
  }

  #devices(): Device[] {
    return [...this.#context.devices.values()];
  }

  #close(): void {
    this.#isClosed = true;
    this.#context.inventory.clear();
    this.#watch.stop(new SessionError('ISCSI_CLOSED', 'The session is closed'));
  }

  #moveAll(event: DeviceEvent): void {
    for (const device of this.#devices()) device.move(event);
  }

  #device(lun: number): Device {
    const { targetName, port, devices, inventory, options, isLost } = this.#context;
    let device = devices.get(lun);
    if (device !== undefined) return device;
    const { clock, disk } = options;
    device = new Device({
      port,
      targetName,
      lun,
      address: inventory.unit(lun)?.address,
      clock,
      disk,
      failed: (holder, error) => {
        if (isUnitMissing(error)) this.#watch.missed(holder);
      },
      attended: (holder, attention) => {
        this.#attended(holder, attention);
      },
      idle: (idle) => {
        this.#idle(idle);
      },
    });
    devices.set(lun, device);
    if (isLost) device.move('sessionLost');
    return device;
  }

  /** A unit attention that the device's own disk has met, and judged. */
  #attended(device: Device, attention: UnitAttention): void {
    if (this.#isClosed || device.isOver) return;
    if (device.disk !== undefined) tell(this.#context, device.lun, device.disk.details.lun, attention);
    if (attention.change !== undefined) this.#watch.noticed(device.lun, attention.change);
  }

  /** Keeps what has been identified, for the next one who opens it; what could not be is asked anew. */
  #idle(device: Device): void {
    if (device.state === 'changed') device.finish();
    if (device.state === 'gone' || device.disk === undefined) forget(this.#context, device);
  }
}
