// A clock that stands still until a test moves it.

import type { Clock, Timer } from '../../src/base/index.ts';

interface Pending {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time in the test's hands: timers fire inside `advance`, in order of time. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#nowMs;
  }

  /** How many timers wait: a test of cleanliness ends with 0. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#pending.add(timer);
    return {
      cancel: () => {
        this.#pending.delete(timer);
      },
    };
  }

  /** Moves time on and fires what falls due. */
  advance(deltaMs: number): void {
    const endMs = this.#nowMs + deltaMs;
    for (let next = this.#firstDue(endMs); next !== undefined; next = this.#firstDue(endMs)) {
      this.#nowMs = next.dueMs;
      this.#pending.delete(next);
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #firstDue(endMs: number): Pending | undefined {
    const due = [...this.#pending].filter((timer) => timer.dueMs <= endMs);
    return due.reduce<Pending | undefined>((a, b) => (a === undefined || b.dueMs < a.dueMs ? b : a), undefined);
  }
}
