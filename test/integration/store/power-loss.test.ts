// The power is lost while the log of writes is on its way to the disk: whole changes are there, and none after a gap.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { seededRandom } from '../../../src/base/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { makeTempDir } from '../../support/temp.ts';

const changes = 5;
const databaseName = 'hawser.db';
const logName = `${databaseName}-wal`;

/** What a disk may hold of the log's end: nothing, zeros, or what was there before. */
type Rest = 'nothing' | 'zeros' | 'garbage';

/** Makes a store with changes that are in its log alone, and copies its files as they are while it is open. */
function makeLoggedStore(directory: string, copy: string): void {
  // Closed once, so that the tables are in the database itself.
  openStore({ directory }).close();
  const store = openStore({ directory });
  for (let number = 1; number <= changes; number += 1) {
    store.change((tx) => {
      for (const key of ['a', 'b', 'c']) tx.put('kind', key, { number, filling: 'x'.repeat(number * 1500) });
    });
  }
  execFileSync('cp', ['-r', directory, copy]);
  store.close();
}

/** The last change that a store holds, which it must hold whole; 0 for none. */
function lastChange(directory: string): number {
  const store = openStore({ directory });
  try {
    const values = store.list('kind').map(({ value }) => (value as { number: number }).number);
    assert.ok(values.length === 0 || values.length === 3, `${values.length} of 3 records`);
    assert.equal(new Set(values).size, Math.min(1, values.length));
    return values[0] ?? 0;
  } finally {
    store.close();
  }
}

function restOf(log: Buffer, at: number, rest: Rest, random: () => number): Uint8Array {
  if (rest === 'nothing') return new Uint8Array();
  return Uint8Array.from(log.subarray(at), () => (rest === 'zeros' ? 0 : Math.floor(random() * 256)));
}

suite('a log of writes that is cut', () => {
  for (const rest of ['nothing', 'zeros', 'garbage'] as const) {
    test(`at any byte, with ${rest} after it, gives the changes before the cut, each whole`, async () => {
      const seed = Date.now() % 1_000_000;
      const random = seededRandom(seed);
      await using folder = await makeTempDir();
      const pristine = folder.file('pristine');
      makeLoggedStore(folder.file('state'), pristine);
      const log = readFileSync(join(pristine, logName));
      const anywhere = Array.from({ length: 8 }, () => Math.floor(random() * log.length));
      const places = [0, ...anywhere.toSorted((a, b) => a - b), log.length - 1, log.length];
      const found = places.map((at, index) => {
        const directory = folder.file(`cut ${index}`);
        execFileSync('cp', ['-r', pristine, directory]);
        // The index of the log is in memory that processes share; none of it outlives the power.
        rmSync(join(directory, `${databaseName}-shm`));
        writeFileSync(join(directory, logName), Buffer.concat([log.subarray(0, at), restOf(log, at, rest, random)]));
        return lastChange(directory);
      });
      assert.deepEqual(
        found,
        found.toSorted((a, b) => a - b),
        `seed ${seed}`,
      );
      assert.equal(found[0], 0);
      assert.equal(found.at(-1), changes);
    });
  }
});
