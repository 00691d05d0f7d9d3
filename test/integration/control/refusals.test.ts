// What the control API refuses: requests that are wrong, strangers, and more than it takes.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { type ControlServerOptions, openControlServer } from 'hawser/control';
import { nextTurn, ServiceError } from '../../../src/base/index.ts';
import { type FakeAnswers, fakeService } from '../../support/fake-initiator-service.ts';
import { ask, type RawAnswer, sendRaw } from '../../support/raw-http.ts';
import { inRepository } from '../../support/repository.ts';
import { makeTempDir } from '../../support/temp.ts';
import { tlsTestFiles } from '../../support/tls-test-files.ts';

const token = 'a token of sixteen bytes and more';
const json = { 'content-type': 'application/json' };

/** A server on a Unix socket, and how to ask it. */
async function openOnSocket(
  options: Partial<ControlServerOptions> = {},
  answers: FakeAnswers = {},
): Promise<
  AsyncDisposable & {
    readonly path: string;
    readonly calls: ReturnType<typeof fakeService>['calls'];
    ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
  }
> {
  const folder = await makeTempDir();
  const { service, calls } = fakeService(answers);
  const socketPath = folder.file('s');
  const server = await openControlServer({ service, socketPath, ...options });
  return {
    path: socketPath,
    calls,
    ask: async (method, path, body, headers = {}) => {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      return await ask(
        { socketPath, method, path, headers: { ...(body === undefined ? {} : json), ...headers } },
        text,
      );
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function openOnTcp(
  options: Partial<ControlServerOptions> = {},
): Promise<AsyncDisposable & { readonly port: number; ask(headers: Record<string, string>): Promise<RawAnswer> }> {
  const { service } = fakeService();
  const server = await openControlServer({ service, listen: { host: '127.0.0.1', port: 0 }, token, ...options });
  const port = server.address?.port ?? 0;
  return {
    port,
    ask: async (headers) => await ask({ host: '127.0.0.1', port, path: '/v1/status', headers }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
    },
  };
}

function assertProblem(answer: RawAnswer, status: number, code: string, field?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.equal(answer.json['code'], code);
  assert.equal(answer.json['field'], field);
  assert.equal(answer.json['status'], status);
  assert.doesNotMatch(answer.text, /node_modules|\.ts:|\.js:|\n +at /);
}

suite('a wrong input', () => {
  const cases: readonly [string, string, string, unknown, string][] = [
    ['a wrong type', 'POST', '/v1/sessions', { targetName: 5 }, 'targetName'],
    ['a missing field', 'POST', '/v1/portals', { host: 'h' }, 'port'],
    ['a field that there is not', 'POST', '/v1/portals', { host: 'h', port: 1, colour: 'red' }, 'colour'],
    [
      'a wrong field deep down',
      'POST',
      '/v1/portals',
      { host: 'h', port: 1, loginOptions: { policy: 'x' } },
      'loginOptions.policy',
    ],
    [
      'a field deep down that there is not',
      'POST',
      '/v1/portals',
      { host: 'h', port: 1, loginOptions: { x: 1 } },
      'loginOptions.x',
    ],
    ['a number out of range', 'POST', '/v1/portals', { host: 'h', port: 65_536 }, 'port'],
    ['null', 'POST', '/v1/portals', { host: null, port: 1 }, 'host'],
    ['an array for a body', 'POST', '/v1/portals', [], 'body'],
    ['text for a body', 'POST', '/v1/portals', '"text"', 'body'],
    ['JSON that is broken', 'POST', '/v1/portals', '{"host": "h", ', 'body'],
    ['an empty body of JSON', 'POST', '/v1/portals', '', 'body'],
    ['the prototype as a field', 'POST', '/v1/portals', '{"__proto__": {"host": "h"}, "port": 1}', 'body'],
    ['the constructor as a field', 'POST', '/v1/portals', '{"constructor": {"prototype": {}}, "port": 1}', 'body'],
    ['a field of the path in the body, too', 'POST', '/v1/portals/h/1/refresh', { host: 'other' }, 'host'],
    ['a port that is no number', 'DELETE', '/v1/portals/h/x', undefined, 'port'],
    ['a parameter that there is not', 'GET', '/v1/targets?verbose=true', undefined, 'verbose'],
    ['a parameter of Object', 'GET', '/v1/targets?__proto__=true', undefined, '__proto__'],
    ['a parameter twice', 'GET', '/v1/targets?refresh=true&refresh=false', undefined, 'refresh'],
    ['a parameter that is no boolean', 'GET', '/v1/targets?refresh=yes', undefined, 'refresh'],
    ['a parameter where none is taken', 'GET', '/v1/sessions?x=1', undefined, 'x'],
    ['a body where none is taken', 'DELETE', '/v1/targets/t', {}, 'body'],
    ['a control character', 'DELETE', '/v1/targets/a%00b', undefined, 'targetName'],
    ['a path of three thousand characters', 'DELETE', `/v1/holds/${'x'.repeat(1500)}`, undefined, 'holdId'],
    ['an event id that is none', 'GET', '/v1/events?after=%0a', undefined, 'after'],
  ];
  for (const [what, method, path, body, field] of cases) {
    test(`such as ${what} is answered 400 and names ${field}`, async () => {
      await using server = await openOnSocket();
      assertProblem(await server.ask(method, path, body), 400, 'SERVICE_BAD_REQUEST', field);
      assert.deepEqual(server.calls, []);
    });
  }

  test('is not quoted in the answer, as it may be a secret', async () => {
    await using server = await openOnSocket();
    for (const body of [
      '{"secret": "correct horse',
      { secret: ['correct horse'] },
      { secret: { text: 'correct horse' } },
    ]) {
      const answer = await server.ask('PUT', '/v1/secrets/radius', body);
      assert.equal(answer.status, 400);
      assert.doesNotMatch(answer.text, /correct|horse/);
    }
  });

  test('such as a deadline that is no number is answered 400 and names the header', async () => {
    await using server = await openOnSocket();
    for (const deadline of ['soon', '0', '-1', '1e3']) {
      const answer = await server.ask('GET', '/v1/status', undefined, { 'hawser-timeout-ms': deadline });
      assertProblem(answer, 400, 'SERVICE_BAD_REQUEST', 'hawser-timeout-ms');
    }
  });
});

suite('a path', () => {
  for (const path of [
    '/',
    '/v1',
    '/v2/status',
    '/v1/status/',
    '//v1/status',
    '/v1//status',
    '/V1/STATUS',
    '/v1/portals/../status',
    '/v1/%2e%2e/v1/status',
    '/v1/sessions/..',
    '/v1/sessions/%2E%2E',
    '/v1/./status',
    '/../../etc/passwd',
    '/v1\\status',
    '/v1/status%',
    '/v1/%zz',
    '/v1/%c0%ae%c0%ae/status',
    'http://elsewhere.example/v1/status',
    '*',
  ]) {
    test(`${path} is none of ours: 404`, async () => {
      await using server = await openOnSocket();
      assertProblem(await server.ask('GET', path), 404, 'SERVICE_BAD_REQUEST');
    });
  }

  test('that is ours with another method is 404', async () => {
    await using server = await openOnSocket();
    for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS', 'PROPFIND', 'TRACE']) {
      assert.equal((await server.ask(method, '/v1/status')).status, 404, method);
    }
  });
});

suite('a body', () => {
  test('that is longer than the bound is answered 413, with and without its length', async () => {
    await using server = await openOnSocket({ limits: { bodyLength: 1000, stateLength: 3000 } });
    const body = { host: 'h'.repeat(2000), port: 1 };
    assertProblem(await server.ask('POST', '/v1/portals', body), 413, 'SERVICE_BAD_REQUEST', 'body');
    const chunked = { 'transfer-encoding': 'chunked' };
    assertProblem(await server.ask('POST', '/v1/portals', body, chunked), 413, 'SERVICE_BAD_REQUEST', 'body');
    const state = { format: 'hawser-state', version: 1, records: { x: { y: 'z'.repeat(2000) } } };
    assert.equal((await server.ask('PUT', '/v1/state', { state })).status, 204, 'an import may be longer');
  });

  test('of another type is answered 415', async () => {
    await using server = await openOnSocket();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await server.ask('POST', '/v1/portals', '{}', { 'content-type': type });
      assertProblem(answer, 415, 'SERVICE_BAD_REQUEST', 'content-type');
    }
  });
});

suite('what is hardly HTTP', () => {
  const cases: readonly [string, string, number][] = [
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['HTTP/1.1 without Host', 'GET /v1/status HTTP/1.1\r\n\r\n', 400],
    ['a header without end', `GET /v1/status HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}`, 431],
    ['two lengths', 'POST /v1/portals HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}', 400],
    [
      'a length and chunks',
      'POST /v1/portals HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a header with a line feed alone', 'GET /v1/status HTTP/1.1\r\nhost: x\r\nx: y\n z: 1\r\n\r\n', 400],
    ['a NUL in the path', 'GET /v1/status\0 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ];
  for (const [what, text, status] of cases) {
    test(`${what} is answered ${status}, and the connection closed`, async () => {
      await using server = await openOnSocket();
      const answer = await sendRaw(server.path, text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(server.calls, []);
    });
  }

  test('a request that does not come to its end is answered 408', async () => {
    await using server = await openOnSocket({ limits: { receiveTimeoutMs: 200 } });
    const head =
      'POST /v1/portals HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{';
    assert.match(await sendRaw(server.path, head), /^HTTP\/1\.1 408 /);
  });
});

suite('on TCP', () => {
  const right = `Bearer ${token}`;
  test('nothing is answered without the right token: 401', async () => {
    await using server = await openOnTcp();
    const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token];
    for (const authorization of wrong) {
      assertProblem(await server.ask({ authorization }), 401, 'SERVICE_UNAUTHORIZED');
    }
    for (const path of ['/healthz', '/metrics', '/readyz', '/v1/openapi.json', '/nowhere', '/v1/events']) {
      const answer = await ask({ host: '127.0.0.1', port: server.port, path });
      assertProblem(answer, 401, 'SERVICE_UNAUTHORIZED');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
    assert.equal((await server.ask({ authorization: right })).status, 200);
  });

  test('of the loopback, a Host of another name is refused even with the token: DNS rebinding', async () => {
    await using server = await openOnTcp();
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      'localhost.evil.example',
      '127.0.0.1.evil',
      '[::2]',
    ]) {
      assertProblem(await server.ask({ host, authorization: right }), 421, 'SERVICE_BAD_REQUEST', 'host');
    }
    for (const host of ['localhost', `LOCALHOST:${server.port}`, '127.0.0.1', `[::1]:${server.port}`]) {
      assert.equal((await server.ask({ host, authorization: right })).status, 200, host);
    }
  });

  test('a server is not opened without a token, with a short one, or for others without TLS', async () => {
    const { service } = fakeService();
    const loopback = { host: '127.0.0.1', port: 0 };
    const refused = { name: 'UsageError', code: 'ISCSI_BAD_ARGUMENT' };
    await assert.rejects(openControlServer({ service }), refused);
    await assert.rejects(openControlServer({ service, listen: loopback }), { ...refused, argument: 'token' });
    await assert.rejects(openControlServer({ service, listen: loopback, token: 'short' }), {
      ...refused,
      argument: 'token',
    });
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'host.example', '127.example']) {
      const open = openControlServer({ service, listen: { host, port: 0 }, token });
      await assert.rejects(open, { ...refused, argument: 'tls' }, host);
    }
    const { cert, key } = tlsTestFiles();
    for (const tls of [
      { cert: 'none', key },
      { cert, key: 'none' },
    ]) {
      const open = openControlServer({ service, listen: loopback, token, tls });
      await assert.rejects(open, { ...refused, argument: 'tls' });
    }
  });

  test('for others a server is opened with TLS, and wants the token there, too', async () => {
    const tls = tlsTestFiles();
    await using server = await openOnTcp({ listen: { host: '0.0.0.0', port: 0 }, tls });
    await assert.rejects(server.ask({ authorization: right }), 'plain HTTP');
  });
});

