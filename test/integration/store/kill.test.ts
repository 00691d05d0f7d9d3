// A process is killed while it writes: afterwards the store is as it was before the change or as it is after it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { seededRandom, sleep, systemClock } from '../../../src/base/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { tempStateDirectory } from '../../support/state-directory.ts';
import { startLoadChild, startStoreChild } from './child.ts';
import { generationOf, putGeneration } from './generation.ts';

/** Opens a store, which must be whole, and gives its generation. */
function generationIn(directory: string): number {
  const store = openStore({ directory });
  try {
    return generationOf(store);
  } finally {
    store.close();
  }
}

/** Kills a child after one more step each time, until one comes to its end; gives the steps that were died after. */
async function killAtEachStep(prepare: (directory: string) => number): Promise<string[]> {
  const steps: string[] = [];
  for (let number = 1; ; number += 1) {
    await using directory = await tempStateDirectory();
    const before = prepare(directory.path);
    const child = startStoreChild([directory.path, 'step', String(number)]);
    await child.ended;
    const last = child.lines.at(-1) ?? '';
    const isReported = child.lines.includes('done');
    const isCommitted = child.lines.includes('committed');
    assert.equal(generationIn(directory.path), isReported || isCommitted ? 2 : before, `after ${last}`);
    if (last === 'closed') return steps;
    assert.equal(child.process.signalCode, 'SIGKILL');
    steps.push(last);
  }
}

const allSteps = ['locked', 'migrated', 'keyMade', 'begun', 'written', 'committing', 'committed', 'wiped', 'folded'];

/** How many stores a child works on at once. */
const storeCount = 5;

/** Kills a child at random moments of its work, again and again on the same stores; gives their generations at the end. */
async function killUnderLoad(directory: string, seed: number, rounds: number): Promise<number[]> {
  const random = seededRandom(seed);
  let generations = Array.from({ length: storeCount }, () => 0);
  for (let round = 0; round < rounds; round += 1) {
    const child = startLoadChild([directory, generations.map((generation) => generation + 1).join()]);
    for (let begun = 0; begun < storeCount; ) if ((await child.nextLine())?.endsWith('begun') === true) begun += 1;
    // Any moment will do: while a store is opened, in a change, or between two. The kill is what ends the wait.
    await sleep(systemClock, random() * 100);
    child.process.kill('SIGKILL');
    await child.ended;
    generations = generations.map((before, store) => {
      const said = child.lines.map((line) => line.split(' ')).filter(([name]) => Number(name) === store);
      const reported = Math.max(before, ...said.slice(1).map(([, generation]) => Number(generation)));
      const found = generationIn(join(directory, String(store)));
      const is = `seed ${seed}, round ${round}: ${reported} was done, ${found} is there`;
      assert.ok(found === reported || found === reported + 1, is);
      return found;
    });
  }
  return generations;
}

suite('a process that is killed', { concurrency: 2 }, () => {
  test('at any step of making a store and of its first change leaves nothing, or all of the change', async () => {
    assert.deepEqual(await killAtEachStep(() => 0), allSteps);
  });

  test('at any step of opening a store and of a change leaves the old records, or all of the new ones', async () => {
    const steps = await killAtEachStep((directory) => {
      const store = openStore({ directory });
      store.change((tx) => {
        putGeneration(tx, 1);
      });
      store.close();
      return 1;
    });
    assert.deepEqual(steps, allSteps);
  });

  test('twenty times while it works on five stores leaves each whole, and none older than was reported', async () => {
    await using directory = await tempStateDirectory();
    mkdirSync(directory.path);
    const generations = await killUnderLoad(directory.path, Date.now() % 1_000_000, 20);
    assert.ok(Math.min(...generations) > 10, `hardly any load: ${generations.join()} changes`);
  });
});
