// The client of the control API: errors, aborts, deadlines, many at once, and services that are not there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import {
  type ControlClientOptions,
  type ControlServerOptions,
  openControlClient,
  openControlServer,
} from 'hawser/control';
import {
  BlockError,
  DeviceBusyError,
  deferred,
  type IscsiError,
  LoginError,
  nextTurn,
  ProtocolError,
  ScsiError,
  ServiceError,
  SessionError,
  StoreError,
  TaskManagementError,
  TimeoutError,
  TransportError,
  UsageError,
} from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type FakeAnswers, type FakeService, fakeService } from '../../support/fake-initiator-service.ts';
import { makeTempDir } from '../../support/temp.ts';
import { tlsTestFiles } from '../../support/tls-test-files.ts';

const token = 'a token of sixteen bytes and more';

interface Bench extends AsyncDisposable, Pick<FakeService, 'calls'> {
  readonly client: ReturnType<typeof openControlClient>;
  readonly server: Awaited<ReturnType<typeof openControlServer>>;
  readonly path: string;
}

async function openBench(
  answers: FakeAnswers = {},
  options: { readonly server?: Partial<ControlServerOptions>; readonly client?: Partial<ControlClientOptions> } = {},
): Promise<Bench> {
  const folder = await makeTempDir();
  const { service, calls } = fakeService(answers);
  const path = folder.file('s');
  const server = await openControlServer({ service, socketPath: path, ...options.server });
  const client = openControlClient({ socketPath: path, ...options.client });
  return {
    client,
    server,
    calls,
    path,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Waits for the service to be called `count` times. */
async function called({ calls }: Pick<FakeService, 'calls'>, count = 1): Promise<void> {
  while (calls.length < count) await nextTurn();
}

suite('what the service throws, the client throws again', () => {
  const details = { effect: 'unknown', isRetryable: true } as const;
  const holders = [
    { device: 'LUN 0', label: 'backup', pid: 7, reason: 'half done' },
    { device: 'LUN 1', label: 'x', pid: 8 },
  ];
  const errors: readonly IscsiError[] = [
    new ServiceError('SERVICE_TARGET_LOGGED_IN', 'There is a session', { ...details, field: 'existing' }),
    new ServiceError('SERVICE_SESSION_UNKNOWN', 'No such session'),
    new DeviceBusyError('Two hold it', { holders }),
    new UsageError('ISCSI_BAD_ARGUMENT', 'No', { ...details, argument: 'lun' }),
    new TransportError('ISCSI_CONNECT_FAILED', 'No way', { ...details, address: '192.0.2.1:3260' }),
    new TimeoutError('ISCSI_LOGIN_TIMEOUT', 'Late', { operation: 'login', limitMs: 5 }),
    new ProtocolError('ISCSI_BAD_FIELD', 'Bad', { opcode: 0x23, byte: 3, value: 'x', clause: '§11.13' }),
    new ProtocolError('ISCSI_BAD_FIELD', 'Bad', { value: 7 }),
    new LoginError('ISCSI_AUTH_FAILED', 'Refused', { statusClass: 2, statusDetail: 1 }),
    new LoginError('ISCSI_NO_AGREEMENT', 'No agreement', { key: 'MaxBurstLength' }),
    new ScsiError('SCSI_CHECK_CONDITION', 'No', {
      status: 2,
      senseKey: 5,
      asc: 0x24,
      ascq: 0,
      sense: new Uint8Array([0x70, 0, 5]),
      information: 9,
    }),
    new SessionError('ISCSI_LAST_CONNECTION', 'It is the last one'),
    new TaskManagementError('ISCSI_FUNCTION_REJECTED', 'No', { functionName: 'LOGICAL UNIT RESET', response: 255 }),
    new BlockError('BLOCK_IO_FAILED', 'No', { offset: 512, length: 1024 }),
    new StoreError('STORE_FAILED', 'Full', { record: 'portal/x' }),
  ];
  for (const error of errors) {
    test(`${error.name} ${error.code}`, async () => {
      await using bench = await openBench({
        logout: () => {
          throw error;
        },
      });
      const thrown = await bench.client.logout({ sessionId: 'x' }).then(
        () => undefined,
        (failure: unknown) => failure as IscsiError,
      );
      assert.equal(thrown?.constructor, error.constructor);
      assert.equal(thrown.message, error.message);
      assert.deepEqual(Object.entries(thrown), Object.entries(error));
    });
  }

  test('and a wrong input is refused with its field, in the form first', async () => {
    await using bench = await openBench();
    const wrong = { targetName: 't', loginOptions: { maximumConnections: '4' } } as never;
    await assert.rejects(bench.client.login(wrong), {
      name: 'ServiceError',
      code: 'SERVICE_BAD_REQUEST',
      field: 'loginOptions.maximumConnections',
    });
    assert.deepEqual(bench.calls, []);
  });
});

suite('an operation', () => {
  test('that is aborted rejects with the reason at once, and is aborted at the service', async () => {
    const aborted = deferred<unknown>();
    await using bench = await openBench({
      login: async (_input, { signal }) =>
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            aborted.resolve(signal.reason);
            reject(signal.reason as Error);
          });
        }),
    });
    const controller = new AbortController();
    const login = bench.client.login({ targetName: 't' }, { signal: controller.signal });
    await called(bench);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(login, reason);
    await aborted.promise;
    assert.equal((await bench.client.sessions()).length, 2, 'the client goes on');
  });

  test('that is aborted before it begins is not sent', async () => {
    await using bench = await openBench();
    const signal = AbortSignal.abort(new Error('never'));
    await assert.rejects(bench.client.status({ signal }), /never/);
    assert.deepEqual(bench.calls, []);
  });

  test('that takes longer than the client allows ends with SERVICE_TIMEOUT, at the service too', async () => {
    const never = async (): Promise<never> => await new Promise(() => undefined);
    await using bench = await openBench({ sessions: never }, { client: { timeoutMs: 50 } });
    await assert.rejects(bench.client.sessions(), { name: 'ServiceError', code: 'SERVICE_TIMEOUT' });
    assert.equal(bench.calls[0]?.signal?.aborted, true);
  });

  test('that has a limit of its own may take that long', async () => {
    const wait = deferred();
    const answers: FakeAnswers = {
      waitForPersistentDevices: async () => {
        await wait.promise;
      },
    };
    const clock = new FakeClock();
    await using bench = await openBench(answers, { server: { clock }, client: { timeoutMs: 50, clock } });
    const waiting = bench.client.waitForPersistentDevices({ timeoutMs: 60_000 });
    await called(bench);
    await clock.advance(60_000);
    assert.equal(bench.calls[0]?.signal?.aborted, false);
    wait.resolve();
    await waiting;
  });

  test('goes on after the client has been closed, and the calls under way end with ISCSI_CLOSED', async () => {
    const never = async (): Promise<never> => await new Promise(() => undefined);
    await using bench = await openBench({ sessions: never });
    const call = bench.client.sessions();
    await called(bench);
    await bench.client.close();
    await assert.rejects(call, { name: 'SessionError', code: 'ISCSI_CLOSED' });
    await assert.rejects(bench.client.status(), { name: 'SessionError', code: 'ISCSI_CLOSED' });
  });
});