suite('more than is taken', () => {
  test('at a time is answered 503, and taken again when there is a place', async () => {
    const waiting: (() => void)[] = [];
    const slow = async (): Promise<[]> => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return [];
    };
    await using server = await openOnSocket({ limits: { requests: 2 } }, { sessions: slow });
    const first = [server.ask('GET', '/v1/sessions'), server.ask('GET', '/v1/sessions')];
    while (waiting.length < 2) await nextTurn();
    const refused = await server.ask('GET', '/v1/portals');
    assertProblem(refused, 503, 'SERVICE_OVERLOADED');
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal((await server.ask('GET', '/healthz')).status, 200, 'probes have no part in it');
    for (const go of waiting) go();
    for (const { status } of await Promise.all(first)) assert.equal(status, 200);
    assert.equal((await server.ask('GET', '/v1/portals')).status, 200);
  });

  test('a second is answered 429, and a token that is guessed counts', async () => {
    await using server = await openOnTcp({ limits: { requestsPerSecond: 1 } });
    const guess = { authorization: 'Bearer no' };
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await server.ask(guess)).status);
    assert.deepEqual(statuses.slice(0, 2), [401, 401]);
    assert.ok(statuses.includes(429), String(statuses));
  });

  test('readers of events are answered 503', async () => {
    const forever = async function* (
      _after: string | undefined,
      signal: AbortSignal | undefined,
    ): AsyncGenerator<never> {
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject));
      yield* [];
    };
    await using server = await openOnSocket({ limits: { eventStreams: 1 } }, { events: forever });
    let request: { destroy(): void } | undefined;
    const options = { socketPath: server.path, path: '/v1/events' };
    const first = ask(options, undefined, (made) => {
      request = made;
    }).catch(() => undefined);
    while (server.calls.length === 0) await nextTurn();
    assertProblem(await server.ask('GET', '/v1/events'), 503, 'SERVICE_OVERLOADED');
    request?.destroy();
    await first;
  });
});

