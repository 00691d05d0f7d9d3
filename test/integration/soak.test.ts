// A short soak in npm test: three seeds, one a recovery level, each in a process of its own that must end by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertExits } from '../support/leak-check.ts';
import { inRepository } from '../support/repository.ts';

const main = inRepository('dist/test/soak/main.js');

/** Steps, not seconds: the same operations each time, however busy the machine is. */
const runs = [
  { erl: '0', connections: '1', seed: '2', steps: '200' },
  { erl: '1', connections: '2', seed: '3', steps: '200' },
  { erl: '2', connections: '3', seed: '5', steps: '200' },
] as const;

for (const { erl, connections, seed, steps } of runs) {
  test(`ErrorRecoveryLevel ${erl}, ${connections} connections, seed ${seed}: no operation ends as it must not`, async () => {
    const args = ['--seed', seed, '--steps', steps, '--erl', erl, '--connections', connections];
    const output = await assertExits(main, { args, limitMs: 120_000 });
    // A run in which nothing happened would prove nothing.
    for (const what of ['changes', 'reads', 'flushes', 'rests', 'cuts', 'reboots', 'resumed']) {
      assert.match(output, new RegExp(`\\b${what}`), output);
    }
  });
}
