// The devices of a session, and the one sequence by which they are let go: ask, veto or cancel, drain, flush, remove.

import { asIscsiError, DeviceBusyError, type HolderFacts, type IscsiError } from '../base/index.ts';
import { type DiskOptions, openDisk } from '../disk/index.ts';
import { Device, type Holder } from './device.ts';
import type { DeviceHandle } from './device-handle.ts';

/** What disks are opened on; a session is one. */
export type DevicePort = Parameters<typeof openDisk>[0];

/** How a removal went that was forced. */
export interface RemovalReport {
  /** Whose handles were closed although they were in use. */
  readonly holders: readonly HolderFacts[];
  /** What could not be flushed, and why. */
  readonly flushErrors: readonly { readonly device: string; readonly error: IscsiError }[];
}

/** The devices of one session. */
export class DeviceStack {
  readonly #port: DevicePort;
  readonly #targetName: string;
  readonly #options: DiskOptions;
  readonly #devices = new Map<number, Promise<Device>>();

  constructor(port: DevicePort, targetName: string, options: DiskOptions = {}) {
    this.#port = port;
    this.#targetName = targetName;
    this.#options = options;
  }

  /** Opens a LUN for `holder`; the first time it is identified. Rejects as `openDisk` does. */
  async open(lun: number, holder: Holder): Promise<DeviceHandle> {
    const device = await this.#device(lun);
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
  async removeAll(options: { force?: boolean } = {}): Promise<RemovalReport> {
    const devices = await this.#present();
    const holders = devices.flatMap((device) => device.holders);
    if (holders.length > 0 && options.force !== true) throw busy(holders);
    for (const device of devices) device.startRemoval();
    try {
      const flushErrors = await drainAndFlush(devices, options.force === true);
      await Promise.all(devices.map((device) => device.finishRemoval()));
      this.#devices.clear();
      return { holders, flushErrors };
    } catch (error) {
      for (const device of devices) device.cancelRemoval();
      throw error;
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
    const disk = await openDisk(this.#port, lun, this.#options);
    return new Device(lun, `LUN ${lun} of ${this.#targetName}`, disk);
  }

  /** The devices that could be identified. */
  async #present(): Promise<Device[]> {
    const settled = await Promise.allSettled(this.#devices.values());
    return settled.flatMap((device) => (device.status === 'fulfilled' ? [device.value] : []));
  }
}

async function drainAndFlush(devices: readonly Device[], isForced: boolean): Promise<RemovalReport['flushErrors']> {
  const errors: { device: string; error: IscsiError }[] = [];
  await Promise.all(
    devices.map(async (device) => {
      await device.releaseHolders();
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