suite('many at once', () => {
  test('a hundred clients, each with ten operations at a time, are all answered', async () => {
    await using bench = await openBench();
    const clients = Array.from({ length: 100 }, () => openControlClient({ socketPath: bench.path }));
    const all = clients.flatMap((client) => Array.from({ length: 10 }, () => client.status()));
    for (const { isReady } of await Promise.all(all)) assert.equal(isReady, true);
    await Promise.all(clients.map((client) => client.close()));
    assert.equal(bench.calls.length, 1000);
  });

  test('a slow operation delays no other', async () => {
    const wait = deferred<[]>();
    await using bench = await openBench({ portals: async () => await wait.promise });
    const slow = bench.client.portals();
    await called(bench);
    assert.equal((await bench.client.sessions()).length, 2);
    wait.resolve([]);
    assert.deepEqual(await slow, []);
  });
});

suite('a service that is not there', () => {
  const notRunning = { name: 'ServiceError', code: 'SERVICE_NOT_RUNNING' };
  test('is SERVICE_NOT_RUNNING: no socket, a file, a dead socket, a closed port', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('file'), '');
    const refused = openControlClient({ url: 'http://127.0.0.1:1', token });
    await assert.rejects(refused.status(), notRunning);
    for (const path of [folder.file('none'), folder.file('file'), folder.file('file/below')]) {
      await assert.rejects(openControlClient({ socketPath: path }).status(), notRunning, path);
      await assert.rejects(openControlClient({ socketPath: path }).events()[Symbol.asyncIterator]().next(), notRunning);
    }
  });

  test('that ends in the middle of an operation leaves it unknown what became of that', async () => {
    await using folder = await makeTempDir();
    const listener = createServer((socket) => {
      socket.once('data', () => {
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => listener.listen(folder.file('s'), resolve));
    const client = openControlClient({ socketPath: folder.file('s') });
    await assert.rejects(client.login({ targetName: 't' }), { ...notRunning, effect: 'unknown' });
    listener.close();
  });

  test('is something else: SERVICE_FAILED', async () => {
    await using folder = await makeTempDir();
    const listener = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno'));
    });
    await new Promise<void>((resolve) => listener.listen(folder.file('s'), resolve));
    const client = openControlClient({ socketPath: folder.file('s') });
    await assert.rejects(client.status(), { name: 'ServiceError', code: 'SERVICE_FAILED' });
    listener.close();
  });

  test('has an address that is none: ISCSI_BAD_ARGUMENT', () => {
    for (const url of ['', 'ftp://localhost', 'http://localhost/v1', 'localhost:80']) {
      assert.throws(() => openControlClient({ url, token }), { code: 'ISCSI_BAD_ARGUMENT', argument: 'url' });
    }
  });
});

