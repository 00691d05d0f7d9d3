// When to try again: at an even interval while users wait, then ever more seldom up to a bound. A success starts it over.

import { type Clock, sleep } from '../../base/index.ts';
import type { SessionLimits } from '../options.ts';

type ScheduleLimits = Pick<SessionLimits, 'reconnectIntervalMs' | 'reconnectMaxIntervalMs' | 'reconnectAttempts'>;

/** The waits between the attempts of one recovery. */
export class ReconnectSchedule {
  readonly #limits: ScheduleLimits;
  #attempts = 0;
  #delayMs: number;
  #isBackingOff = false;

  constructor(limits: ScheduleLimits) {
    this.#limits = limits;
    this.#delayMs = limits.reconnectIntervalMs;
  }

  /** How many attempts there have been. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether all attempts that were allowed have been made; 0 allows any number. */
  get isExhausted(): boolean {
    const { reconnectAttempts } = this.#limits;
    return reconnectAttempts > 0 && this.#attempts >= reconnectAttempts;
  }

  /** Nobody waits any more: the waits double from here on. */
  backOff(): void {
    this.#isBackingOff = true;
  }

  /** Counts an attempt that failed. Returns the wait before the next, in milliseconds. */
  failed(): number {
    this.#attempts += 1;
    const { reconnectIntervalMs, reconnectMaxIntervalMs } = this.#limits;
    if (this.#isBackingOff) {
      this.#delayMs = Math.min(this.#delayMs * 2, Math.max(reconnectIntervalMs, reconnectMaxIntervalMs));
    }
    return this.#delayMs;
  }
}

/** Waits `delayMs`, if that is any time at all. Rejects with the signal's reason when it is aborted. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (delayMs > 0) await sleep(clock, delayMs, signal);
}
