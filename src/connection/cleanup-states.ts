// The cleanup of a lost connection: the states of RFC 7143 §8.2, as a table with the RFC's transition numbers.

import { UsageError } from '../base/index.ts';
import type { Transition } from './connection-states.ts';

/** R1, R2 and R3 of RFC 7143 §8.2.1. A connection is in one of them from its loss (state cleanupWait, S8) until it is free. */
export type CleanupState = 'cleanupWait' | 'inCleanup' | 'free';

/**
 * What can happen to a connection in cleanup. The logout is explicit, on another connection, or implicit, by a login
 * that reinstates the connection or the session.
 */
export type CleanupEvent = 'logoutStarted' | 'logoutFailed' | 'logoutSucceeded' | 'timedOut' | 'sessionClosed';

type Row = Readonly<Partial<Record<CleanupEvent, Transition<CleanupState>>>>;

/** The names that RFC 7143 §8.2 gives to the states. */
export const cleanupStateNumber: Readonly<Record<CleanupState, string>> = {
  cleanupWait: 'R1',
  inCleanup: 'R2',
  free: 'R3',
};

// biome-ignore format: the columns are the point; they are the table of RFC 7143 §8.2
export const cleanupTransitions: Readonly<Record<CleanupState, Row>> = {
  cleanupWait: {
    logoutStarted:   { number: 'M2', next: 'inCleanup' },
    timedOut:        { number: 'M1', next: 'free' },
    sessionClosed:   { number: 'M1', next: 'free' },
  },
  inCleanup: {
    logoutFailed:    { number: 'M3', next: 'cleanupWait' },
    logoutSucceeded: { number: 'M4', next: 'free' },
    sessionClosed:   { number: 'M4', next: 'free' },
  },
  free: {},
};

/** Returns the next state, or throws UsageError ISCSI_WRONG_STATE when the table has no such row. */
export function cleanupTransition(state: CleanupState, event: CleanupEvent): CleanupState {
  const transition = cleanupTransitions[state][event];
  if (transition === undefined) {
    throw new UsageError('ISCSI_WRONG_STATE', `A connection in cleanup state ${state} does not take ${event}`);
  }
  return transition.next;
}
