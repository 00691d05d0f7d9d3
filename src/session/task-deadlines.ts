// One timer for the deadlines of all tasks: armed for the earliest, so that a task costs no timer of its own.

import { type Clock, TimeoutError, type Timer } from '../base/index.ts';
import type { ScsiTask } from './scsi-task.ts';

/** Calls `sweep` when the earliest deadline has come. */
export class TaskDeadlines {
  readonly #clock: Clock;
  readonly #sweep: (now: number) => number;
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  /** `sweep` ends what is overdue at `now` and returns the earliest deadline left (Infinity for none). */
  constructor(clock: Clock, sweep: (now: number) => number) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  /** The deadline of a task that starts now with this limit; 0 is no limit. Arms the timer where needed. */
  start(limitMs: number): number {
    if (limitMs === 0) return Number.POSITIVE_INFINITY;
    const deadline = this.#clock.now() + limitMs;
    if (deadline < this.#armedFor) this.#arm(deadline);
    return deadline;
  }

  /** Stops the timer for good. */
  stop(): void {
    this.#timer?.cancel();
    this.#armedFor = Number.NEGATIVE_INFINITY;
  }

  #arm(deadline: number): void {
    this.#timer?.cancel();
    this.#armedFor = deadline;
    if (deadline === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, Math.ceil(deadline - this.#clock.now()));
    this.#timer = this.#clock.schedule(
      delayMs,
      () => {
        this.#armedFor = Number.POSITIVE_INFINITY;
        this.#arm(this.#sweep(this.#clock.now()));
      },
      { unref: true },
    );
  }
}

/** What a task ends with that was not answered in its time. */
export function taskTimeout(task: ScsiTask, defaultLimitMs: number): TimeoutError {
  const limitMs = task.request.timeoutMs ?? defaultLimitMs;
  return new TimeoutError('ISCSI_TASK_TIMEOUT', `A SCSI command was not answered in ${limitMs} ms`, {
    operation: 'SCSI command',
    limitMs,
    effect: task.effect,
  });
}
