// The devices of a session, and the one sequence by which they are let go: ask, veto or cancel, drain, flush, remove.

import {
  asIscsiError,
  type Clock,
  DeviceBusyError,
  type HolderFacts,
  type IscsiError,
  raceAbort,
} from '../base/index.ts';
import { type DiskOptions, openDisk } from '../disk/index.ts';
import { Device, type Holder } from './device.ts';
import type { DeviceHandle } from './device-handle.ts';

/** What disks are opened on; a session is one. */
export type DevicePort = Parameters<typeof openDisk>[0];

/** What a device stack is made with. */
export interface DeviceStackOptions {
  readonly clock: Clock;
  /** Makes every request in flight end soon, because it was not done in `limitMs`. */
  readonly giveUp: (limitMs: number) => void;
  /** How disks split, pipeline and retry. */
  readonly disk?: DiskOptions | undefined;
}

/** How a removal went that was forced. */
export interface RemovalReport {
  /** Whose handles were closed although they were in use. */
  readonly holders: readonly HolderFacts[];
  /** What could not be flushed, and why. */
  readonly flushErrors: readonly { readonly device: string; readonly error: IscsiError }[];
}

/** Options of a removal. */
export interface RemovalOptions {
  /** Goes on although devices are held or cannot be flushed. */
  readonly force?: boolean;
  /** How long requests of handles that are closed by force may take before they are given up. */
  readonly drainTimeoutMs: number;
}

/** The devices of one session. */
export class DeviceStack {
  readonly #port: DevicePort;
  readonly #targetName: string;
  readonly #options: DeviceStackOptions;
  readonly #devices = new Map<number, Promise<Device>>();

  constructor(port: DevicePort, targetName: string, options: DeviceStackOptions) {
    this.#port = port;
    this.#targetName = targetName;
    this.#options = options;
  }

  /**
   * Opens a LUN for `holder`; the first time it is identified, for all who open it. Rejects as `openDisk` does, or with the
   * signal's reason, which ends this wait but not the identification.
   */
  async open(lun: number, holder: Holder, signal?: AbortSignal): Promise<DeviceHandle> {
    const device = await raceAbort(this.#device(lun), signal);
    return device.open(holder);
  }

  /** Everybody who holds a device of this session open. */
  async holders(): Promise<HolderFacts[]> {
    const devices = await this.#present();
    return devices.flatMap((device) => device.holders);
  }

  /**
   * Lets all devices go, in the order that nothing is lost by: every device is asked; one holder is enough to refuse,
   * and then everything stays as it was. Then caches are flushed, and the devices are gone. Rejects with
   * DeviceBusyError ISCSI_DEVICE_BUSY, or with what a flush failed with. With `force` neither stops it: handles are
   * closed, and the report says what that meant.
   */
  async removeAll(options: RemovalOptions): Promise<RemovalReport> {
    const devices = await this.#present();
    const holders = devices.flatMap((device) => device.holders);
    if (holders.length > 0 && options.force !== true) throw busy(holders);
    for (const device of devices) device.startRemoval();
    try {
      await this.#release(devices, options.drainTimeoutMs);
      const flushErrors = await flush(devices, options.force === true);
      await Promise.all(devices.map((device) => device.finishRemoval()));
      this.#devices.clear();
      return { holders, flushErrors };
    } catch (error) {
      for (const device of devices) device.cancelRemoval();
      throw error;
    }
  }

  /** Closes what is open, which waits for its requests; those that take too long are given up. */
  async #release(devices: readonly Device[], drainTimeoutMs: number): Promise<void> {
    const released = Promise.all(devices.map((device) => device.releaseHolders())).then(() => undefined);
    const { clock, giveUp } = this.#options;
    const timer = clock.schedule(drainTimeoutMs, () => {
      giveUp(drainTimeoutMs);
    });
    try {
      await released;
    } finally {
      timer.cancel();
    }
  }

  #device(lun: number): Promise<Device> {
    let device = this.#devices.get(lun);
    if (device === undefined) {
      device = this.#identify(lun);
      this.#devices.set(lun, device);
      device.catch(() => this.#devices.delete(lun));
    }
    return device;
  }

  async #identify(lun: number): Promise<Device> {
    const { clock, disk: diskOptions } = this.#options;
    const disk = await openDisk(this.#port, lun, { clock, ...diskOptions });
    return new Device(lun, `LUN ${lun} of ${this.#targetName}`, disk);
  }

  /** The devices that could be identified. */
  async #present(): Promise<Device[]> {
    const settled = await Promise.allSettled(this.#devices.values());
    return settled.flatMap((device) => (device.status === 'fulfilled' ? [device.value] : []));
  }
}

async function flush(devices: readonly Device[], isForced: boolean): Promise<RemovalReport['flushErrors']> {
  const errors: { device: string; error: IscsiError }[] = [];
  await Promise.all(
    devices.map(async (device) => {
      try {
        if (device.disk.features.flush) await device.disk.flush();
      } catch (error) {
        if (!isForced) throw error;
        errors.push({ device: device.name, error: asIscsiError(error) });
      }
    }),
  );
  return errors;
}

function busy(holders: readonly HolderFacts[]): DeviceBusyError {
  const names = holders.map(({ device, label, pid }) => `${device} by ${label} (pid ${pid})`);
  return new DeviceBusyError(`In use: ${names.join(', ')}`, { holders });
}
