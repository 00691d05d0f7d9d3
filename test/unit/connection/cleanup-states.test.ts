// The cleanup states of a lost connection against the table of RFC 7143 §8.2, typed in a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CleanupEvent,
  type CleanupState,
  cleanupStateNumber,
  cleanupTransition,
  cleanupTransitions,
} from '../../../src/connection/index.ts';

/** From, event, to, and the transition of §8.2 (§8.2.2 says what causes it). */
const rows: readonly (readonly [CleanupState, CleanupEvent, CleanupState, string])[] = [
  ['cleanupWait', 'timedOut', 'free', 'M1'],
  ['cleanupWait', 'sessionClosed', 'free', 'M1'],
  ['cleanupWait', 'logoutStarted', 'inCleanup', 'M2'],
  ['inCleanup', 'logoutFailed', 'cleanupWait', 'M3'],
  ['inCleanup', 'logoutSucceeded', 'free', 'M4'],
  ['inCleanup', 'sessionClosed', 'free', 'M4'],
];

const states: readonly CleanupState[] = ['cleanupWait', 'inCleanup', 'free'];
const events: readonly CleanupEvent[] = [
  'logoutStarted',
  'logoutFailed',
  'logoutSucceeded',
  'timedOut',
  'sessionClosed',
];

for (const state of states) {
  test(`§8.2 cleanup state ${state}: each row moves, each gap throws`, () => {
    for (const event of events) {
      const row = rows.find(([from, cause]) => from === state && cause === event);
      if (row === undefined) {
        assert.throws(() => cleanupTransition(state, event), { code: 'ISCSI_WRONG_STATE' }, `${state} ${event}`);
      } else {
        assert.equal(cleanupTransition(state, event), row[2], `${state} ${event}`);
        assert.equal(cleanupTransitions[state][event]?.number, row[3], `${state} ${event}`);
      }
    }
  });
}

test('§8.2 the table has no row that the RFC does not have, and its states the names of §8.2.1', () => {
  const count = Object.values(cleanupTransitions).reduce((sum, row) => sum + Object.keys(row).length, 0);
  assert.equal(count, rows.length);
  assert.deepEqual(cleanupStateNumber, { cleanupWait: 'R1', inCleanup: 'R2', free: 'R3' });
});
