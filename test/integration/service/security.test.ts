// Who may reach a service that runs, and what a request with tricks in it does to one: nothing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ask, type RawAnswer, sendRaw } from '../../support/raw-http.ts';
import { openSecurityBench, type SecurityBench } from './security-bench.ts';

const nobody = 65_534;

/** A group that no user of the test is in. */
const operators = 64_077;

const isRoot = process.getuid?.() === 0;

/** What another user comes to who opens something: `opened`, or the code of the error. */
function asOther(gid: number, script: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    uid: nobody,
    gid,
    cwd: '/',
    encoding: 'utf8',
  });
  return stdout === '' ? stderr : stdout;
}

function connecting(path: string): string {
  const socket = `require('node:net').connect(${JSON.stringify(path)})`;
  return `${socket}.on('connect', () => { console.log('opened'); process.exit(); }).on('error', (e) => console.log(e.code))`;
}

function reading(path: string): string {
  const what = JSON.stringify(path);
  return `try { require('node:fs').readdirSync(${what}); console.log('opened'); } catch (e) { console.log(e.code); }`;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

suite('who may reach a service', () => {
  let bench: SecurityBench;
  before(async () => {
    const before = process.umask(0);
    try {
      bench = await openSecurityBench();
    } finally {
      process.umask(before);
    }
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });

  test('only its user opens what it keeps, and only that user and the group its socket, though the umask is 0', async () => {
    const { state, socketPath, http } = bench;
    const secret = 'a secret of 24 bytes ...';
    assert.equal((await http('PUT', '/v1/secrets/radius', { secret })).status, 204);
    assert.equal(await modeOf(state), '700');
    const files = await readdir(state);
    for (const needed of ['hawser.db', 'secret.key']) assert.ok(files.includes(needed), files.join(' '));
    for (const file of files) assert.equal(await modeOf(join(state, file)), '600', file);
    assert.equal(await modeOf(socketPath), '660');
  });

  test('another user is kept out, a member of the group of the socket is not', {
    skip: !isRoot && 'only root can act as another user',
  }, async () => {
    const { state, socketPath } = bench;
    await chmod(dirname(socketPath), 0o755);
    await chown(socketPath, 0, operators);
    assert.equal(asOther(nobody, connecting(socketPath)).trim(), 'EACCES');
    assert.equal(asOther(operators, connecting(socketPath)).trim(), 'opened');
    assert.equal(asOther(operators, reading(state)).trim(), 'EACCES');
    assert.equal(asOther(operators, reading(dirname(state))).trim(), 'opened', 'the way to it is open');
  });

  test('over TCP the token counts where it belongs, and nowhere else', async () => {
    const { token, port, tcp } = bench;
    const authorization = `Bearer ${token}`;
    assert.equal((await tcp('/v1/status', { authorization })).status, 200);
    const strangers: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['/v1/status', { cookie: `token=${token}` }],
      ['/v1/status', { 'proxy-authorization': authorization }],
      ['/v1/status', { 'x-authorization': authorization }],
      ['/v1/status', { authorization: `Bearer ${token} ${token}` }],
      ['/v1/status', { authorization: `Bearer ${token.toUpperCase()}x` }],
      ['/v1/status', { authorization: `Bearer\t${token}x` }],
      [`/v1/status?access_token=${token}&token=${token}`, {}],
      [`/v1/status?authorization=Bearer%20${token}`, {}],
      ['/v1/status', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '::1', forwarded: 'for=unix:' }],
    ];
    for (const [path, headers] of strangers) {
      assert.equal((await tcp(path, headers)).status, 401, JSON.stringify([path, headers]));
    }
    const body = JSON.stringify({ nodeName: null });
    const options = { host: '127.0.0.1', port, method: 'PATCH', path: '/v1/initiator', headers: {} };
    assert.equal((await ask(options, body)).status, 401);
  });

  test('a page of the web is told nothing: no origin is allowed, and no preflight answered', async () => {
    const { tcp, token, port } = bench;
    const answer = await tcp('/v1/status', { authorization: `Bearer ${token}`, origin: 'http://evil.example' });
    assert.deepEqual(allowances(answer), []);
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const preflight = await ask({ host: '127.0.0.1', port, method: 'OPTIONS', path: '/v1/sessions', headers });
    assert.equal(preflight.status, 401);
    assert.deepEqual(allowances(preflight), []);
  });
});

function allowances({ headers }: RawAnswer): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