suite('over TCP', () => {
  test('the token decides; with TLS, so does the authority', async () => {
    const { service } = fakeService();
    const tls = tlsTestFiles();
    const listen = { host: '127.0.0.1', port: 0 };
    await using plain = await openControlServer({ service, listen, token });
    await using secure = await openControlServer({ service, listen, token, tls });
    const http = `http://127.0.0.1:${plain.address?.port ?? 0}`;
    const https = `https://127.0.0.1:${secure.address?.port ?? 0}`;
    await using good = openControlClient({ url: http, token });
    assert.equal((await good.status()).isReady, true);
    await using trusted = openControlClient({ url: https, token, ca: tls.cert });
    assert.equal((await trusted.status()).isReady, true);
    const bad = { name: 'ServiceError', code: 'SERVICE_UNAUTHORIZED' };
    await assert.rejects(openControlClient({ url: http, token: `${token}x` }).status(), bad);
    await assert.rejects(openControlClient({ url: http, token: 'x' }).events()[Symbol.asyncIterator]().next(), bad);
    await assert.rejects(openControlClient({ url: https, token }).status(), { code: 'SERVICE_NOT_RUNNING' });
    await assert.rejects(openControlClient({ url: https.replace('s:', ':'), token }).status(), {
      code: 'SERVICE_NOT_RUNNING',
    });
  });
});

suite('the Unix socket', () => {
  test('has mode 0660, whatever the umask, and goes with the server', async () => {
    const before = process.umask(0);
    try {
      await using bench = await openBench();
      assert.equal((await stat(bench.path)).mode & 0o777, 0o660);
      await bench.server.close();
      await assert.rejects(stat(bench.path), { code: 'ENOENT' });
    } finally {
      process.umask(before);
    }
  });

  test('may not be used by another user: SERVICE_UNAUTHORIZED', async () => {
    await using folder = await makeTempDir();
    await chmod(folder.path, 0o755);
    const { service } = fakeService();
    await using server = await openControlServer({ service, socketPath: folder.file('s') });
    assert.equal(connectAsNobody(server.socketPath ?? ''), 'EACCES');
  });

  test('of a server that is dead is replaced; of one that lives it is not, and a file is not', async () => {
    await using bench = await openBench();
    const { service } = fakeService();
    await assert.rejects(openControlServer({ service, socketPath: bench.path }), {
      name: 'TransportError',
      code: 'ISCSI_CONNECT_FAILED',
      message: `The control API cannot be opened at ${bench.path}: another process listens there`,
    });
    assert.equal((await bench.client.status()).isReady, true, 'the living one has not been disturbed');
    await using folder = await makeTempDir();
    await writeFile(folder.file('file'), 'kept');
    await assert.rejects(openControlServer({ service, socketPath: folder.file('file') }), {
      code: 'ISCSI_CONNECT_FAILED',
    });
    assert.equal((await stat(folder.file('file'))).size, 4);
    await leaveSocket(folder.file('dead'));
    await using server = await openControlServer({ service, socketPath: folder.file('dead') });
    await using client = openControlClient({ socketPath: server.socketPath ?? '' });
    assert.equal((await client.status()).isReady, true);
  });

  test('is made in a folder that is made, too', async () => {
    await using folder = await makeTempDir();
    const { service } = fakeService();
    await using server = await openControlServer({ service, socketPath: folder.file('a/b/s') });
    assert.equal((await stat(folder.file('a/b'))).mode & 0o027, 0, 'for others it is closed');
    assert.notEqual(server.socketPath, undefined);
  });
});

suite('a server that is closed', () => {
  test('lets operations finish, and takes no new ones', async () => {
    const wait = deferred<[]>();
    await using bench = await openBench({ portals: async () => await wait.promise });
    const slow = bench.client.portals();
    await bench.client.status();
    await called(bench, 2);
    const closing = bench.server.close();
    await nextTurn();
    await assert.rejects(bench.client.status(), (error: IscsiError) =>
      ['SERVICE_STOPPING', 'SERVICE_NOT_RUNNING'].includes(error.code),
    );
    wait.resolve([]);
    assert.deepEqual(await slow, []);
    await closing;
  });

  test('aborts operations that do not finish: SERVICE_STOPPING', async () => {
    const never = async (): Promise<never> => await new Promise(() => undefined);
    await using bench = await openBench({ portals: never }, { server: { limits: { closeTimeoutMs: 50 } } });
    const slow = bench.client.portals();
    slow.catch(() => undefined);
    await called(bench);
    await bench.server.close();
    await assert.rejects(slow, { code: 'SERVICE_STOPPING' });
  });
});

/** What a user without any right gets on connecting; who is not root has no other user, and takes the rights away instead. */
function connectAsNobody(path: string): string {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) chmodSync(path, 0);
  const script = `require('net').connect(${JSON.stringify(path)}).on('connect', () => { console.log('connected'); process.exit() })
    .on('error', (error) => console.log(error.code))`;
  const options = { encoding: 'utf8', cwd: '/', ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) } as const;
  return spawnSync(process.execPath, ['-e', script], options).stdout.trim();
}

/** Leaves a socket behind as a process does that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  assert.ok((await stat(path)).isSocket());
}
