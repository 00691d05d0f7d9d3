// npm run soak: random operations against the embedded target, checked against a model of the disk.
// Usage: npm run soak -- [--seed N] [--steps N] [--seconds N] [--erl 0|1|2] [--connections N] [--trace] [--pdus]
// Without --seconds one seed is run; with it, one seed after the other, until the time is over. A failure prints its
// seed, and the same seed and options give the same operations again.

import { parseArgs } from 'node:util';

import { systemClock } from '../../src/base/index.ts';
import { tracePdus } from './pdu-trace.ts';
import { describe, scenarioOf } from './scenario.ts';
import { type Outcome, runSoak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string' },
    seconds: { type: 'string' },
    erl: { type: 'string' },
    connections: { type: 'string' },
    trace: { type: 'boolean', default: false },
    pdus: { type: 'boolean', default: false },
  },
});

function integer(
  name: 'seed' | 'steps' | 'seconds' | 'erl' | 'connections',
  low: number,
  high: number,
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`--${name} is an integer from ${low} to ${high}, not ${text}`);
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

if (values.pdus) tracePdus(print);

const firstSeed = integer('seed', 0, 0x7fff_ffff) ?? Date.now() % 1_000_000;
const steps = integer('steps', 1, 1_000_000_000) ?? 2000;
const seconds = integer('seconds', 1, 1_000_000);
const errorRecoveryLevel = integer('erl', 0, 2);
const connections = integer('connections', 1, 16);
const begun = systemClock.now();
const endsAt = seconds === undefined ? undefined : begun + seconds * 1000;
const again = `${errorRecoveryLevel === undefined ? '' : ` --erl ${errorRecoveryLevel}`}${connections === undefined ? '' : ` --connections ${connections}`}`;

let total = 0;
let outcome: Outcome | undefined;
for (let seed = firstSeed; ; seed += 1) {
  const scenario = scenarioOf({ seed, steps, errorRecoveryLevel, connections });
  print(`seed ${seed}: ${describe(scenario)}`);
  outcome = await runSoak(scenario, { endsAt, echo: values.trace ? print : undefined });
  total += outcome.steps;
  const counts = [...outcome.counts].sort(([a], [b]) => (a < b ? -1 : 1));
  print(`  ${outcome.steps} steps; ${counts.map(([what, count]) => `${what} ${count}`).join(', ')}`);
  if (outcome.failure !== undefined || endsAt === undefined || systemClock.now() >= endsAt) {
    if (outcome.failure !== undefined) {
      for (const line of outcome.failure.trace) print(`  ${line}`);
      print(`FAILED at step ${outcome.failure.step}: ${outcome.failure.message}`);
      print(`again: npm run soak -- --seed ${seed} --steps ${steps}${again}`);
    }
    break;
  }
}
print(`${total} steps in ${((systemClock.now() - begun) / 1000).toFixed(1)} s`);
process.exitCode = outcome.failure === undefined ? 0 : 1;
