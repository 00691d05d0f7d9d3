// The session states of RFC 7143 §8.3, initiator side, as a table with the RFC's transition numbers, and one of ours.

import { SessionError, UsageError } from '../base/index.ts';
import type { Transition } from '../connection/index.ts';

/**
 * Q1, Q3 and Q4 of RFC 7143 §8.3.1. `leaving` and `leavingFailed` are our parts of Q3 and Q4: the session is being logged
 * out and takes no work, but for commands that wait where it is to come back.
 */
export type SessionState = 'free' | 'loggedIn' | 'leaving' | 'failed' | 'leavingFailed';

/**
 * What can happen to a session. `loginSucceeded` is a login of a new session, or one by which a failed session is
 * continued; `sessionReinstated` one that took the place of the old session at the target (RFC 7143 §6.3.5). `putOff` is a
 * logout that the target asked for, after which we come back.
 */
export type SessionEvent =
  | 'loginSucceeded'
  | 'sessionReinstated'
  | 'logoutStarted'
  | 'closed'
  | 'lastConnectionLost'
  | 'putOff'
  | 'givenUp';

type Row = Readonly<Partial<Record<SessionEvent, Transition<SessionState>>>>;

// biome-ignore format: the columns are the point; they are the table of RFC 7143 §8.3.1
export const sessionTransitions: Readonly<Record<SessionState, Row>> = {
  free: {
    loginSucceeded:     { number: 'N1', next: 'loggedIn' },
  },
  loggedIn: {
    logoutStarted:      { number: 'Q3', next: 'leaving' },
    closed:             { number: 'N3', next: 'free' },
    lastConnectionLost: { number: 'N5', next: 'failed' },
  },
  leaving: {
    closed:             { number: 'N3', next: 'free' },
    putOff:             { number: 'N5', next: 'failed' },
    lastConnectionLost: { number: 'N5', next: 'leavingFailed' },
  },
  failed: {
    loginSucceeded:     { number: 'N4', next: 'loggedIn' },
    // One session instance ends and the next begins, under the same identity: N6, then N1.
    sessionReinstated:  { number: 'N6 N1', next: 'loggedIn' },
    logoutStarted:      { number: 'Q4', next: 'leavingFailed' },
    givenUp:            { number: 'N6', next: 'free' },
  },
  leavingFailed: {
    loginSucceeded:     { number: 'N4', next: 'leaving' },
    sessionReinstated:  { number: 'N6 N1', next: 'leaving' },
    putOff:             { number: 'Q4', next: 'failed' },
    givenUp:            { number: 'N6', next: 'free' },
  },
};

/** Returns the next state, or throws UsageError ISCSI_WRONG_STATE when the table has no such row. */
export function sessionTransition(state: SessionState, event: SessionEvent): SessionState {
  const transition = sessionTransitions[state][event];
  if (transition === undefined) {
    throw new UsageError('ISCSI_WRONG_STATE', `A session in state ${state} does not take ${event}`);
  }
  return transition.next;
}

/** Why a session in this state takes no new work. */
export function refusal(state: SessionState): SessionError {
  switch (state) {
    case 'leaving':
    case 'leavingFailed':
      return new SessionError('ISCSI_DRAINING', 'The session is being logged out and takes no new work');
    case 'failed':
      return new SessionError('ISCSI_SESSION_LOST', 'The session is lost and has not come back yet');
    default:
      return new SessionError('ISCSI_CLOSED', 'The session is closed');
  }
}

/** Why a discovery session takes no SCSI commands: it has no devices. */
export function noScsi(): UsageError {
  return new UsageError('ISCSI_WRONG_STATE', 'A discovery session takes no SCSI commands');
}
