// Handlers for a circuit that write down everything, and wait for what a test expects.

import { type Deferred, deferred } from '../../src/base/index.ts';
import type { CircuitHandlers } from '../../src/engine/index.ts';

/** Writes down what a circuit tells; chunks are copied, since they are valid during the call only. */
export class CircuitRecorder implements CircuitHandlers {
  readonly chunks: Uint8Array[] = [];
  readonly ends: (Error | undefined)[] = [];
  drains = 0;
  /** Set this while the test is inside a call on the circuit: a handler that runs then is counted. */
  isInCall = false;
  reentries = 0;
  /** Called with each chunk, inside the handler. */
  onChunk: (chunk: Uint8Array) => void = () => {};
  #waiting: Deferred<void> = deferred();

  get receivedLength(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Everything received so far, in one piece. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  received(chunk: Uint8Array): void {
    this.#note();
    this.chunks.push(chunk.slice());
    this.onChunk(chunk);
    this.#notify();
  }

  drained(): void {
    this.#note();
    this.drains += 1;
    this.#notify();
  }

  disconnected(error: Error | undefined): void {
    this.#note();
    this.ends.push(error);
    this.#notify();
  }

  /** Waits until `claim` holds; looks again after each event. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await this.#waiting.promise;
  }

  #note(): void {
    if (this.isInCall) this.reentries += 1;
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = deferred();
    waiting.resolve();
  }
}
