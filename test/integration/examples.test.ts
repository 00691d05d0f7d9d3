// The examples do what they say, as a reader would run them; the README's example is one of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { inRepository } from '../support/repository.ts';
import { toolOutput } from '../support/run-tool.ts';
import { openLab } from './initiator/lab.ts';

/** Runs an example that brings a target of its own, or needs the URL of one. */
async function run(name: string, ...args: readonly string[]): Promise<string> {
  return await toolOutput(process.execPath, [inRepository('dist/examples', `${name}.js`), ...args]);
}

async function runExample(name: string): Promise<string> {
  await using lab = await openLab();
  const stdout = await run(name, lab.url);
  assert.deepEqual(lab.target.sessions(), []);
  return stdout;
}

suite('examples', { concurrency: true }, () => {
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

  test('let-go asks its holders, stays while one refuses, and leaves when it does not', async () => {
    const disk = 'LUN 0 of iqn.2026-11.test:lab';
    assert.equal(
      await runExample('let-go'),
      `index: asked to let go of ${disk} (logout, 5000 ms)\n` +
        `index: ${disk} stays, I may open it again\n` +
        `refused: backup keeps ${disk}: a copy is half done\n` +
        'logged out, clean: true, writes in doubt: 0\n',
    );
  });

  test('survive loses its only connection in the middle of a write, and goes on', async () => {
    assert.equal(
      await run('survive'),
      'connection 1: ISCSI_CONNECTION_LOST\n' +
        'the session is lost; requests wait\n' +
        'the session is back: reinstated\n' +
        "read back 'ahoy'\n" +
        'over: loggedOut\n',
    );
  });

  test('unflushed hears of the write that the target forgot, and of no other, and writes it again', async () => {
    assert.equal(await run('unflushed'), "512 bytes at 8192 may be lost; writing again\nread back 'ahoy'\n");
  });

  test("the README's example is examples/first-light.ts", async () => {
    const readme = await readFile(inRepository('README.md'), 'utf8');
    const example = await readFile(inRepository('examples/first-light.ts'), 'utf8');
    const [, shown] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    assert.equal(shown, example.split('\n').slice(1).join('\n'));
  });
});
