// What a session is made of, as whoever opens it says.

import type { Clock } from '../base/index.ts';
import type { JoiningOptions } from './joining.ts';
import type { SessionLimits } from './options.ts';
import type { RecoveryOptions } from './recovery/recovery-parts.ts';
import type { SchedulingPolicy } from './roster.ts';
import type { SessionObserver } from './session-observer.ts';
import type { EscalationLimit } from './tasks/escalation.ts';

/** What a session is made of. */
export interface SessionOptions extends JoiningOptions, RecoveryOptions {
  /** What diagnostics know the session by; its ISID unless given. */
  readonly id?: number;
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  /** Which connection carries the next command; least queue depth unless given. CIDs are given out from 1 on. */
  readonly policy?: SchedulingPolicy;
  /**
   * How far the session goes to end a command that ABORT TASK did not end, before it drops the command's connection; a
   * reset of the unit unless given. That is the means of SCSI against a unit that is stuck, though it ends the commands
   * of other initiators at that unit too. A reset of the target ends those at all its units: choose it only for a target
   * that nobody else uses. Each step has a limit of its own, and one that the target refuses gives way to the next at
   * once.
   */
  readonly escalation?: EscalationLimit;
  /** CmdSN of the first command; 1 unless given. */
  readonly initialCmdSn?: number;
  /** Is told what there is to count. */
  readonly observer?: SessionObserver;
}
