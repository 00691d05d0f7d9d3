// What a command ends with whose connection is gone for good.

import { type Effect, type IscsiError, TransportError } from '../base/index.ts';
import type { ScsiTask } from './scsi-task.ts';

/** The end of a task that cannot go on. `effect` is the task's own unless more is known. */
export function connectionLost(
  task: ScsiTask,
  address: string,
  cause: IscsiError,
  effect: Effect = task.effect,
): TransportError {
  const message = `The connection to ${address} was lost before the command was answered: ${cause.message}`;
  return new TransportError('ISCSI_CONNECTION_LOST', message, { address, cause, effect });
}
