// The target as faults see it that act on it as a whole.

import type { CheckCondition } from '../device-server/sense.ts';
import type { TargetSession } from '../session.ts';

/** What a session can be made to say. Times are in seconds. */
export interface OwnedSession {
  requestLogout(options: { readonly cid?: number; readonly seconds: number }): void;
  dropConnection(cid: number, times: { readonly time2Wait: number; readonly time2Retain: number }): void;
  drop(times: { readonly time2Wait: number; readonly time2Retain: number }): void;
  requestNegotiation(options: { readonly cid?: number; readonly seconds: number }): void;
  reportSense(lun: number, facts: CheckCondition): void;
}

/** The target in the hands of a fault. */
export interface FaultBench {
  sessions(): readonly TargetSession[];
  /** A session as the owner of the target has it. */
  owned(session: TargetSession): OwnedSession;
  /** The numbers of all logical units. */
  lunNumbers(): readonly number[];
}
