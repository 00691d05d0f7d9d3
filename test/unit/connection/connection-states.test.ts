// The connection states against the table of RFC 7143 §8.1.3 and the events of §8.1.2, typed in a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionStateNumber,
  connectionTransition,
  connectionTransitions,
} from '../../../src/connection/connection-states.ts';

/** The initiator's table of §8.1.3: from a state (row) by a transition to a state (column). */
const rfcTable = `
      S1   S2  S4  S5  S6   S7   S8
  S1  -    T1  -   -   -    -    -
  S2  T2   -   T4  -   -    -    -
  S4  T7   -   -   T5  -    -    -
  S5  T8   -   -   -   T9   T11  T15
  S6  T13  -   -   -   T14  -    T17
  S7  T18  -   -   -   T10  T12  T16
  S8  -    -   -   -   -    -    -
`;

/** What causes each transition at an initiator (§8.1.2), in the words of our events; M1 is from §8.2.2. */
const rfcCauses: Readonly<Record<string, readonly ConnectionEvent[]>> = {
  T1: ['connectRequested'],
  T2: ['connectFailed', 'sessionClosed'],
  T4: ['connected'],
  T5: ['loginSucceeded'],
  T7: ['loginFailed', 'transportLost', 'sessionClosed'],
  T8: ['sessionClosed'],
  T9: ['logoutStarted'],
  T10: ['logoutStarted'],
  T11: ['logoutRequested'],
  T12: ['logoutRequested'],
  T13: ['logoutSucceeded', 'sessionClosed'],
  T14: ['logoutRequested'],
  T15: ['transportLost'],
  T16: ['transportLost'],
  T17: ['logoutFailed', 'transportLost'],
  T18: ['sessionClosed'],
  M1: ['sessionClosed'],
};

const states: Readonly<Record<string, ConnectionState>> = {
  S1: 'free',
  S2: 'xptWait',
  S4: 'inLogin',
  S5: 'loggedIn',
  S6: 'inLogout',
  S7: 'logoutRequested',
  S8: 'cleanupWait',
};

const events: readonly ConnectionEvent[] = [...new Set(Object.values(rfcCauses).flat())];

/** `S5 logoutStarted` → `T9 S6`, for every cell of the table. */
function expectedMoves(): Map<string, string> {
  const [columns, ...rows] = rfcTable
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const moves = new Map<string, string>();
  for (const [from, ...cells] of rows) {
    cells.forEach((transition, index) => {
      for (const event of rfcCauses[transition] ?? [])
        moves.set(`${from} ${event}`, `${transition} ${columns![index]}`);
    });
  }
  // The cleanup of §8.2 ends a connection in S8: R1 --M1--> R3, which are S8 and S1.
  moves.set('S8 sessionClosed', 'M1 S1');
  return moves;
}

const moves = expectedMoves();

test('§8.1.1 connection states: seven for an initiator, with the names of §8.1.3', () => {
  assert.deepEqual(
    Object.entries(connectionStateNumber).map(([state, number]) => [number, state]),
    Object.entries(states),
  );
  assert.deepEqual(Object.keys(connectionTransitions), Object.values(states));
});

for (const [number, state] of Object.entries(states)) {
  test(`§8.1.3 connection state ${number}: each row moves, each gap throws`, () => {
    for (const event of events) {
      const expected = moves.get(`${number} ${event}`);
      if (expected === undefined) {
        assert.throws(() => connectionTransition(state, event), { code: 'ISCSI_WRONG_STATE' }, `${number} ${event}`);
        continue;
      }
      const [transition, next] = expected.split(' ');
      assert.equal(connectionTransition(state, event), states[next!], `${number} ${event}`);
      assert.equal(connectionTransitions[state][event]?.number, transition, `${number} ${event}`);
    }
  });
}

test('§8.1.3 the table has no row that the RFC does not have', () => {
  const rows = Object.values(connectionTransitions).reduce((count, row) => count + Object.keys(row).length, 0);
  assert.equal(rows, moves.size);
});
