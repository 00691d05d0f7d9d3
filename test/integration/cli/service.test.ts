// `hawser service` as a process: up, one at a time, down, and up again after a kill.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { access, chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { type ControlClient, openControlClient } from 'hawser/control';
import { systemClock } from '../../../src/base/index.ts';
import { eventually } from '../../support/eventually.ts';
import { hawser, startHawser, startHawserTarget } from '../../support/hawser-program.ts';
import { exitOf } from '../../support/run-tool.ts';
import { makeTempDir, type TempDir } from '../../support/temp.ts';
import { tlsTestFiles } from '../../support/tls-test-files.ts';

const password = 'correct horse battery';
const token = 'a token of sixteen bytes and more';

interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly document: Readonly<Record<string, unknown>>;
  readonly client: ControlClient;
  readonly socket: string;
  /** What it has logged by now. */
  log(): string;
  /** Asks it to stop; resolves with its exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Starts the service in a folder and waits until it says where it listens. */
async function start(
  folder: TempDir,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const socket = folder.file('s');
  const child = startHawser(['service', '--json', '--state', folder.file('state'), '--socket', socket, ...args], env);
  const ended = exitOf(child);
  let printed = '';
  let logged = '';
  child.stderr?.on('data', (piece: Buffer) => {
    logged += piece.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      if (/^\}$/m.test(printed)) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`hawser service has ended: ${printed}${logged}`));
    });
  });
  const client = openControlClient({ socketPath: socket });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | undefined> => {
    child.kill(signal);
    return await ended;
  };
  return {
    child,
    document: JSON.parse(printed) as Record<string, unknown>,
    client,
    socket,
    log: () => logged,
    stop,
    async [Symbol.asyncDispose]() {
      await client.close();
      await stop('SIGKILL');
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

suite('hawser service', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`says where it listens, answers, and ends by ${signal} with status 0 and nothing left`, async () => {
      await using folder = await makeTempDir();
      await using running = await start(folder);
      assert.deepEqual(running.document, {
        version: running.document['version'],
        pid: running.child.pid,
        state: folder.file('state'),
        socket: running.socket,
        url: null,
        wsman: null,
      });
      assert.equal((await running.client.status()).pid, running.child.pid);
      assert.equal(await running.stop(signal), 0);
      assert.equal(await exists(running.socket), false);
    });
  }

  test('logs out on stop, and with --on-stop leave does not', async () => {
    await using target = await startHawserTarget(['--lun', 'ram:1M']);
    for (const [how, isClean] of [
      ['logout', true],
      ['leave', false],
    ] as const) {
      await using folder = await makeTempDir();
      await using running = await start(folder, ['--on-stop', how]);
      await running.client.addPortal(target.portal);
      await running.client.login({ targetName: target.name });
      assert.equal(await running.stop(), 0);
      assert.equal(/"event":"sessionLoggedOut".*"how":"loggedOut"/.test(running.log()), isClean, running.log());
    }
  });

  test('logs one line of JSON an event', async () => {
    await using folder = await makeTempDir();
    await using running = await start(folder, ['--log-level', 'debug']);
    await running.client.status();
    await running.stop();
    const lines = running
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(lines.some(({ event, operation }) => event === 'answered' && operation === 'status'));
    assert.ok(lines.every(({ event }) => typeof event === 'string'));
  });

  test('is there once for a state directory and once for a socket', async () => {
    await using folder = await makeTempDir();
    await using other = await makeTempDir();
    await using running = await start(folder);
    const sameState = await hawser(['service', '--state', folder.file('state'), '--socket', other.file('s')]);
    assert.equal(sameState.status, 86);
    assert.match(sameState.stderr, new RegExp(`in use by process ${running.child.pid ?? 0} \\(STORE_LOCKED\\)`));
    assert.equal(await exists(other.file('s')), false);
    const sameSocket = await hawser(['service', '--state', other.file('state'), '--socket', running.socket]);
    assert.equal(sameSocket.status, 20);
    assert.match(sameSocket.stderr, /another process listens there \(ISCSI_CONNECT_FAILED\)/);
    assert.equal((await running.client.status()).pid, running.child.pid);
  });

  test('comes back after SIGKILL: the socket is replaced, the login is there again under a new id', async () => {
    await using target = await startHawserTarget(['--lun', 'ram:1M']);
    await using folder = await makeTempDir();
    {
      await using running = await start(folder);
      await running.client.addPortal(target.portal);
      await running.client.login({ targetName: target.name, isPersistent: true });
      await running.stop('SIGKILL');
    }
    assert.equal(await exists(folder.file('s')), true, 'it could not clean up');
    await using running = await start(folder);
    const sessions = await eventually(
      () => running.client.sessions(),
      ({ length }) => length === 1,
    );
    assert.equal(sessions[0]?.targetName, target.name);
    assert.equal(await running.stop(), 0);
  });

  test('waits for a target that is silent, and a second signal ends it at once: 143', async () => {
    await using target = await startHawserTarget(['--lun', 'ram:1M', '--fault', 'silent-logout']);
    await using folder = await makeTempDir();
    await using running = await start(folder);
    await running.client.addPortal(target.portal);
    await running.client.login({ targetName: target.name });
    running.child.kill('SIGTERM');
    await eventually(
      () => running.log(),
      (log) => log.includes('serviceStopping'),
    );
    assert.equal(await running.stop('SIGTERM'), 143);
    assert.equal(running.log().includes('controlClosed'), false);
  });

  test('ends within --stop-timeout whatever a target does', async () => {
    await using target = await startHawserTarget(['--lun', 'ram:1M', '--fault', 'silent-logout']);
    await using folder = await makeTempDir();
    await using running = await start(folder, ['--stop-timeout', '1']);
    await running.client.addPortal(target.portal);
    await running.client.login({ targetName: target.name });
    const started = systemClock.now();
    assert.equal(await running.stop('SIGTERM'), 0);
    assert.ok(systemClock.now() - started < 30_000, 'and not the minute that it may have unless told');
  });

  test('tells the service manager that it is up, and that it stops', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('systemd-notify'), `#!/bin/sh\necho "$@" >> ${folder.file('told')}\n`);
    await chmod(folder.file('systemd-notify'), 0o755);
    const env = { NOTIFY_SOCKET: '/nowhere', PATH: `${folder.path}:${process.env['PATH'] ?? ''}` };
    await using running = await start(folder, [], env);
    await running.client.status();
    await running.stop();
    assert.equal(
      await readFile(folder.file('told'), 'utf8'),
      'READY=1 STATUS=Serving\nSTOPPING=1 STATUS=Logging out\n',
    );
  });

  test('serves TCP with a token, and TLS with a certificate', async () => {
    await using folder = await makeTempDir();
    const { cert, key } = tlsTestFiles();
    for (const [name, text] of Object.entries({ token: `${token}\n`, cert, key }))
      await writeFile(folder.file(name), text);
    const tls = ['--tls-cert', folder.file('cert'), '--tls-key', folder.file('key')];
    const listen = ['--listen', '127.0.0.1:0', '--token-file', folder.file('token')];
    await using running = await start(folder, [...listen, ...tls]);
    const url = String(running.document['url']);
    assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
    await using client = openControlClient({ url, token, ca: cert });
    assert.equal((await client.status()).pid, running.child.pid);
  });

  test('drives the initiator instances that it is told of, each from its own address', async () => {
    await using folder = await makeTempDir();
    await using running = await start(folder, ['--instance', 'one', '--instance', 'two=127.0.0.1']);
    const { instances } = await running.client.initiator();
    assert.deepEqual(
      instances.map(({ instance }) => instance),
      ['one', 'two'],
    );
    assert.deepEqual(instances[1]?.ports, ['127.0.0.1']);
    const run = async (instance: string): Promise<number | undefined> =>
      (await hawser(['service', '--state', folder.file('a'), '--socket', folder.file('b'), '--instance', instance]))
        .status;
    assert.equal(await run('=127.0.0.1'), 2);
    assert.equal(await run('three='), 2);
    assert.equal(await run('three=here'), 10, 'ISCSI_BAD_ARGUMENT');
  });

  test('refuses what would let everybody in: exit status 2, or that of ISCSI_BAD_ARGUMENT', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('token'), token);
    await writeFile(folder.file('short'), 'short');
    const run = async (...args: string[]): Promise<number | undefined> =>
      (await hawser(['service', '--state', folder.file('state'), '--socket', folder.file('s'), ...args])).status;
    assert.equal(await run('--listen', '127.0.0.1:0'), 2);
    assert.equal(await run('--token-file', folder.file('token')), 2);
    assert.equal(await run('--listen', 'nonsense'), 2);
    assert.equal(await run('--listen', '127.0.0.1:0', '--token-file', folder.file('short')), 10);
    assert.equal(await run('--listen', '0.0.0.0:0', '--token-file', folder.file('token')), 10);
    const noCertificate = ['--tls-cert', folder.file('token'), '--tls-key', folder.file('token')];
    assert.equal(await run('--listen', '127.0.0.1:0', '--token-file', folder.file('token'), ...noCertificate), 10);
    await assert.rejects(access(folder.file('state')), 'no service was opened only to be closed again');
  });
});

