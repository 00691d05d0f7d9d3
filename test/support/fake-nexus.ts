// A session to a fake device whose line can be cut: commands in flight get no answer, later ones wait, and when it is back,
// those in flight end as lost before any that waited goes out, as the ScsiPort of a session that reconnects does it.

import { asIscsiError, TransportError } from '../../src/base/index.ts';
import * as scsi from '../../src/scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../../src/session/index.ts';
import type { FakeScsiDevice } from './fake-scsi-device.ts';

interface Flight {
  readonly request: ScsiRequest;
  readonly isAhead: boolean;
  readonly line: AbortController;
  readonly reject: (error: Error) => void;
}

/** One I_T nexus. */
export class FakeNexus implements ScsiPort {
  readonly #device: FakeScsiDevice;
  readonly #flights = new Set<Flight>();
  #orphans: Flight[] = [];
  #waiting: (() => void)[] = [];
  #isUp = true;
  /** What happens after a reinstatement, before anything else goes out. */
  beforeResume: (port: ScsiPort) => Promise<void> = async () => {};
  /** What the device tells of a reinstatement, unless there is more to tell. */
  tells: scsi.Sense | undefined = nexusLoss;
  /** How often the line was cut. */
  cuts = 0;

  constructor(device: FakeScsiDevice) {
    this.#device = device;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async execute(request: ScsiRequest): Promise<ScsiResult> {
    while (!this.#isUp) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return await this.#send(request, false);
  }

  /** Cuts the line. What the device has not carried out yet it never will. */
  cut(): void {
    this.cuts += 1;
    this.#isUp = false;
    for (const flight of this.#flights) {
      flight.line.abort(new Error('the line was cut'));
      if (flight.isAhead) flight.reject(lossOf(flight.request));
      else this.#orphans.push(flight);
    }
    this.#flights.clear();
  }

  /** Reinstates the session, again and again until it is not cut on the way. */
  async restore(): Promise<void> {
    for (;;) {
      const cuts = this.cuts;
      if (this.#device.attentions.length === 0 && this.tells !== undefined) this.#device.attentions.push(this.tells);
      try {
        await this.beforeResume({ execute: (request) => this.#send(request, true) });
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
      }
      if (cuts === this.cuts) break;
    }
    for (const { reject, request } of this.#orphans.splice(0)) reject(lossOf(request));
    this.#isUp = true;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #send(request: ScsiRequest, isAhead: boolean): Promise<ScsiResult> {
    return await new Promise((resolve, reject) => {
      const line = new AbortController();
      const flight: Flight = { request, isAhead, line, reject };
      this.#flights.add(flight);
      const answered = (answer: () => void): void => {
        if (this.#flights.delete(flight)) answer();
      };
      this.#device.execute({ ...request, signal: line.signal }).then(
        (result) => {
          answered(() => {
            resolve(result);
          });
        },
        (error: unknown) => {
          answered(() => {
            reject(asIscsiError(error));
          });
        },
      );
    });
  }
}

const nexusLoss = scsi.makeSense(scsi.senseKey.unitAttention, scsi.additionalSense.nexusLoss);

function lossOf(request: ScsiRequest): TransportError {
  const effect = request.dataIn === undefined ? 'unknown' : 'none';
  return new TransportError('ISCSI_CONNECTION_LOST', 'The line was cut', { address: 'fake', effect });
}
