// The states of a device, row by row, typed in a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type DeviceEvent, type DeviceState, deviceTransition, deviceTransitions } from '../../../src/devices/index.ts';

const states: readonly DeviceState[] = ['present', 'removing', 'lost', 'changed', 'gone'];
const alive = ['present', 'removing', 'lost', 'changed'] as const;

/** From, event and to. A changed device stays changed whatever comes, until it goes. */
const rows: readonly (readonly [DeviceState, DeviceEvent, DeviceState])[] = [
  ['present', 'removalStarted', 'removing'],
  ['lost', 'removalStarted', 'removing'],
  ['changed', 'removalStarted', 'changed'],
  ['removing', 'removalCanceled', 'present'],
  ['changed', 'removalCanceled', 'changed'],
  ['removing', 'removed', 'gone'],
  ['changed', 'removed', 'gone'],
  ['present', 'sessionLost', 'lost'],
  ['removing', 'sessionLost', 'removing'],
  ['changed', 'sessionLost', 'changed'],
  ['lost', 'sessionResumed', 'present'],
  ['removing', 'sessionResumed', 'removing'],
  ['changed', 'sessionResumed', 'changed'],
  ...alive.map((state) => [state, 'identityDiffered', 'changed'] as const),
  ...alive.map((state) => [state, 'unitRemoved', 'gone'] as const),
  ...alive.map((state) => [state, 'sessionGone', 'gone'] as const),
];

const events: readonly DeviceEvent[] = [
  'removalStarted',
  'removalCanceled',
  'removed',
  'sessionLost',
  'sessionResumed',
  'identityDiffered',
  'unitRemoved',
  'sessionGone',
];

for (const state of states) {
  test(`device state ${state}: each row moves, each gap throws`, () => {
    for (const event of events) {
      const row = rows.find(([from, cause]) => from === state && cause === event);
      if (row === undefined) {
        assert.throws(() => deviceTransition(state, event), { code: 'ISCSI_WRONG_STATE' }, `${state} ${event}`);
      } else {
        assert.equal(deviceTransition(state, event), row[2], `${state} ${event}`);
      }
    }
  });
}

test('one cause has one number, and the table has no further row', () => {
  const all = Object.values(deviceTransitions).flatMap((row) => Object.entries(row));
  assert.equal(all.length, rows.length);
  const numbers = new Map(all.map(([event, { number }]) => [event, number]));
  for (const [event, { number }] of all) assert.equal(numbers.get(event), number);
  assert.equal(new Set(numbers.values()).size, events.length);
});
