// A session's options and the defaults that they are resolved with, once.

import { UsageError } from '../base/index.ts';
import { mostTags } from './tag-pool.ts';

/** Limits and intervals of a session, in milliseconds unless the name says otherwise. */
export interface SessionLimits {
  /** Limit for making a transport connection; 0 for none of its own. */
  readonly connectTimeoutMs: number;
  /** Limit for a login, transport connection included; 0 for none. */
  readonly loginTimeoutMs: number;
  /** Limit for the answer to a SCSI command that gives none of its own; 0 for none. */
  readonly taskTimeoutMs: number;
  /** Limit for the answer to an ABORT TASK, after which the session escalates; see `SessionOptions.escalation`. */
  readonly abortTimeoutMs: number;
  /** Limit for the answer to a LOGICAL UNIT RESET, and to any other function that ends the tasks of one unit. */
  readonly lunResetTimeoutMs: number;
  /** Limit for the answer to a reset of the target. */
  readonly targetResetTimeoutMs: number;
  /** Limit for the answer to a Text Request; 0 for none. */
  readonly textTimeoutMs: number;
  /** How long a connection may be silent before it is pinged; 0 for never. */
  readonly pingIntervalMs: number;
  /**
   * How long a ping may go unanswered before the connection is given up; also one that fills a command number which was
   * lost, and is not taken.
   */
  readonly pingTimeoutMs: number;
  /**
   * How long a command may stand still before its loss is looked into, at ErrorRecoveryLevel 1 and higher; 0 for never. Noticed
   * up to a quarter later.
   */
  readonly commandRetryIntervalMs: number;
  /** How long holders of a device may take to let go of it, or to say that they will not. */
  readonly askTimeoutMs: number;
  /** Limit for the answer to SYNCHRONIZE CACHE, and for the whole flush of a device before it is let go. */
  readonly flushTimeoutMs: number;
  /** How long commands in flight may take to finish before a logout aborts them. */
  readonly drainTimeoutMs: number;
  /** Limit for the answer to a Logout Request, and then for the target to close the connections. */
  readonly logoutTimeoutMs: number;
  /** The wait between attempts to log in again after a session was lost; even until the replacement time has passed. */
  readonly reconnectIntervalMs: number;
  /** Up to where that wait doubles once the replacement time has passed. */
  readonly reconnectMaxIntervalMs: number;
  /** How many attempts to log in again are made before a lost session is given up; 0 for any number. */
  readonly reconnectAttempts: number;
  /** How long the commands of a lost session wait for its return, after which its devices count as gone. */
  readonly replacementTimeoutMs: number;
  /** How many commands may be in flight at once, 1 to 65535. */
  readonly maxTasks: number;
  /** How many commands may wait for the command window, or for the return of a lost session. */
  readonly maxQueuedTasks: number;
  /** How many redirects a login follows. */
  readonly maxRedirects: number;
}

/** The limits that hold where a caller gives none. */
export const defaultLimits: SessionLimits = {
  connectTimeoutMs: 10_000,
  loginTimeoutMs: 15_000,
  taskTimeoutMs: 30_000,
  abortTimeoutMs: 5_000,
  lunResetTimeoutMs: 10_000,
  targetResetTimeoutMs: 15_000,
  textTimeoutMs: 10_000,
  pingIntervalMs: 5_000,
  pingTimeoutMs: 5_000,
  commandRetryIntervalMs: 5_000,
  askTimeoutMs: 5_000,
  flushTimeoutMs: 30_000,
  drainTimeoutMs: 10_000,
  logoutTimeoutMs: 5_000,
  reconnectIntervalMs: 5_000,
  reconnectMaxIntervalMs: 60_000,
  reconnectAttempts: 0,
  replacementTimeoutMs: 60_000,
  maxTasks: 4096,
  maxQueuedTasks: 65_536,
  maxRedirects: 4,
};

/** Limits that cannot be switched off: without them an abort or a logout might never end. */
const indispensable: readonly string[] = [
  'abortTimeoutMs',
  'lunResetTimeoutMs',
  'targetResetTimeoutMs',
  'flushTimeoutMs',
  'logoutTimeoutMs',
  'pingTimeoutMs',
] satisfies (keyof SessionLimits)[];

/** Completes what a caller gave. Throws UsageError ISCSI_BAD_ARGUMENT for what is no integer of at least 0, or 1 where needed. */
export function resolveLimits(given: Partial<SessionLimits> = {}): SessionLimits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    const least = indispensable.includes(name) ? 1 : 0;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `${name} must be an integer of at least ${least}, not ${value}`, {
        argument: name,
      });
    }
  }
  if (limits.maxTasks < 1 || limits.maxTasks > mostTags) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `maxTasks must be 1 to ${mostTags}, not ${limits.maxTasks}`, {
      argument: 'maxTasks',
    });
  }
  return limits;
}
