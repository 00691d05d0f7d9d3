// Letting commands in flight finish, by a deadline, after which they are aborted.

import { type Effect, raceAbort, TimeoutError, withDeadline } from '../base/index.ts';
import type { SessionContext } from './session-context.ts';
import type { TaskScope, TaskSet } from './task-set.ts';

/** What is drained, and until when that is of use. */
export interface DrainOptions {
  /** What is in flight in the whole session, and what waits, unless given. */
  readonly scope?: TaskScope | undefined;
  /** Ends the wait; what has not finished by then is left as it is. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until nothing is left in `scope`. What has not finished after `limitMs`, with 0 at once, is aborted and ends with
 * ISCSI_DRAIN_TIMEOUT. Settles when nothing is left or the signal is aborted, and never rejects.
 */
export async function drain(
  context: SessionContext,
  tasks: TaskSet,
  limitMs: number,
  { scope, signal }: DrainOptions = {},
): Promise<void> {
  const tooLate = (effect: Effect): TimeoutError => drainTimeout(limitMs, effect);
  try {
    if (limitMs <= 0) throw tooLate('none');
    await withDeadline(
      context.clock,
      limitMs,
      () => tooLate('none'),
      signal,
      async () => {
        await tasks.idle(scope);
      },
    );
  } catch {
    if (signal?.aborted === true) return;
    tasks.abortAll((task) => tooLate(task.effect), scope);
    await raceAbort(tasks.idle(scope), signal).catch(() => undefined);
  }
}

/** What a command ends with that did not finish before the drain deadline. */
export function drainTimeout(limitMs: number, effect: Effect): TimeoutError {
  const message = `A command in flight did not finish in ${limitMs} ms before a logout`;
  return new TimeoutError('ISCSI_DRAIN_TIMEOUT', message, { operation: 'drain', limitMs, effect });
}
