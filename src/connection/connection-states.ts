// The connection states of RFC 7143 §8.1, initiator side, as a table with the RFC's transition numbers.

import { UsageError } from '../base/index.ts';

/** S1, S2, S4, S5, S6, S7 and S8 of RFC 7143 §8.1.1 (S3 exists at a target only). */
export type ConnectionState =
  | 'free'
  | 'xptWait'
  | 'inLogin'
  | 'loggedIn'
  | 'inLogout'
  | 'logoutRequested'
  | 'cleanupWait';

/** What can happen to a connection. */
export type ConnectionEvent =
  | 'connectRequested'
  | 'connectFailed'
  | 'connected'
  | 'loginSucceeded'
  | 'loginFailed'
  | 'sessionClosed'
  | 'logoutStarted'
  | 'logoutRequested'
  | 'logoutSucceeded'
  | 'logoutFailed'
  | 'transportLost';

/** A transition: the RFC's number and the state it leads to. */
export interface Transition<State> {
  readonly number: string;
  readonly next: State;
}

/** The names that RFC 7143 §8.1.3 gives to the states. */
export const connectionStateNumber: Readonly<Record<ConnectionState, string>> = {
  free: 'S1',
  xptWait: 'S2',
  inLogin: 'S4',
  loggedIn: 'S5',
  inLogout: 'S6',
  logoutRequested: 'S7',
  cleanupWait: 'S8',
};

type Row = Readonly<Partial<Record<ConnectionEvent, Transition<ConnectionState>>>>;

// biome-ignore format: the columns are the point; they are the table of RFC 7143 §8.1.3
export const connectionTransitions: Readonly<Record<ConnectionState, Row>> = {
  free: {
    connectRequested: { number: 'T1',  next: 'xptWait' },
  },
  xptWait: {
    connectFailed:    { number: 'T2',  next: 'free' },
    sessionClosed:    { number: 'T2',  next: 'free' },
    connected:        { number: 'T4',  next: 'inLogin' },
  },
  inLogin: {
    loginSucceeded:   { number: 'T5',  next: 'loggedIn' },
    loginFailed:      { number: 'T7',  next: 'free' },
    transportLost:    { number: 'T7',  next: 'free' },
    sessionClosed:    { number: 'T7',  next: 'free' },
  },
  loggedIn: {
    sessionClosed:    { number: 'T8',  next: 'free' },
    logoutStarted:    { number: 'T9',  next: 'inLogout' },
    logoutRequested:  { number: 'T11', next: 'logoutRequested' },
    transportLost:    { number: 'T15', next: 'cleanupWait' },
  },
  inLogout: {
    logoutSucceeded:  { number: 'T13', next: 'free' },
    sessionClosed:    { number: 'T13', next: 'free' },
    logoutRequested:  { number: 'T14', next: 'inLogout' },
    logoutFailed:     { number: 'T17', next: 'cleanupWait' },
    transportLost:    { number: 'T17', next: 'cleanupWait' },
  },
  logoutRequested: {
    logoutStarted:    { number: 'T10', next: 'inLogout' },
    logoutRequested:  { number: 'T12', next: 'logoutRequested' },
    transportLost:    { number: 'T16', next: 'cleanupWait' },
    sessionClosed:    { number: 'T18', next: 'free' },
  },
  cleanupWait: {
    // M1 and M4 of RFC 7143 §8.2 (the cleanup machine) end here in FREE.
    sessionClosed:    { number: 'M1',  next: 'free' },
  },
};

/** Returns the next state, or throws UsageError ISCSI_WRONG_STATE when the table has no such row. */
export function connectionTransition(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const transition = connectionTransitions[state][event];
  if (transition === undefined) {
    throw new UsageError('ISCSI_WRONG_STATE', `A connection in state ${state} does not take ${event}`);
  }
  return transition.next;
}
