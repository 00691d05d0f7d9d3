// docs/hawser.1: a manual that formatters read without a word, with everything that the program has.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { runCli } from '../../support/cli-world.ts';
import { skipWithout } from '../../support/peers.ts';
import { inRepository } from '../../support/repository.ts';
import { runTool } from '../../support/run-tool.ts';

const manual = inRepository('docs/hawser.1');

suite('the manual', () => {
  test('has a part for every command', async () => {
    const text = await readFile(manual, 'utf8');
    const { stdout } = await runCli(['--help']);
    const commands = stdout
      .split(/^Commands[^\n]*:$/m)
      .slice(1)
      .join('\n');
    for (const [, name = ''] of commands.matchAll(/^ {2}([a-z]+) .* {2}/gm)) {
      assert.match(text, new RegExp(`^\\.SS hawser ${name}( |$)`, 'm'));
    }
  });

  test('is shipped, and named in package.json', async () => {
    const facts = JSON.parse(await readFile(inRepository('package.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(facts['man'], './docs/hawser.1');
    assert.ok((facts['files'] as string[]).includes('docs/hawser.1'));
  });

  test('is formatted without a warning', { skip: skipWithout(['groff']) }, async () => {
    const { status, stdout, stderr } = await runTool('groff', ['-man', '-Tutf8', '-ww', manual]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /LoginTarget/);
  });
});
