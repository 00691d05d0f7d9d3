// The gate before a device: the one place that every command of its disk passes, so that shutting it is final.

import { channels, type IscsiError, raceAbort, SessionError } from '../base/index.ts';
import type { openDisk } from '../disk/index.ts';

/** What disks are opened on; a session is one. */
export type DevicePort = Parameters<typeof openDisk>[0];

/** A SCSI command. */
export type DeviceRequest = Parameters<DevicePort['execute']>[0];

/** How it ended. */
export type DeviceResult = Awaited<ReturnType<DevicePort['execute']>>;

/** How many commands may wait while the gate is held. */
const waitingBound = 65_536;

/**
 * A port that can be shut for good. A disk sends commands again by itself, after a BUSY or a lost connection; whatever
 * it still has in mind when another device has taken its LUN ends here.
 */
export class DeviceGate implements DevicePort {
  readonly #port: DevicePort;
  #refusal: (() => IscsiError) | undefined;
  #held: Promise<void> | undefined;
  #patience = new AbortController();
  #waiting = 0;
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

  /** Keeps commands back until `until` settles: something about the device has to be found out first. */
  hold(until: Promise<unknown>): void {
    const held = Promise.allSettled([this.#held, until]).then(() => {
      if (this.#held === held) this.#held = undefined;
    });
    this.#held = held;
  }

  /** Ends the commands that are kept back, with `reason`. */
  expel(reason: IscsiError): void {
    this.#patience.abort(reason);
    this.#patience = new AbortController();
  }

  execute(request: DeviceRequest): Promise<DeviceResult> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal());
    if (this.#held !== undefined) return this.#later(request);
    if (request.dataOut !== undefined) this.#writes += 1;
    return this.#port.execute(request);
  }

  async #later(request: DeviceRequest): Promise<DeviceResult> {
    if (this.#waiting === waitingBound) {
      channels.queueFull.publish({ name: 'commands of a device', bound: waitingBound });
      throw new SessionError('ISCSI_QUEUE_FULL', `${waitingBound} commands wait already`);
    }
    this.#waiting += 1;
    try {
      const { signal } = this.#patience;
      const either = request.signal === undefined ? signal : AbortSignal.any([signal, request.signal]);
      await raceAbort(this.#held ?? Promise.resolve(), either);
    } finally {
      this.#waiting -= 1;
    }
    return await this.execute(request);
  }
}
