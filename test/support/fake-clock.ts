// A clock that stands still until a test moves it.

import { type Clock, nextTurn, type Timer } from '../../src/base/index.ts';

interface FakeTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** How many turns of the event loop promises get to settle in before time goes on. */
const settleTurns = 4;

/** More timers than this in one advance means that one of them schedules itself without delay. */
const mostTimers = 10_000;

/** Time in a test's hands. Timers run in the order of their due times, and in the order they were made when equal. */
export class FakeClock implements Clock {
  #nowMs: number;
  #made = 0;
  readonly #timers = new Set<FakeTimer>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** How many timers have not fired: 0 once everything that waited has been let go. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer: FakeTimer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#made, callback };
    this.#made += 1;
    this.#timers.add(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /**
   * Moves time on by `ms` and runs what falls due on the way, each at its own time. Promises settle before the first
   * timer, after each, and before this resolves. Rejects with what a callback throws.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let ran = 0; this.#runDue(endMs, ran); ran += 1) await settle();
  }

  /** The same at once: no promise settles on the way, so a test can still take hold of one that will reject. */
  jump(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let ran = 0; this.#runDue(endMs, ran); ran += 1);
  }

  /** Moves to the next due time and runs what is due then. Throws when nothing is scheduled. */
  async advanceToNext(): Promise<void> {
    await settle();
    const timer = this.#next();
    if (timer === undefined) throw new Error('nothing is scheduled');
    await this.advance(timer.dueMs - this.#nowMs);
  }

  /** Runs the first timer that is due by `endMs`. Moves to `endMs` and returns false when there is none. */
  #runDue(endMs: number, ran: number): boolean {
    if (ran === mostTimers) throw new Error(`more than ${mostTimers} timers fell due`);
    const timer = this.#next();
    if (timer === undefined || timer.dueMs > endMs) {
      this.#nowMs = Math.max(this.#nowMs, endMs);
      return false;
    }
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.callback();
    return true;
  }

  #next(): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#timers) {
      const isSooner =
        first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order);
      if (isSooner) first = timer;
    }
    return first;
  }
}

/** Lets everything that is ready to run do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < settleTurns; turn += 1) await nextTurn();
}