suite('hawser service export and import', () => {
  test('carry everything to another service; secrets only when asked for, and only for the owner’s eyes', async () => {
    await using from = await makeTempDir();
    await using to = await makeTempDir();
    await using first = await start(from, ['--log-level', 'trace']);
    await first.client.setChapSecret({ secret: password });
    await first.client.addStaticTarget({
      targetName: 'iqn.2026-11.test:kept',
      loginOptions: { authType: 'chap', password: `${password} two` },
    });
    const plain = await hawser(['service', 'export', '--socket', first.socket]);
    assert.equal(plain.status, 0, plain.stderr);
    assert.doesNotMatch(plain.stdout, /"secrets"|horse/);
    const file = from.file('state.json');
    assert.equal((await hawser(['service', 'export', file, '--secrets', '--socket', first.socket])).status, 0);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await using second = await start(to);
    const restored = await hawser(['service', 'import', file, '--socket', second.socket]);
    assert.equal(restored.status, 0, restored.stderr);
    assert.deepEqual(await second.client.exportState(), await first.client.exportState());
    assert.deepEqual(
      await second.client.exportState({ includesSecrets: true }),
      JSON.parse(await readFile(file, 'utf8')) as unknown,
    );
    await first.stop();
    await second.stop();
    const kept = await Promise.all(
      (await readdir(from.file('state'))).map((name) => readFile(`${from.file('state')}/${name}`)),
    );
    for (const bytes of [...kept, Buffer.from(first.log()), Buffer.from(second.log()), Buffer.from(plain.stdout)]) {
      assert.equal(bytes.includes('correct horse'), false);
      assert.equal(bytes.includes(Buffer.from(password).toString('base64').slice(0, 20)), false);
      assert.equal(bytes.includes(Buffer.from(password).toString('hex').slice(0, 30)), false);
    }
  });

  test('refuse what is no state, and keep what there is', async () => {
    await using folder = await makeTempDir();
    await using running = await start(folder);
    await running.client.addRadiusServer({ address: '192.0.2.1' });
    const before = await running.client.exportState();
    for (const [text, status] of [
      ['{', 97],
      ['[]', 97],
      ['{"format": "hawser-state", "version": 1, "records": 5}', 107],
      ['{"format": "other", "version": 1, "records": {}}', 107],
      ['{"format": "hawser-state", "version": 1, "records": {"portal": {"x": {"colour": "red"}}}}', 97],
    ] as const) {
      const result = await hawser(['service', 'import', '-', '--socket', running.socket], { input: text });
      assert.equal(result.status, status, `${text}: ${result.stderr}`);
    }
    assert.deepEqual(await running.client.exportState(), before);
  });
});
