// A process that has closed its control server exits by itself, whatever was under way.

import { suite, test } from 'node:test';
import { assertExits } from '../support/leak-check.ts';
import { makeTempDir } from '../support/temp.ts';

const child = new URL('./control-child.js', import.meta.url);

suite('a process with a control API exits by itself', () => {
  for (const how of ['both closed', 'server alone', 'client alone', 'calls under way']) {
    test(`after ${how}`, async () => {
      await using folder = await makeTempDir();
      await assertExits(child, { args: [how, folder.file('s')] });
    });
  }
});
