// Who counts what happens in sessions: statistics have no other way to learn of logins, answers and the counters of what has ended.

import type { IscsiError } from '../base/index.ts';
import type { ConnectionFacts } from './connection-facts.ts';

/** How a login phase ended. */
export type LoginEnd = 'accepted' | 'redirected' | IscsiError;

/**
 * Is told what there is to count. Called as it happens, in the middle of the work: none of these may throw or wait.
 * `sessionId` is the session's own number, as diagnostics have it.
 */
export interface SessionObserver {
  /** A login phase has ended, of whatever connection: the first, one that was added, one that is opened again. */
  loginEnded?(sessionId: number, end: LoginEnd): void;
  /** A Logout Request is about to be sent, with one of the reasons of RFC 7143 §11.14.1. */
  logoutRequested?(sessionId: number, reason: number): void;
  /** The target answered a SCSI command, `durationMs` after it was sent. */
  commandAnswered?(sessionId: number, cid: number, durationMs: number): void;
  /** A connection is over, in order or not: what it had counted. Its CID may come back, with counters that begin anew. */
  connectionEnded?(sessionId: number, facts: ConnectionFacts): void;
}
