// The target as faults see it that act on it as a whole.

import type { CrashOptions } from '../../block/index.ts';
import type { LogicalUnit } from '../device-server/logical-unit.ts';
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
  units(): readonly LogicalUnit[];
  /** Adds a disk in memory. */
  addLun(number: number, size: number): void;
  removeLun(number: number): void;
  resizeLun(number: number, size: number): void;
  /** Tells every session that the mode pages of a logical unit have changed. */
  modeParametersChanged(number: number): void;
  reboot(options: CrashOptions & { readonly downMs: number }): Promise<void>;
  /** Tells the owner of the target of an error that nobody waits for. */
  report(error: unknown): void;
}
