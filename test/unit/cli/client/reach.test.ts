// How commands are told where the service is, and where they take secrets from.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { ServiceAddress } from '../../../../src/cli/index.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { type CliGiven, type CliResult, runCli } from '../../../support/cli-world.ts';
import { disk } from '../../../support/sample-answers.ts';
import { makeTempDir } from '../../../support/temp.ts';

/** Where `hawser sessions` looks with these options. */
async function reached(
  options: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ address: ServiceAddress | undefined; result: CliResult }> {
  let address: ServiceAddress | undefined;
  const { service } = makeFakeService({ sessions: [] });
  const onConnect = (given: ServiceAddress): void => {
    address = given;
  };
  const result = await runCli(['sessions', ...options], { service, variables, onConnect });
  return { address, result };
}

suite('the service is looked for', () => {
  test('at the socket of --socket, else of HAWSER_SOCKET, else where it has it by itself', async () => {
    const variables = { HAWSER_SOCKET: '/run/a.sock' };
    assert.deepEqual((await reached(['--socket', '/run/b.sock'], variables)).address, { socketPath: '/run/b.sock' });
    assert.deepEqual((await reached([], variables)).address, { socketPath: '/run/a.sock' });
    assert.deepEqual((await reached([])).address, { socketPath: undefined });
    assert.deepEqual((await reached([], { HAWSER_SOCKET: '' })).address, { socketPath: undefined });
  });

  test('at a URL with a token from a file or from HAWSER_TOKEN', async () => {
    await using dir = await makeTempDir();
    const tokenFile = join(dir.path, 'token');
    const caFile = join(dir.path, 'ca.pem');
    await writeFile(tokenFile, 'the token\n');
    await writeFile(caFile, 'a certificate');
    const url = 'https://storage.example:8443';
    const { address } = await reached(['--url', url, '--token-file', tokenFile, '--ca-file', caFile]);
    assert.deepEqual(address, { url, token: 'the token', ca: Buffer.from('a certificate') });
    assert.deepEqual((await reached(['--url', url], { HAWSER_TOKEN: 'abc' })).address, { url, token: 'abc' });
  });

  test('nowhere with a command line that contradicts itself: exit status 2', async () => {
    const url = ['--url', 'https://storage.example'];
    for (const options of [url, ['--token-file', 'x'], ['--ca-file', 'x'], [...url, '--socket', 'x']]) {
      const { address, result } = await reached(options);
      assert.equal(result.status, 2, result.stderr);
      assert.equal(address, undefined);
    }
  });

  test('in vain where none runs: SERVICE_NOT_RUNNING', async () => {
    const { status, stdout, stderr } = await runCli(['sessions']);
    assert.deepEqual([status, stdout], [106, '']);
    assert.match(stderr, /^hawser: .*\(SERVICE_NOT_RUNNING\)\n$/);
  });
});

suite('a secret', () => {
  async function password(options: readonly string[], given: CliGiven = {}): Promise<unknown> {
    const { service, calls } = makeFakeService({ login: { sessionId: '', connectionId: '', wasThere: false } });
    const { status, stderr } = await runCli(['login', disk, ...options], { ...given, service });
    if (status !== 0) return [status, stderr];
    return (calls[0]?.[1] as { loginOptions?: { password?: unknown } }).loginOptions?.password;
  }
  const hex = Buffer.from('a secret of ours').toString('hex');

  test('comes from a file, without its line end', async () => {
    await using dir = await makeTempDir();
    const file = join(dir.path, 'secret');
    await writeFile(file, 'a secret of ours\n');
    assert.deepEqual(await password(['--chap-user', 'me', '--chap-secret-file', file]), { hex });
  });

  test('comes from standard input', async () => {
    const options = ['--chap-user', 'me', '--chap-secret-file', '-'];
    assert.deepEqual(await password(options, { stdin: 'a secret of ours\r\n' }), { hex });
    const [status] = (await password(options, { stdin: 'x'.repeat(5000) })) as [number, string];
    assert.equal(status, 10);
  });

  test('comes from the environment, and last from a prompt', async () => {
    assert.equal(
      await password(['--chap-user', 'me'], { variables: { HAWSER_CHAP_SECRET: 'from there' } }),
      'from there',
    );
    assert.equal(await password(['--chap-user', 'me'], { answers: ['typed in'] }), 'typed in');
  });

  test('that is missing is an error before the service is asked for anything', async () => {
    const [status, stderr] = (await password(['--mutual'])) as [number, string];
    assert.equal(status, 10);
    assert.match(stderr, /HAWSER_CHAP_SECRET/);
  });

  test('is not needed where a RADIUS server answers', async () => {
    assert.equal(await password(['--chap-user', 'me', '--radius-response']), undefined);
  });

  test('is no option of any command', async () => {
    for (const option of ['--chap-secret', '--password', '--secret', '--token']) {
      const { status } = await runCli(['login', disk, option, 'x'], { service: makeFakeService({}).service });
      assert.equal(status, 2, option);
    }
  });

  test('of the node is set from a file', async () => {
    const { service, calls } = makeFakeService({ setChapSecret: undefined });
    const { status } = await runCli(['secrets', 'set-chap', '--secret-file', '-'], {
      service,
      stdin: 'a secret of ours',
    });
    assert.equal(status, 0);
    assert.deepEqual(calls, [['setChapSecret', { secret: { hex } }]]);
    assert.equal((await runCli(['secrets', 'set-chap'], { service })).status, 10);
  });
});

test('a device that several sessions have is told apart by --session', async () => {
  const device = { path: `${disk}/0`, lun: 0 };
  const devices = [
    { ...device, sessionId: 'a-1' },
    { ...device, sessionId: 'a-2' },
  ];
  const { service } = makeFakeService({ devices });
  const { status, stderr } = await runCli(['devices', 'remove', `${disk}/0`], { service });
  assert.equal(status, 2);
  assert.match(stderr, /a-1, a-2/);
  assert.equal((await runCli(['devices', 'remove', `${disk}/7`], { service })).status, 121);
});
