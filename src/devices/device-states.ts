// The states of a device as a table: what may happen to a LUN while programs hold it.

import { UsageError } from '../base/index.ts';

/**
 * `present`: takes I/O. `removing`: being let go, takes no new holders. `lost`: its session has failed and logs in again;
 * requests wait. `changed`: another device answered under its LUN, so it never gets I/O again. `gone`: over.
 */
export type DeviceState = 'present' | 'removing' | 'lost' | 'changed' | 'gone';

/** What can happen to a device. */
export type DeviceEvent =
  | 'removalStarted'
  | 'removalCanceled'
  | 'removed'
  | 'sessionLost'
  | 'sessionResumed'
  | 'identityDiffered'
  | 'unitRemoved'
  | 'sessionGone';

/** A transition: our number of it, one for each cause, and the state that it leads to. */
export interface DeviceTransition {
  readonly number: string;
  readonly next: DeviceState;
}

type Row = Readonly<Partial<Record<DeviceEvent, DeviceTransition>>>;

// biome-ignore format: the columns are the point
export const deviceTransitions: Readonly<Record<DeviceState, Row>> = {
  present: {
    removalStarted:   { number: 'D1', next: 'removing' },
    sessionLost:      { number: 'D4', next: 'lost' },
    identityDiffered: { number: 'D6', next: 'changed' },
    unitRemoved:      { number: 'D7', next: 'gone' },
    sessionGone:      { number: 'D8', next: 'gone' },
  },
  removing: {
    removalCanceled:  { number: 'D2', next: 'present' },
    removed:          { number: 'D3', next: 'gone' },
    sessionLost:      { number: 'D4', next: 'removing' },
    sessionResumed:   { number: 'D5', next: 'removing' },
    identityDiffered: { number: 'D6', next: 'changed' },
    unitRemoved:      { number: 'D7', next: 'gone' },
    sessionGone:      { number: 'D8', next: 'gone' },
  },
  lost: {
    removalStarted:   { number: 'D1', next: 'removing' },
    sessionResumed:   { number: 'D5', next: 'present' },
    identityDiffered: { number: 'D6', next: 'changed' },
    unitRemoved:      { number: 'D7', next: 'gone' },
    sessionGone:      { number: 'D8', next: 'gone' },
  },
  changed: {
    removalStarted:   { number: 'D1', next: 'changed' },
    removalCanceled:  { number: 'D2', next: 'changed' },
    removed:          { number: 'D3', next: 'gone' },
    sessionLost:      { number: 'D4', next: 'changed' },
    sessionResumed:   { number: 'D5', next: 'changed' },
    identityDiffered: { number: 'D6', next: 'changed' },
    unitRemoved:      { number: 'D7', next: 'gone' },
    sessionGone:      { number: 'D8', next: 'gone' },
  },
  gone: {},
};

/** Returns the next state, or throws UsageError ISCSI_WRONG_STATE when the table has no such row. */
export function deviceTransition(state: DeviceState, event: DeviceEvent): DeviceState {
  const transition = deviceTransitions[state][event];
  if (transition === undefined) {
    throw new UsageError('ISCSI_WRONG_STATE', `A device in state ${state} does not take ${event}`);
  }
  return transition.next;
}
