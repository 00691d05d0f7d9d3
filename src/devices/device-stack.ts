// The devices of a session: opened by holders, let go in one sequence, kept over a loss.

import { EventEmitter } from 'node:events';

import { type Clock, type Effect, type HolderFacts, type Lun, SessionError, TimeoutError } from '../base/index.ts';
import type { DiskOptions } from '../disk/index.ts';
import { Device } from './device.ts';
import type { DeviceEvents } from './device-events.ts';
import type { DevicePort } from './device-gate.ts';
import type { DeviceHandle } from './device-handle.ts';
import type { DeviceEvent } from './device-states.ts';
import type { Holder, RemovalReason } from './holder.ts';
import { type RemovalLimits, type RemovalOptions, type RemovalReport, removeDevices } from './removal.ts';

/** What a device stack is made with. */
export interface DeviceStackOptions {
  readonly clock: Clock;
  /** The limits of removals that give none of their own. */
  readonly limits: RemovalLimits;
  /** How long tasks may take to end once they are ended by `endTasks`; then nobody waits for them any more. */
  readonly endTasksTimeoutMs: number;
  /** Ends every command to this LUN, queued or in flight, with what `error` makes of its effect. */
  readonly endTasks: (lun: Lun, error: (effect: Effect) => Error) => void;
  /** How disks split, pipeline and retry. */
  readonly disk?: DiskOptions | undefined;
}

/** The devices of one session. */
export class DeviceStack {
  readonly events: EventEmitter<DeviceEvents> = new EventEmitter<DeviceEvents>();
  readonly #port: DevicePort;
  readonly #targetName: string;
  readonly #options: DeviceStackOptions;
  readonly #devices = new Map<number, Device>();
  #isLost = false;
  #isClosed = false;
  /** Removals take turns. */
  #removal: Promise<unknown> = Promise.resolve();

  constructor(port: DevicePort, targetName: string, options: DeviceStackOptions) {
    this.#port = port;
    this.#targetName = targetName;
    this.#options = options;
  }

  /** Everybody who holds a device of this session, or is opening one. */
  get holders(): HolderFacts[] {
    return [...this.#devices.values()].flatMap((device) => device.holders);
  }

  /** Opens a LUN for `holder`; see Device.open. Rejects with SessionError ISCSI_CLOSED when all devices have been removed. */
  async open(lun: number, holder: Holder, signal?: AbortSignal): Promise<DeviceHandle> {
    if (this.#isClosed) throw new SessionError('ISCSI_CLOSED', `The devices of ${this.#targetName} have been removed`);
    return await this.#device(lun).open(holder, signal);
  }

  /**
   * Lets one device go; see `removeDevices`. A LUN that nobody has opened goes at once. What was removed is forgotten:
   * whoever opens the LUN again identifies it anew.
   */
  async remove(lun: number, options: RemovalOptions = {}): Promise<RemovalReport> {
    return await this.#inTurn(async () => {
      const device = this.#devices.get(lun);
      return await this.#remove(device === undefined ? [] : [device], 'removal', options);
    });
  }

  /** Lets all devices go, or none; see `removeDevices`. After that there are no more. */
  async removeAll(options: RemovalOptions = {}): Promise<RemovalReport> {
    return await this.#inTurn(async () => {
      const report = await this.#remove([...this.#devices.values()], 'logout', options);
      this.#isClosed = true;
      return report;
    });
  }

  /** The session has lost its last connection and logs in again: requests wait. */
  sessionLost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#moveAll('sessionLost');
  }

  /** The session is back. */
  sessionResumed(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#moveAll('sessionResumed');
  }

  #moveAll(event: DeviceEvent): void {
    for (const device of this.#devices.values()) device.move(event);
  }

  async #remove(devices: readonly Device[], reason: RemovalReason, options: RemovalOptions): Promise<RemovalReport> {
    const { clock, limits, endTasksTimeoutMs } = this.#options;
    const { force: isForced = false, ...given } = options;
    const report = await removeDevices(
      devices,
      { ...limits, ...given, isForced },
      {
        clock,
        reason,
        isLost: () => this.#isLost,
        giveUp: (late, limitMs) => {
          this.#giveUp(late, limitMs);
        },
        giveUpTimeoutMs: endTasksTimeoutMs,
      },
    );
    for (const device of devices) this.#forget(device);
    return report;
  }

  #giveUp(devices: readonly Device[], limitMs: number): void {
    for (const { name, disk } of devices) {
      if (disk === undefined) continue;
      this.#options.endTasks(disk.details.lun, (effect) => {
        const message = `A request to ${name} did not finish in ${limitMs} ms before its removal`;
        return new TimeoutError('ISCSI_DRAIN_TIMEOUT', message, { operation: 'drain', limitMs, effect });
      });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#removal.then(work, work);
    this.#removal = turn.catch(() => undefined);
    return turn;
  }

  #device(lun: number): Device {
    let device = this.#devices.get(lun);
    if (device === undefined) {
      const { clock, disk } = this.#options;
      device = new Device({
        port: this.#port,
        targetName: this.#targetName,
        lun,
        address: undefined,
        clock,
        disk,
        failed: () => undefined,
        idle: (idle) => {
          this.#idle(idle);
        },
      });
      this.#devices.set(lun, device);
      if (this.#isLost) device.move('sessionLost');
    }
    return device;
  }

  /** Keeps what has been identified, for the next one who opens it; what could not be is asked anew. */
  #idle(device: Device): void {
    if (device.state === 'changed') device.finish();
    if (device.state === 'gone' || device.disk === undefined) this.#forget(device);
  }

  #forget(device: Device): void {
    if (this.#devices.get(device.lun) === device) this.#devices.delete(device.lun);
  }
}
