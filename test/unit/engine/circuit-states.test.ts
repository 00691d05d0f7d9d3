// Every state with every event: each row moves, each gap throws.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CircuitEvent, type CircuitState, transition } from '../../../src/engine/circuit-states.ts';

const events: readonly CircuitEvent[] = [
  'gracefulInitiated',
  'abortiveInitiated',
  'peerEnded',
  'deadlinePassed',
  'linkClosed',
  'tornDown',
];

/** Written from the contract of initiateDisconnect and tearDown, in the order of `events`; a dash is a gap. */
const expected: Readonly<Record<CircuitState, string>> = {
  active: 'closing releasing releasing releasing closed -',
  closing: 'closing releasing closing releasing closed -',
  releasing: 'releasing releasing - releasing closed -',
  closed: 'closed closed - - - tornDown',
  tornDown: 'tornDown tornDown - - - -',
};

for (const [state, row] of Object.entries(expected) as [CircuitState, string][]) {
  test(`a circuit that is ${state} moves by its row and throws in the gaps`, () => {
    const moves = events.map((event) => {
      try {
        return transition(state, event);
      } catch (error) {
        assert.equal((error as Error).name, 'InternalError');
        return '-';
      }
    });
    assert.equal(moves.join(' '), row);
  });
}
