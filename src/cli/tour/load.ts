// I/O that goes on while the tour changes connections: random reads and writes, every byte compared.

import { BlockError, equalBytes } from '../../base/index.ts';
import type { BlockDevice } from '../../block/index.ts';
import { SeededRandom } from '../bench-load.ts';

const requestLength = 65_536;
const depth = 16;

/** Reads and writes pieces of `image` on a device that holds it, until it is stopped. */
export class TourLoad {
  readonly #device: BlockDevice;
  readonly #image: Uint8Array;
  readonly #signal: AbortSignal;
  readonly #random = new SeededRandom(1);
  readonly #workers: Promise<unknown>;
  #requests = 0;
  #isStopped = false;

  constructor(device: BlockDevice, image: Uint8Array, signal: AbortSignal) {
    this.#device = device;
    this.#image = image;
    this.#signal = signal;
    this.#workers = Promise.all(Array.from({ length: depth }, (_none, worker) => this.#work(worker)));
    this.#workers.catch(() => {
      this.#isStopped = true; // told by stop()
    });
  }

  /** Requests that have been answered, rightly. */
  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#requests * requestLength;
  }

  /** Whether a request has failed, so that waiting for more is in vain. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Lets the requests in flight finish. Rejects with the first failure of the load. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#workers;
  }

  async #work(worker: number): Promise<void> {
    const buffer = new Uint8Array(requestLength);
    const options = { signal: this.#signal };
    const pieces = Math.floor(this.#image.length / requestLength);
    while (!this.#isStopped) {
      const isWrite = this.#random.next() < 0.3;
      // Each writes where no other does: while two writes to the same blocks are under way, none that is lost is repeated.
      const piece = isWrite ? worker + depth * this.#random.below(pieces / depth) : this.#random.below(pieces);
      const offset = piece * requestLength;
      const expected = this.#image.subarray(offset, offset + requestLength);
      if (isWrite) {
        // The same bytes again: whoever reads here at the same time sees them before, during and after.
        await this.#device.write(offset, expected, options);
      } else {
        await this.#device.read(offset, buffer, options);
        if (!equalBytes(buffer, expected)) {
          throw new BlockError('BLOCK_MISMATCH', `What was read at ${offset} is not what was written`, {
            offset,
            length: requestLength,
          });
        }
      }
      this.#requests += 1;
    }
  }
}
