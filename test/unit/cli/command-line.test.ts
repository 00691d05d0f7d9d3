// Command lines that mean nothing, and URLs that are none: refused before anything is opened.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Interruption } from '../../../src/cli/index.ts';
import { runCli } from '../../support/cli-world.ts';

const url = 'iscsi://127.0.0.1/iqn.2026-11.example:disk/0';

const badLines: readonly (readonly string[])[] = [
  [],
  ['nonsense'],
  ['ls'],
  ['ls', url, 'more'],
  ['ls', url, '--no-such-option'],
  ['ls', url, '--connections', '0'],
  ['ls', url, '--timeout', 'soon'],
  ['ls', url, '--header-digest', 'md5'],
  ['ls', url, '--chap-secret', 'not here'],
  ['read', url, '--offset', '12q'],
  ['copy', url],
  ['copy', '-', '-'],
  ['copy', url, '-', '--verify'],
  ['copy', url, '-', '--sparse'],
  ['copy', url, 'file', '--depth', '0'],
  ['copy', url, 'file', '--chunk-size', '0'],
  ['bench', url, '--rw', 'trim'],
  ['bench', url, '--rw', 'write'],
  ['bench', url, '--rw', 'randrw'],
  ['bench', url, '--rw', 'randwrite'],
  ['target'],
  ['target', '--lun', 'ram:'],
  ['target', '--lun', 'ram:1M', '--listen', 'somewhere:port'],
  ['tour', '--size', '0'],
];

suite('a bad command line', () => {
  for (const line of badLines) {
    test(`hawser ${line.join(' ')}: exit status 2, one line on standard error, nothing on standard output`, async () => {
      const { status, stdout, stderr } = await runCli(line);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      const said = stderr.split('\n').filter((text) => text.startsWith('hawser: '));
      assert.equal(said.length, 1, stderr);
    });
  }

  test('is answered with a document when --json is there', async () => {
    const { status, stdout, stderr } = await runCli(['bench', url, '--json', '--rw', 'write']);
    assert.equal(status, 2);
    assert.equal(stderr, '');
    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
    assert.equal(error['code'], 'COMMAND_LINE');
    assert.match(String(error['message']), /--yes-overwrite/);
  });

  test('is one that sends data and a document to the same standard output', async () => {
    for (const line of [
      ['read', url, '--json'],
      ['copy', url, '-', '--json'],
    ]) {
      const { status, stdout } = await runCli(line);
      assert.equal(status, 2);
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'COMMAND_LINE');
    }
  });

  test('--json behind -- is no option', async () => {
    const { stdout, stderr } = await runCli(['ls', '--nonsense', '--', '--json']);
    assert.equal(stdout, '');
    assert.match(stderr, /^hawser: /);
  });
});

suite('a URL that is none', () => {
  const commands: readonly (readonly [string, ...string[]])[] = [
    ['ls'],
    ['info'],
    ['read'],
    ['write'],
    ['bench'],
    ['discover'],
  ];
  const urls = [
    'iscsi://',
    'http://127.0.0.1/iqn.2026-11.example:disk/0',
    'iscsi://h:99999/iqn.2026-11.example:disk/0',
  ];
  for (const [command] of commands) {
    for (const bad of urls) {
      test(`hawser ${command} ${bad}: exit status 11`, async () => {
        const { status, stdout, stderr } = await runCli([command, bad]);
        assert.equal(status, 11, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, /^hawser: Bad iSCSI URL: .*\(ISCSI_BAD_URL\)\n$/);
      });
    }
  }

  test('is no file to copy either', async () => {
    assert.equal((await runCli(['copy', 'http://example.org/x', 'file'])).status, 11);
    assert.equal((await runCli(['copy', 'file', 'iscsi://127.0.0.1/not-a-name/0'])).status, 11);
  });

  test('never shows a secret', async () => {
    const { stderr } = await runCli(['info', 'iscsi://user%tops3cret@host:port/iqn.2026-11.example:disk/0']);
    assert.ok(!stderr.includes('tops3cret'), stderr);
  });
});

suite('interruption', () => {
  test('ends a command with the status of its signal, as a document with --json', async () => {
    const aborter = new AbortController();
    aborter.abort(new Interruption('SIGTERM'));
    const told = await runCli(['tour'], { signal: aborter.signal });
    assert.equal(told.status, 143);
    assert.match(told.stderr, /^hawser: interrupted by SIGTERM$/m);
    const documented = await runCli(['tour', '--json'], { signal: aborter.signal });
    assert.equal(documented.status, 143);
    const { error } = JSON.parse(documented.stdout) as { error: Record<string, unknown> };
    assert.deepEqual([error['code'], error['signal']], ['INTERRUPTED', 'SIGTERM']);
  });
});
