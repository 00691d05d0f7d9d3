// What the parts of a session share: its numbers, its connections, its limits.

import type { Clock, IscsiError } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import type { TargetPdu } from '../wire/index.ts';
import type { CommandWindow } from './command-window.ts';
import type { SessionLimits } from './options.ts';
import type { Roster } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';
import type { SessionObserver } from './session-observer.ts';
import type { TagPool } from './tag-pool.ts';

/** A request other than a SCSI command that waits for its answers. */
export interface PendingRequest {
  readonly kind: 'request';
  readonly connection: Connection;
  /** The command number that it uses up, if it is not immediate; one that is lost has to be filled (see hole-filler.ts). */
  readonly cmdSn?: number;
  /** Takes an answer from the receive path; false when it is none that is waited for. */
  take(connection: Connection, pdu: TargetPdu, data: Uint8Array): boolean;
  /** The target rejected the request, or the connection is gone: whoever waits hears of it. */
  fail(error: IscsiError): void;
}

/** Who may hold an initiator task tag. */
export type TagHolder = ScsiTask | PendingRequest;

/** The shared state of one session. Each part is changed by one owner only. */
export interface SessionContext {
  readonly sessionId: number;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly window: CommandWindow;
  readonly tags: TagPool<TagHolder>;
  readonly roster: Roster;
  readonly observer: SessionObserver | undefined;
}
