// The conformance suite in npm test: every row passes, and every mutant is noticed by the test of its row.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mutate } from './mutant.ts';
import { mutants } from './mutants.ts';
import { faultOf, runSuite } from './suite.ts';
import { chapters, entries } from './table.ts';

const running = runSuite();

for (const chapter of chapters) {
  suite(chapter.title, () => {
    for (const { key, row } of entries([chapter])) {
      if (row.test === undefined) continue;
      test(`${key} ${row.clause} ${row.title}`, async () => {
        const finding = (await running).find((each) => each.key === key);
        assert.ok(finding !== undefined);
        assert.equal(faultOf(finding), undefined);
      });
    }
  });
}

test('every row has an id of its own, and every mutant a row', () => {
  const keys = entries().map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(
    [...mutants.keys()].filter((key) => !keys.includes(key)),
    [],
  );
});

test('a mutant whose text is not there exactly once is refused', () => {
  const mutant = { row: 'x', defect: '', module: 'm.js', find: 'a', replace: 'b' };
  assert.equal(mutate('cad', mutant), 'cbd');
  assert.throws(() => mutate('cd', mutant), /0 times/);
  assert.throws(() => mutate('caad', mutant), /2 times/);
});