suite('a failure', () => {
  test('that nobody foresaw is told without its words and its stack, which only the owner is told, without its secrets', async () => {
    const faults: string[] = [];
    const fault = new Error('the secret of joe is correct horse');
    const hooks = { onFault: (fault: string) => faults.push(fault) };
    const fails = (): never => {
      throw fault;
    };
    await using server = await openOnSocket({ hooks }, { setRadiusSecret: fails, sessions: () => [{ x: 1 }] as never });
    const answer = await server.ask('PUT', '/v1/secrets/radius', { secret: 'correct horse' });
    assertProblem(answer, 500, 'SERVICE_FAILED');
    assert.doesNotMatch(answer.text, /horse|joe/);
    assertProblem(await server.ask('GET', '/v1/sessions'), 500, 'SERVICE_FAILED');
    assert.match(faults[0] ?? '', /the secret of joe is \*\*\*[^]*refusals\.test/);
    assert.equal(faults.length, 2);
  });

  test('that quotes a secret of its request is told without it', async () => {
    const fails = ({ secret }: { readonly secret: unknown }): never => {
      throw new ServiceError('SERVICE_SECRET_INVALID', `«${String(secret)}» is too short`);
    };
    await using server = await openOnSocket({}, { setRadiusSecret: fails });
    const answer = await server.ask('PUT', '/v1/secrets/radius', { secret: 'correct "horse"' });
    assertProblem(answer, 422, 'SERVICE_SECRET_INVALID');
    assert.doesNotMatch(answer.text, /horse/);
  });
});

suite('the document', () => {
  test('is served as it is checked in', async () => {
    await using server = await openOnSocket();
    const { json: served } = await server.ask('GET', '/v1/openapi.json');
    const page = JSON.parse(await readFile(inRepository('docs/openapi.json'), 'utf8')) as Record<string, unknown>;
    const kept = Object.fromEntries(Object.entries(page).filter(([key]) => key !== 'x-generated'));
    assert.deepEqual(served, kept);
  });
});
