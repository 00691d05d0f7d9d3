// The states of a virtual circuit and the events that move it, as a table.

import { InternalError } from '../base/index.ts';

/**
 * Where a circuit stands: `active` usable; `closing` a graceful disconnect is under way; `releasing` the link was told to
 * go; `closed` the link is gone; `tornDown` off its connection too.
 */
export type CircuitState = 'active' | 'closing' | 'releasing' | 'closed' | 'tornDown';

/** What moves a circuit. */
export type CircuitEvent =
  | 'gracefulInitiated'
  | 'abortiveInitiated'
  | 'peerEnded'
  | 'deadlinePassed'
  | 'linkClosed'
  | 'tornDown';

type Row = Readonly<Partial<Record<CircuitEvent, CircuitState>>>;

// biome-ignore format: the columns are the point
export const transitions: Readonly<Record<CircuitState, Row>> = {
  active:    { gracefulInitiated: 'closing',   abortiveInitiated: 'releasing', peerEnded: 'releasing', deadlinePassed: 'releasing', linkClosed: 'closed' },
  closing:   { gracefulInitiated: 'closing',   abortiveInitiated: 'releasing', peerEnded: 'closing',   deadlinePassed: 'releasing', linkClosed: 'closed' },
  releasing: { gracefulInitiated: 'releasing', abortiveInitiated: 'releasing',                         deadlinePassed: 'releasing', linkClosed: 'closed' },
  closed:    { gracefulInitiated: 'closed',    abortiveInitiated: 'closed',                                                                                 tornDown: 'tornDown' },
  tornDown:  { gracefulInitiated: 'tornDown',  abortiveInitiated: 'tornDown' },
};

/** Returns the next state. Throws InternalError when there is no such row: the link or the circuit broke its contract. */
export function transition(state: CircuitState, event: CircuitEvent): CircuitState {
  const next = transitions[state][event];
  if (next === undefined) throw new InternalError(`a circuit that is ${state} has no event ${event}`);
  return next;
}
