// The session states against the table of RFC 7143 §8.3.1, typed in a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type SessionEvent,
  type SessionState,
  sessionTransition,
  sessionTransitions,
} from '../../../src/session/session-states.ts';

// Q3 and Q4 are two states each: in `leaving` and `leavingFailed` a logout has begun.
const leaving = { loggedIn: 'leaving', failed: 'leavingFailed' } as const;

/** From, event, to, and the transition of §8.3.1 (§8.3.4 says what causes it). */
const rows: readonly (readonly [SessionState, SessionEvent, SessionState, string])[] = [
  ['free', 'loginSucceeded', 'loggedIn', 'N1'],
  ['loggedIn', 'logoutStarted', 'leaving', 'Q3'],
  ['loggedIn', 'closed', 'free', 'N3'],
  ['leaving', 'closed', 'free', 'N3'],
  ['loggedIn', 'lastConnectionLost', 'failed', 'N5'],
  ['leaving', 'lastConnectionLost', leaving.failed, 'N5'],
  ['leaving', 'putOff', 'failed', 'N5'],
  ['failed', 'logoutStarted', leaving.failed, 'Q4'],
  ['failed', 'loginSucceeded', 'loggedIn', 'N4'],
  ['leavingFailed', 'loginSucceeded', leaving.loggedIn, 'N4'],
  ['failed', 'sessionReinstated', 'loggedIn', 'N6 N1'],
  ['leavingFailed', 'sessionReinstated', leaving.loggedIn, 'N6 N1'],
  ['leavingFailed', 'putOff', 'failed', 'Q4'],
  ['failed', 'givenUp', 'free', 'N6'],
  ['leavingFailed', 'givenUp', 'free', 'N6'],
];

const states: readonly SessionState[] = ['free', 'loggedIn', 'leaving', 'failed', 'leavingFailed'];
const events: readonly SessionEvent[] = [
  'loginSucceeded',
  'sessionReinstated',
  'logoutStarted',
  'closed',
  'lastConnectionLost',
  'putOff',
  'givenUp',
];

for (const state of states) {
  test(`§8.3.1 session state ${state}: each row moves, each gap throws`, () => {
    for (const event of events) {
      const row = rows.find(([from, cause]) => from === state && cause === event);
      if (row === undefined) {
        assert.throws(() => sessionTransition(state, event), { code: 'ISCSI_WRONG_STATE' }, `${state} ${event}`);
      } else {
        assert.equal(sessionTransition(state, event), row[2], `${state} ${event}`);
        assert.equal(sessionTransitions[state][event]?.number, row[3], `${state} ${event}`);
      }
    }
  });
}

test('§8.3.1 the table has no row that the RFC does not have', () => {
  const count = Object.values(sessionTransitions).reduce((sum, row) => sum + Object.keys(row).length, 0);
  assert.equal(count, rows.length);
});
