// The gate before a device: the one place that every command of its disk passes, so that shutting it is final.

import type { IscsiError } from '../base/index.ts';
import type { openDisk } from '../disk/index.ts';

/** What disks are opened on; a session is one. */
export type DevicePort = Parameters<typeof openDisk>[0];

/** A SCSI command. */
export type DeviceRequest = Parameters<DevicePort['execute']>[0];

/** How it ended. */
export type DeviceResult = Awaited<ReturnType<DevicePort['execute']>>;

/**
 * A port that can be shut for good. A disk sends commands again by itself, after a BUSY or a lost connection; whatever
 * it still has in mind when another device has taken its LUN ends here.
 */
export class DeviceGate implements DevicePort {
  readonly #port: DevicePort;
  #refusal: (() => IscsiError) | undefined;
  #writes = 0;

  constructor(port: DevicePort) {
    this.#port = port;
  }

  /** How many commands with data for the device have passed. */
  get writes(): number {
    return this.#writes;
  }

  /** Rejects every command from here on with what `refusal` makes. */
  shut(refusal: () => IscsiError): void {
    this.#refusal ??= refusal;
  }

  execute(request: DeviceRequest): Promise<DeviceResult> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal());
    if (request.dataOut !== undefined) this.#writes += 1;
    return this.#port.execute(request);
  }
}
