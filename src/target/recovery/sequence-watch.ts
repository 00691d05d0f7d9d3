// The sequence reception timeout (RFC 7143 §7.1.4.1): data that do not come, or stop without F, count as lost, and are
// asked for again.

import type { Clock, Timer } from '../../base/index.ts';
import type { Task } from '../task.ts';
import type { WriteTransfer } from '../write-transfer.ts';

/** A watch over the data of one task. */
export interface SequenceWatch {
  stop(): void;
}

/** Watches until it is stopped. The task is woken when data were given up. */
export function watchSequence(clock: Clock, timeoutMs: number, task: Task, transfer: WriteTransfer): SequenceWatch {
  let timer: Timer;
  let seen = transfer.progress;
  const schedule = (): void => {
    timer = clock.schedule(timeoutMs, look, { unref: true });
  };
  const look = (): void => {
    const isStalled = transfer.progress === seen && !transfer.isArriving && !transfer.isQuiet;
    seen = transfer.progress;
    if (isStalled) {
      transfer.interrupt();
      task.progressed();
    }
    schedule();
  };
  schedule();
  return {
    stop: () => {
      timer.cancel();
    },
  };
}
