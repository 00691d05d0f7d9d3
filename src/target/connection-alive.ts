// Whether the initiator is still there: pings a silent connection with NOP-In and gives up when none is answered
// (RFC 7143 §7.14, §11.19).

import type { Clock, Timer } from '../base/index.ts';
import { TransferTags } from './transfer-tags.ts';

/** Times, from the target's options. */
export interface AliveOptions {
  readonly clock: Clock;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

/** What it can do. */
export interface AliveActions {
  /** Sends a NOP-In with this target transfer tag. */
  ping(targetTransferTag: number): void;
  /** A ping was not answered. */
  lost(): void;
}

/** The pings of one connection. */
export class ConnectionAlive {
  readonly #options: AliveOptions;
  readonly #actions: AliveActions;
  readonly #tags = new TransferTags();
  #lastHeard = 0;
  #pending: number | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: AliveOptions, actions: AliveActions) {
    this.#options = options;
    this.#actions = actions;
  }

  start(): void {
    this.#lastHeard = this.#options.clock.now();
    if (this.#options.pingIntervalMs > 0) this.#schedule(this.#options.pingIntervalMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Bytes have come. */
  heard(): void {
    if (this.#options.pingIntervalMs > 0) this.#lastHeard = this.#options.clock.now();
  }

  answered(targetTransferTag: number): void {
    if (this.#pending === targetTransferTag) this.#pending = undefined;
  }

  /** Pings without waiting for silence, to be told what has arrived. It need not be answered in time. */
  pingNow(): void {
    this.#actions.ping(this.#tags.take());
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.schedule(
      delayMs,
      () => {
        this.#look();
      },
      { unref: true },
    );
  }

  #look(): void {
    if (this.#pending !== undefined) {
      this.#actions.lost();
      return;
    }
    const silentMs = this.#options.clock.now() - this.#lastHeard;
    if (silentMs < this.#options.pingIntervalMs) {
      this.#schedule(this.#options.pingIntervalMs - silentMs);
      return;
    }
    this.#pending = this.#tags.take();
    this.#actions.ping(this.#pending);
    this.#schedule(this.#options.pingTimeoutMs);
  }
}
