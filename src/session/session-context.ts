// What the parts of a session share: its numbers, its connections, its limits.

import type { Clock } from '../base/index.ts';
import type { CommandWindow } from './command-window.ts';
import type { Conversation } from './conversation.ts';
import type { SessionLimits } from './options.ts';
import type { Roster } from './roster.ts';
import type { ScsiTask } from './scsi-task.ts';
import type { TagPool } from './tag-pool.ts';

/** Who may hold an initiator task tag. */
export type TagHolder = ScsiTask | Conversation;

/** The shared state of one session. Each part is changed by one owner only. */
export interface SessionContext {
  readonly sessionId: number;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly window: CommandWindow;
  readonly tags: TagPool<TagHolder>;
  readonly roster: Roster;
}