suite('requests with tricks', () => {
  let bench: SecurityBench;
  let initial: string;
  const state = async (): Promise<string> => (await bench.http('GET', '/v1/state')).text;
  before(async () => {
    bench = await openSecurityBench();
    await bench.http('POST', '/v1/targets', { targetName: 'iqn.2026-11.test:kept' });
    initial = await state();
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });

  const target = '/v1/targets/iqn.2026-11.test:kept';
  const json = { 'content-type': 'application/json' };
  const cases: readonly [string, string, string, unknown, Record<string, string>, number][] = [
    ['a method in a header', 'POST', target, {}, { ...json, 'x-http-method-override': 'DELETE' }, 404],
    ['a method in the query', 'GET', `${target}?_method=DELETE`, undefined, {}, 404],
    ['a path in a header', 'GET', '/v1/nothing', undefined, { 'x-original-url': target, 'x-rewrite-url': target }, 404],
    ['a name that climbs', 'DELETE', '/v1/targets/..%2f..%2f..%2fetc%2fpasswd', undefined, {}, 400],
    ['a path that climbs to a resource', 'DELETE', `/v1/portals/..%2f..${target.slice(3)}`, undefined, {}, 404],
    ['a device path that climbs', 'DELETE', '/v1/persistent-devices/..%2F..%2Fhawser.db', undefined, {}, 400],
    ['a name with its slash decoded twice', 'DELETE', '/v1/targets/iqn.2026-11.test:kept%252f..', undefined, {}, 404],
    ['a name with a NUL', 'DELETE', `${target}%00`, undefined, {}, 400],
    ['a name with a line end', 'DELETE', `${target}%0d%0ax:%20y`, undefined, {}, 400],
    ['a name with half a character', 'DELETE', `${target}%ed%a0%80`, undefined, {}, 404],
    ['an absolute address for a path', 'DELETE', `http://evil.example${target}`, undefined, {}, 404],
  ];
  for (const [what, method, path, body, headers, status] of cases) {
    test(`${what}: ${status}, and nothing has changed`, async () => {
      const answer = await bench.http(method, path, body, headers);
      assert.equal(answer.status, status, answer.text);
      assert.equal(await state(), initial);
    });
  }

  test('a state with keys of Object, with names that climb or with kinds of Object is refused whole', async () => {
    const { records } = JSON.parse(initial) as { records: Record<string, unknown> };
    const head = '"format":"hawser-state","version":1';
    const states = [
      `{${head},"records":{"__proto__":{"x":{}}}}`,
      `{${head},"records":{"constructor":{"prototype":{"isReady":1}}}}`,
      `{${head},"records":{"toString":{"a":{}}}}`,
      `{${head},"records":{"staticTarget":{"../../x":${JSON.stringify({ targetName: '../../x' })}}}}`,
      `{${head},"records":${JSON.stringify(records)},"secrets":{"../secret.key":"AAAA"}}`,
      `{${head},"records":${JSON.stringify(records)},"secrets":{"__proto__":"AAAA"}}`,
    ];
    for (const each of states) {
      const answer = await bench.http('PUT', '/v1/state', `{"state":${each}}`, json);
      assert.ok([400, 422].includes(answer.status), `${each}: ${answer.status} ${answer.text}`);
      assert.equal(await state(), initial);
    }
  });

  test('a body or headers beyond the usual bounds: 413 and 431, a body in its thousandth level: 400', async () => {
    // Its length alone is enough: the body is not waited for.
    const head = ['POST /v1/targets HTTP/1.1', 'host: x', 'content-type: application/json', 'content-length: 1048577'];
    assert.match(await sendRaw(bench.socketPath, `${head.join('\r\n')}\r\n\r\n{"targetName":`), /^HTTP\/1\.1 413 /);
    assert.equal((await bench.tcp('/v1/status', { 'x-filler': 'y'.repeat(17_000) })).status, 431);
    const deep = `${'{"x":'.repeat(100_000)}0${'}'.repeat(100_000)}`;
    for (const [each, status] of [
      [deep, 400],
      [`{"format":"hawser-state","version":1,"records":{"staticTarget":{"iqn.2026-11.test:deep":${deep}}}}`, 422],
    ] as const) {
      const answer = await bench.http('PUT', '/v1/state', `{"state":${each}}`, json);
      assert.deepEqual([answer.status, typeof answer.json['code']], [status, 'string'], answer.text.slice(0, 200));
    }
    const wide = `{"targetName":"iqn.2026-11.test:x",${Array.from({ length: 50_000 }, (_, n) => `"k${n}":0`).join()}}`;
    const refused = await bench.http('POST', '/v1/targets', wide, json);
    assert.equal(refused.status, 400);
    assert.ok(refused.text.length < 10_000, `an answer of ${refused.text.length} bytes`);
    assert.equal(await state(), initial);
  });
});
