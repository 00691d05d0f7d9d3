// How long commands wait for a session: one span, from the moment that it takes none until it is back.

import type { Clock, Timer } from '../../base/index.ts';

/** The replacement time of one session. */
export class Patience {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #since: number | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Calls `ended` when the time is over, in the place of who was to be called. What has passed since the first call counts. */
  start(ended: () => void): void {
    const now = this.#clock.now();
    this.#since ??= now;
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(Math.max(0, this.#since + this.#limitMs - now), ended);
  }

  /** Nobody waits any more. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#since = undefined;
  }
}
