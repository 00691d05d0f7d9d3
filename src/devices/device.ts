// A LUN as a device: one disk underneath, and everybody who holds it open.

import { type HolderFacts, SessionError } from '../base/index.ts';
import type { Disk } from '../disk/index.ts';
import { DeviceHandle } from './device-handle.ts';

/** Who opens a device. */
export interface Holder {
  /** What the holder calls itself; shown to whoever is refused a removal because of it. */
  readonly label: string;
  /** The process on whose behalf the device is held; this one unless given. */
  readonly pid?: number;
}

/** One logical unit of a session. */
export class Device {
  readonly lun: number;
  /** How refusals name it, for example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly name: string;
  readonly #disk: Disk;
  readonly #handles = new Map<DeviceHandle, HolderFacts>();
  #state: 'present' | 'removing' | 'gone' = 'present';

  constructor(lun: number, name: string, disk: Disk) {
    this.lun = lun;
    this.name = name;
    this.#disk = disk;
  }

  get disk(): Disk {
    return this.#disk;
  }

  /** Everybody who holds the device open now. */
  get holders(): HolderFacts[] {
    return [...this.#handles.values()];
  }

  /** Opens the device for `holder`. Throws SessionError ISCSI_DRAINING while it is being removed, or ISCSI_CLOSED after. */
  open(holder: Holder): DeviceHandle {
    if (this.#state !== 'present') {
      const code = this.#state === 'removing' ? 'ISCSI_DRAINING' : 'ISCSI_CLOSED';
      throw new SessionError(code, `${this.name} is ${this.#state === 'removing' ? 'being removed' : 'gone'}`);
    }
    const handle = new DeviceHandle(this.#disk, (closed) => {
      this.#handles.delete(closed);
    });
    this.#handles.set(handle, { device: this.name, label: holder.label, pid: holder.pid ?? process.pid });
    return handle;
  }

  /** No new holders from here on. */
  startRemoval(): void {
    if (this.#state === 'present') this.#state = 'removing';
  }

  /** The removal is called off. */
  cancelRemoval(): void {
    if (this.#state === 'removing') this.#state = 'present';
  }

  /** Takes the device from those who still hold it: their handles are closed, which waits for their I/O in flight. */
  async releaseHolders(): Promise<void> {
    await Promise.all([...this.#handles.keys()].map((handle) => handle.close()));
  }

  /** The device is gone for good. */
  async finishRemoval(): Promise<void> {
    this.#state = 'gone';
    await this.#disk.close();
  }
}
