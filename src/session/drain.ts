// Letting commands in flight finish, by a deadline, after which they are aborted.

import { type Effect, TimeoutError, withDeadline } from '../base/index.ts';
import type { Member } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { TaskSet } from './task-set.ts';

/**
 * Waits until nothing is in flight on `member`, or in the whole session and its queue. What has not finished after
 * `limitMs`, with 0 at once, is aborted and ends with ISCSI_DRAIN_TIMEOUT. Settles when nothing is left, and never
 * rejects.
 */
export async function drain(context: SessionContext, tasks: TaskSet, limitMs: number, member?: Member): Promise<void> {
  const tooLate = (effect: Effect): TimeoutError => drainTimeout(limitMs, effect);
  try {
    if (limitMs <= 0) throw tooLate('none');
    await withDeadline(
      context.clock,
      limitMs,
      () => tooLate('none'),
      undefined,
      async () => {
        await tasks.idle(member);
      },
    );
  } catch {
    tasks.abortAll((task) => tooLate(task.effect), member);
    await tasks.idle(member);
  }
}

/** What a command ends with that did not finish before the drain deadline. */
export function drainTimeout(limitMs: number, effect: Effect): TimeoutError {
  const message = `A command in flight did not finish in ${limitMs} ms before a logout`;
  return new TimeoutError('ISCSI_DRAIN_TIMEOUT', message, { operation: 'drain', limitMs, effect });
}
