// Who counts what happens in sessions: statistics have no other way to learn of logins, answers and the counters of what has ended.

import type { IscsiError } from '../base/index.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import type { Portal } from './portal.ts';

/** How a login phase ended. */
export type LoginEnd = 'accepted' | 'redirected' | IscsiError;

/** A login phase at one portal. */
export interface LoginAttempt {
  /** Undefined in a discovery session. */
  readonly targetName: string | undefined;
  readonly portal: Portal;
  /** Whether its connection was to join a session that there is, or to come back to it. */
  readonly isAdded: boolean;
  /** Whether CHAP was offered. */
  readonly usesChap: boolean;
}

/**
 * Is told what there is to count. Called as it happens, in the middle of the work: none of these may throw or wait.
 * `sessionId` is the session's own number, as diagnostics have it.
 */
export interface SessionObserver {
  /** A login phase has ended, of whatever connection: the first, one that was added, one that is opened again. */
  loginEnded?(sessionId: number, end: LoginEnd, attempt: LoginAttempt): void;
  /** A Logout Request is about to be sent, with one of the reasons of RFC 7143 §11.14.1. */
  logoutRequested?(sessionId: number, reason: number): void;
  /** The target answered a SCSI command, `durationMs` after it was sent. */
  commandAnswered?(sessionId: number, cid: number, durationMs: number): void;
  /** The target has not answered a SCSI command in its time; `error` is what the command ends with. */
  commandTimedOut?(sessionId: number, error: IscsiError): void;
  /** A connection is over, in order or not: what it had counted. Its CID may come back, with counters that begin anew. */
  connectionEnded?(sessionId: number, facts: ConnectionFacts): void;
}
