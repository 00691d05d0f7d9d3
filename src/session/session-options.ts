// What a session is made of, as whoever opens it says.

import type { Clock } from '../base/index.ts';
import type { JoiningOptions } from './joining.ts';
import type { SessionLimits } from './options.ts';
import type { RecoveryOptions } from './recovery/recovery-parts.ts';
import type { SchedulingPolicy } from './roster.ts';

/** What a session is made of. */
export interface SessionOptions extends JoiningOptions, RecoveryOptions {
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  /** Which connection carries the next command; least queue depth unless given. CIDs are given out from 1 on. */
  readonly policy?: SchedulingPolicy;
  /** CmdSN of the first command; 1 unless given. */
  readonly initialCmdSn?: number;
}
