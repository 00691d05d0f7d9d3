// What a session tells its user of its life: typed events, for lifecycle only; failures reject promises.

import type { IscsiError, Lun } from '../base/index.ts';
import type { AsyncMessage } from '../wire/index.ts';
import type { SessionState } from './session-states.ts';
import type { EscalationStep } from './tasks/escalation.ts';

/** How a session came to its end. */
export interface SessionEnd {
  /** `loggedOut`: by us, in order. `requestedByTarget`: by us, because the target asked. `lost`: without a logout. */
  readonly how: 'loggedOut' | 'requestedByTarget' | 'lost';
  /** What went wrong, for a lost session or a logout that the target did not confirm. */
  readonly error: IscsiError | undefined;
}

/**
 * How a session came back: `continued` with the commands that were in flight (RFC 7143 §7.1.4.3), or `reinstated`, as a
 * new session in the place of the old, which ended them.
 */
export type ResumeKind = 'continued' | 'reinstated';

/** The events of a session and their arguments. */
export interface SessionEvents {
  stateChanged: [state: SessionState];
  connectionAdded: [cid: number];
  /** A connection was removed in order. */
  connectionRemoved: [cid: number];
  /** A connection was lost. Its commands wait for what recovery makes of them. */
  connectionLost: [cid: number, error: IscsiError];
  /** A lost connection is open again, under its CID. */
  connectionRecovered: [cid: number];
  /** An attempt to open a lost connection again, while others live, failed. */
  connectionRetried: [cid: number, error: IscsiError];
  /** A lost connection is not opened again, and its CID is free. */
  connectionGivenUp: [cid: number];
  /** The last connection was lost: commands wait while the session logs in again. */
  suspended: [error: IscsiError];
  /** An attempt to log in again failed; there will be another one. `attempts` counts them since the loss. */
  retried: [attempts: number, error: IscsiError];
  /** The replacement time has passed: what waited has ended with ISCSI_SESSION_LOST. Logging in goes on. */
  gone: [];
  /** The session is back, and commands go on. */
  resumed: [how: ResumeKind];
  /** A command was stuck and its abort did not help: this step is about to be taken for its unit, or for all units. */
  escalated: [step: EscalationStep, lun: Lun | undefined];
  /** The target sent an Asynchronous Message; `sense` is there for event 0 (RFC 7143 §11.9.1). */
  asyncMessage: [message: AsyncMessage, sense: Uint8Array | undefined];
  closed: [end: SessionEnd];
}
