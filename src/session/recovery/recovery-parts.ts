// What the parts of recovery work with, and whom they tell.

import type { EventEmitter } from 'node:events';

import type { IscsiError } from '../../base/index.ts';
import type { Joining } from '../joining.ts';
import type { Membership } from '../membership.ts';
import type { Portal } from '../portal.ts';
import type { ScsiPort } from '../scsi-port.ts';
import type { SessionContext } from '../session-context.ts';
import type { SessionEvents } from '../session-events.ts';
import type { TaskSet } from '../task-set.ts';

/** How a session that was lost comes back. */
export interface RecoveryOptions {
  /** Where to log in. */
  readonly portal: Portal;
  /** Whether lost connections, and a lost session, are opened again: true unless given, and never for discovery. */
  readonly reconnects?: boolean;
  /**
   * Whether the commands of a lost connection go on over another one at ErrorRecoveryLevel 2 (TASK REASSIGN, RFC 7143
   * §7.2.2). Else they end as at lower levels. True unless given, but for LIO (docs/lio.md).
   */
  readonly reassignsTasks?: boolean;
  /**
   * Called when the session was reinstated, before queued commands are let through; `port` executes ahead of them. Here
   * devices are compared with what they were. When it rejects, the session is dropped and logged in again.
   */
  readonly beforeResume?: (port: ScsiPort, signal: AbortSignal) => Promise<void>;
}

/** What recovery works with. */
export interface RecoveryParts {
  readonly context: SessionContext;
  readonly tasks: TaskSet;
  readonly membership: Membership;
  readonly joining: Joining;
  readonly options: RecoveryOptions;
  readonly events: EventEmitter<SessionEvents>;
  /** A failed session will not come back: all attempts that were allowed have been made. */
  readonly givenUp: (error: IscsiError) => void;
}
