// A port that shows the sense data which pass it: whatever asks a device besides its disk must not keep to itself what
// the device tells once.

import type { DevicePort, DeviceRequest, DeviceResult } from './device-gate.ts';

/** Hears of sense data that came for a logical unit on a connection. */
export type SenseListener = (address: DeviceRequest['lun'], sense: Uint8Array, cid: number) => void;

/** Executes on the port behind it, and tells of sense data before anybody learns of the answer that they came with. */
export class SensingPort implements DevicePort {
  readonly #port: DevicePort;
  readonly #listener: SenseListener;

  constructor(port: DevicePort, listener: SenseListener) {
    this.#port = port;
    this.#listener = listener;
  }

  async execute(request: DeviceRequest): Promise<DeviceResult> {
    const result = await this.#port.execute(request);
    if (result.sense !== undefined) this.#listener(request.lun, result.sense, result.cid);
    return result;
  }
}
