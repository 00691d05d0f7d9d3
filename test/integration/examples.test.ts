// The examples do what they say, as a reader would run them; the README's example is one of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { inRepository } from '../support/repository.ts';
import { runTool } from '../support/run-tool.ts';
import { openLab } from './initiator/lab.ts';

async function runExample(name: string): Promise<string> {
  await using lab = await openLab();
  const { stdout } = await runTool(process.execPath, [inRepository('dist/examples', `${name}.js`), lab.url]);
  assert.deepEqual(lab.target.sessions(), []);
  return stdout;
}

suite('examples', () => {
  test('first-light writes, reads back and logs out', async () => {
    assert.equal(
      await runExample('first-light'),
      "iqn.2026-11.test:lab: 8388608 bytes, read back 'ahoy'\nlogged out\n",
    );
  });

  test('safe-logout is refused once and then leaves', async () => {
    assert.match(
      await runExample('safe-logout'),
      /^LUN 0 of iqn\.2026-11\.test:lab is held by backup job \(pid \d+\)\nlogged out\n$/,
    );
  });

  test("the README's example is examples/first-light.ts", async () => {
    const readme = await readFile(inRepository('README.md'), 'utf8');
    const example = await readFile(inRepository('examples/first-light.ts'), 'utf8');
    const [, shown] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    assert.equal(shown, example.split('\n').slice(1).join('\n'));
  });
});
