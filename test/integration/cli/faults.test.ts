// `hawser target --fault` and `--control`, and `hawser fault`, as a user runs them.

import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { runCli } from '../../support/cli-world.ts';
import { hawser, startHawserTarget } from '../../support/hawser-program.ts';
import { makeTempDir } from '../../support/temp.ts';

suite('hawser fault', () => {
  test('a target with a fault from the start, and others while it runs', async () => {
    await using folder = await makeTempDir();
    const path = folder.file('control');
    await using target = await startHawserTarget(['--lun', 'ram:8M', '--fault', 'busy:count=1', '--control', path]);
    const given = ['--control', path, '--json'];
    const injected = await hawser(['fault', 'inject', 'refuse-login:detail=2', ...given]);
    assert.equal(injected.status, 0, injected.stderr);
    const { faults } = JSON.parse((await hawser(['fault', 'list', ...given])).stdout) as { faults: { name: string }[] };
    assert.deepEqual(
      faults.map(({ name }) => name),
      ['busy', 'refuse-login'],
    );
    assert.notEqual((await hawser(['info', target.urls[0]!])).status, 0);
    assert.equal((await hawser(['info', target.urls[0]!])).status, 0); // BUSY is waited out
    const { stdout } = await hawser(['fault', 'list', '--control', path]);
    assert.match(stdout, /^ID +FAULT +HITS +STATE +SETTINGS\n *1 +busy +1 +spent/);
    assert.deepEqual(JSON.parse((await hawser(['fault', 'remove', 'all', ...given])).stdout), { removed: [1, 2] });
    assert.equal(await target.stop('SIGTERM'), 0);
    await assert.rejects(access(path), { code: 'ENOENT' });
  });

  for (const [line, said] of [
    [['target', '--lun', 'ram:1M', '--fault', 'lose-pdu:colour=red'], /colour/],
    [['target', '--lun', 'ram:1M', '--fault', 'delay-pdu:ms=soon'], /The ms of the fault delay-pdu/],
    [['fault', 'list'], /--control/],
    [['fault', 'inject', '--control', '/nowhere'], /what to inject/],
    [['fault', 'remove', 'one', '--control', '/nowhere'], /"one"/],
    [['fault', 'describe', 'nothing'], /"nothing"/],
  ] as const) {
    test(`hawser ${line.join(' ')} is refused`, async () => {
      const { status, stderr } = await runCli(line);
      assert.equal(status, 2);
      assert.match(stderr, said);
    });
  }

  test('describe tells what a fault takes', async () => {
    const { stdout } = await runCli(['fault', 'describe', 'delay-pdu']);
    assert.match(stdout, /^delay-pdu: .*\nRFC 7143 §7\.14\n/);
    assert.match(stdout, /^ms +1000 +ms +how long/m);
  });
});
