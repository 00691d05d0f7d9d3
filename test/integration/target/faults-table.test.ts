// The table of faults itself: every name has a test, and wrong input is told by its key.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkFault, describeFaults } from '../../../src/target/index.ts';
import { openRawTarget } from '../../support/raw-target.ts';
import { inRepository } from '../../support/repository.ts';

test('there are at least 24 faults, and each is injected by a test', async () => {
  const names = describeFaults().map(({ name }) => name);
  assert.ok(names.length >= 24, `${names.length}`);
  const folder = inRepository('test/integration/target');
  const files = (await readdir(folder)).filter((file) => /^faults-(?!table).*\.test\.ts$/.test(file));
  const texts = await Promise.all(files.map(async (file) => await readFile(`${folder}/${file}`, 'utf8')));
  const tests = texts.join('\n');
  const missing = names.filter((name) => !new RegExp(`['"\`]?${name}(?:[:'"\`, ]|$)`, 'm').test(tests));
  assert.deepEqual(missing, []);
});

for (const [fault, argument] of [
  ['no-such-fault', 'name'],
  ['lose-pdu:colour=red', 'colour'],
  ['lose-pdu:count=many', 'count'],
  ['lose-pdu:probability=2', 'probability'],
  ['lose-pdu:count=1,count=2', 'count'],
  ['lose-pdu:opcode', 'opcode'],
  ['lose-pdu:opcode=nonsense', 'opcode'],
  ['redirect-login', 'address'],
  ['async-message:event=5', 'event'],
  ['resize-lun:lun=0,size=big', 'size'],
] as const) {
  test(`${fault} is refused, and ${argument} named`, () => {
    assert.throws(
      () => {
        checkFault(fault);
      },
      { code: 'ISCSI_BAD_ARGUMENT', argument },
    );
  });
}

test('a handle ends with its fault, and the list tells what there is', async () => {
  await using opened = await openRawTarget();
  const fault = opened.target.inject({ name: 'busy', count: 3 });
  assert.deepEqual(
    opened.target.faults().map(({ id, name, hits, isSpent }) => [id, name, hits, isSpent]),
    [[fault.id, 'busy', 0, false]],
  );
  const hit = fault.hit();
  fault.remove();
  await assert.rejects(hit, { code: 'ISCSI_WRONG_STATE' });
  assert.deepEqual(opened.target.faults(), []);
});
