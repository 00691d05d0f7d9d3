// What a circuit has taken for sending, and the end of each send: it ends when its last byte has been handed to the system,
// or when the circuit is gone.

import { ntStatus } from './nt-status.ts';

interface PendingSend {
  /** How many bytes the circuit has sent when this one is out. */
  readonly end: number;
  readonly settle: (status: number) => void;
}

/** The sends of one circuit, in order. */
export class Outflow {
  #accepted = 0;
  #pending: PendingSend[] = [];
  #sends = 0;
  #failures = 0;
  #isEnded = false;

  /** Sends that have not ended. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Sends that were accepted. */
  get sends(): number {
    return this.#sends;
  }

  /** Sends that failed after that. */
  get failures(): number {
    return this.#failures;
  }

  /** Adds a send of `length` bytes, of which `settle` hears the end, never inside this call. */
  add(length: number, settle: (status: number) => void): void {
    this.#sends += 1;
    this.#accepted += length;
    this.#pending.push({ end: this.#accepted, settle });
  }

  /** So many bytes have been sent in all. */
  progressed(sentBytes: number): void {
    const count = this.#pending.findIndex(({ end }) => end > sentBytes);
    for (const send of this.#pending.splice(0, count === -1 ? this.#pending.length : count)) {
      send.settle(ntStatus.STATUS_SUCCESS);
    }
  }

  /** No more is sent. */
  end(sentBytes: number): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.progressed(sentBytes);
    const lost = this.#pending.splice(0);
    this.#failures += lost.length;
    for (const send of lost) send.settle(ntStatus.STATUS_CONNECTION_DISCONNECTED);
  }
}
