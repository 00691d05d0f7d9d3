// Turns for task management requests: one at a time on each connection. A target need not take more than one immediate
// task management request of a connection at once (RFC 7143 §4.2.2.1), and hundreds of tasks may run out of time together.

import { type Deferred, deferred, onAbort, throwIfAborted } from '../../base/index.ts';
import type { Connection } from '../../connection/index.ts';

interface Line {
  isBusy: boolean;
  /** A request has gone unanswered for its whole time. */
  isSilent: boolean;
  /** Resets and their like go before aborts: one of them may end all the tasks whose aborts wait. */
  readonly urgent: Deferred<void>[];
  readonly others: Deferred<void>[];
}

/** The turns of one session. Who waits is bounded by the tasks in flight and by what a session takes of functions. */
export class ManagementTurns {
  readonly #lines = new WeakMap<Connection, Line>();

  /** Waits for a turn. What it resolves with passes the turn on and has to be called. Rejects with the signal's reason. */
  async take(connection: Connection, isUrgent: boolean, signal?: AbortSignal): Promise<() => void> {
    throwIfAborted(signal);
    const line = this.#line(connection);
    if (line.isBusy) await wait(isUrgent ? line.urgent : line.others, signal);
    line.isBusy = true;
    return () => {
      const next = line.urgent.shift() ?? line.others.shift();
      if (next === undefined) line.isBusy = false;
      else next.resolve();
    };
  }

  /** Learns whether the last request on a connection was answered. */
  answered(connection: Connection, isAnswered: boolean): void {
    this.#line(connection).isSilent = !isAnswered;
  }

  /** Whether a request would go out at once. */
  isFree(connection: Connection): boolean {
    return !this.#line(connection).isBusy;
  }

  /** Whether the last request on a connection went unanswered. */
  isSilent(connection: Connection): boolean {
    return this.#line(connection).isSilent;
  }

  #line(connection: Connection): Line {
    const known = this.#lines.get(connection);
    if (known !== undefined) return known;
    const line = { isBusy: false, isSilent: false, urgent: [], others: [] };
    this.#lines.set(connection, line);
    return line;
  }
}

/** The turn stays taken on its way from one to the next: nobody who comes in between may take it. */
async function wait(waiters: Deferred<void>[], signal: AbortSignal | undefined): Promise<void> {
  const turn = deferred();
  waiters.push(turn);
  const remove =
    signal === undefined
      ? undefined
      : onAbort(signal, () => {
          const at = waiters.indexOf(turn);
          // A turn that has been handed over is used, and passed on.
          if (at < 0) return;
          waiters.splice(at, 1);
          turn.reject(signal.reason as Error);
        });
  try {
    await turn.promise;
  } finally {
    remove?.();
  }
}
