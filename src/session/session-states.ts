// The session states of RFC 7143 §8.3, initiator side, as a table with the RFC's transition numbers, and one of ours.

import { UsageError } from '../base/index.ts';
import type { Transition } from '../connection/index.ts';

/** Q1, Q3 and Q4 of RFC 7143 §8.3.1. `leaving` is our part of Q3: the session is being logged out and takes no work. */
export type SessionState = 'free' | 'loggedIn' | 'leaving' | 'failed';

/** What can happen to a session. */
export type SessionEvent = 'loginSucceeded' | 'logoutStarted' | 'closed' | 'lastConnectionLost' | 'givenUp';

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
    lastConnectionLost: { number: 'N5', next: 'failed' },
  },
  failed: {
    loginSucceeded:     { number: 'N4', next: 'loggedIn' },
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
