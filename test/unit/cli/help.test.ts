// The help of every command: there, with an example, and narrow enough.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runCli } from '../../support/cli-world.ts';

const commands = ['discover', 'ls', 'info', 'read', 'write', 'copy', 'bench', 'target', 'fault', 'tour'];
const families = [
  'service',
  'portals',
  'targets',
  'isns',
  'session',
  'connections',
  'devices',
  'persistent',
  'secrets',
  'radius',
  'initiator',
];
const ofService = [
  'service',
  'status',
  'portals',
  'targets',
  'isns',
  'login',
  'logout',
  'sessions',
  'session',
  'connections',
  'devices',
  'persistent',
  'secrets',
  'radius',
  'initiator',
  'events',
];
const withLogin = ['discover', 'ls', 'info', 'read', 'write', 'copy', 'bench'];

suite('help', () => {
  test('lists every command, and nothing that is no command', async () => {
    const { status, stdout } = await runCli(['--help']);
    assert.equal(status, 0);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'hawser');
    assert.deepEqual(listed, [...commands, ...ofService, 'iscsicli', 'completion']);
  });

  for (const command of commands) {
    test(`of ${command} has an example, --json and --trace, in 100 columns`, async () => {
      const { status, stdout, stderr } = await runCli([command, '--help']);
      assert.equal(status, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Example:\\n {2}.*hawser ${command}( |$)`, 'm'));
      assert.match(stdout, /^ {2}--json /m);
      if (command !== 'fault') assert.match(stdout, /^ {2}--trace <file\.pcapng> /m);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
    });
  }

  for (const command of ofService) {
    test(`of ${command} has an example, and says where the service is looked for, in 100 columns`, async () => {
      const { stdout } = await runCli([command, '--help']);
      assert.match(stdout, new RegExp(`^Example:\\n {2}.*hawser ${command}( |$)`, 'm'));
      const members = families.includes(command)
        ? [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, member = '']) => [command, member])
        : [[command]];
      assert.notEqual(members.length, 0);
      for (const member of members) {
        const help = await runCli([...member, '--help']);
        assert.equal(help.status, 0);
        // The service itself is at no address that it could be asked at.
        const address = member[1] === 'run' ? [] : ['--url <url>'];
        for (const option of ['--json', '--socket <path>', '--token-file <file>', ...address]) {
          assert.ok(help.stdout.includes(`  ${option} `), `${member.join(' ')} ${option}`);
        }
        assert.doesNotMatch(help.stdout, /--[a-z-]*(?:secret|password|token) </);
        for (const line of [...stdout.split('\n'), ...help.stdout.split('\n')]) assert.ok(line.length <= 100, line);
      }
    });
  }

  for (const command of ['read', 'write', 'copy', 'bench']) {
    test(`of ${command} names the policies, the commands that move data being the ones that have them`, async () => {
      const { stdout } = await runCli([command, '--help']);
      const text = stdout.replace(/\s+/g, ' ');
      for (const name of ['least-queue-depth', 'round-robin,', 'fail-over[:n]', 'round-robin-subset:', 'weighted:']) {
        assert.ok(text.includes(name), name);
      }
    });
  }

  for (const command of withLogin) {
    test(`of ${command} tells how to log in, and has no option that takes a secret`, async () => {
      const { stdout } = await runCli([command, '--help']);
      for (const option of [
        '--chap-user <name>',
        '--chap-secret-file <file>',
        '--target-user <name>',
        '--target-secret-file <file>',
        '--allow-weak-secrets',
        '--initiator-name <name>',
        '--header-digest <list>',
        '--data-digest <list>',
        '--connections <n>',
        '--timeout <seconds>',
      ]) {
        assert.ok(stdout.includes(option), option);
      }
      const takingSecrets = [...stdout.matchAll(/--[a-z-]*(?:secret|password)[a-z-]*(?: <[a-z]+>)?/g)].map(
        ([text]) => text,
      );
      for (const option of takingSecrets) assert.match(option, /<file>$|^--allow-weak-secrets$/);
    });
  }

  test('--version prints the version and nothing else', async () => {
    const { status, stdout } = await runCli(['--version']);
    assert.deepEqual([status, stdout], [0, '9.8.7\n']);
  });
});
