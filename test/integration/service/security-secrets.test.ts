// A hunt for secrets: each is told to the service in one of the ways there are, rightly and wrongly; afterwards none is in
// anything that comes out of the service, its doors or its files, as text, in hexadecimal or in base64.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target } from 'hawser/target';
import { SecretHunt } from '../../support/secret-hunt.ts';
import { openSecurityBench, type SecurityBench } from './security-bench.ts';

const name = 'iqn.2026-11.test:secrets';
const user = 'us';

suite('secrets', () => {
  const hunt = new SecretHunt();
  const right = hunt.secret('the target');
  const theirs = hunt.secret('the target, in turn');
  let target: Target;
  let bench: SecurityBench;
  let portal: { readonly host: string; readonly port: number };

  before(async () => {
    target = await listenTarget({
      name,
      luns: [{ lun: 0, device: createMemoryDevice(1 << 20) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
      chap: { user, secret: right, mutual: { user: 'it', secret: theirs } },
    });
    portal = target.portals[0] ?? portal;
    bench = await openSecurityBench();
    hunt.adopt('the token', bench.token);
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
    await target.destroy();
  });

  /** CHAP with a password, as HTTP takes it. */
  const chap = (password: unknown): object => ({ authType: 'chap', userName: user, password });

  test('are told in no answer of HTTP', async () => {
    const { http, tcp, token, port } = bench;
    const secret = (way: string, length?: number): string => hunt.secret(`HTTP: ${way}`, length);
    const portals = { host: '127.0.0.1', port: portal.port };
    const statuses: Record<string, number> = {};
    const tell = async (way: string, method: string, path: string, body: unknown): Promise<void> => {
      statuses[way] = (await http(method, path, body)).status;
    };
    await tell('portal', 'POST', '/v1/portals', { ...portals, loginOptions: chap(right) });
    await tell('portal, wrong', 'POST', '/v1/portals', { ...portals, loginOptions: chap(secret('portal')) });
    await tell('target', 'POST', '/v1/targets', {
      targetName: name,
      portals: [portals],
      loginOptions: chap(secret('static target')),
    });
    await tell('login, wrong', 'POST', '/v1/sessions', { targetName: name, loginOptions: chap(secret('login')) });
    const hex = Buffer.from(secret('login in hex')).toString('hex');
    await tell('login in hex', 'POST', '/v1/sessions', { targetName: name, loginOptions: chap({ hex }) });
    await tell('login, elsewhere', 'POST', '/v1/sessions', {
      targetName: `${name}-x`,
      loginOptions: chap(secret('lost')),
    });
    await tell('kept login', 'POST', '/v1/persistent-logins', { targetName: name, loginOptions: chap(secret('kept')) });
    await tell('key of a login', 'POST', '/v1/sessions', { targetName: name, key: secret('IPsec key of a login') });
    await tell('initiator', 'PUT', '/v1/secrets/initiator-chap', { secret: theirs });
    const mutual = { ...chap(right), authType: 'mutualChap' };
    await tell('login', 'POST', '/v1/sessions', { targetName: name, loginOptions: mutual, isPersistent: true });
    await tell('RADIUS', 'PUT', '/v1/secrets/radius', { secret: secret('RADIUS', 24) });
    await tell('group key', 'PUT', '/v1/secrets/preshared-key', { key: secret('group key') });
    const identity = { idType: 2, id: 'me.example' };
    await tell('key', 'PUT', '/v1/secrets/preshared-key', { identity, key: secret('preshared key') });
    await tell('lent key', 'PUT', '/v1/secrets/preshared-key', { key: secret('lent key'), persists: false });
    await tell('IKE', 'PUT', '/v1/ike-settings', { securityFlags: 7, identity, key: secret('IKE') });
    assert.deepEqual(
      statuses,
      {
        ...{ portal: 200, 'portal, wrong': 200, target: 200, 'login, wrong': 502, 'login in hex': 502 },
        ...{ 'login, elsewhere': 404, 'kept login': 200, 'key of a login': 501, initiator: 204, login: 200 },
        ...{ RADIUS: 204, 'group key': 204, key: 204, 'lent key': 204, IKE: 204 },
      },
      'each way is taken or refused as it should be',
    );
    for (const [way, body] of wrongBodies(secret)) {
      const { status } = await http('POST', '/v1/sessions', body);
      assert.ok(status >= 400 && status < 500, `${way}: ${status}`);
    }
    await http('POST', '/v1/sessions', secret('body that is text'), { 'content-type': 'text/plain' });
    await http('GET', `/v1/secrets?secret=${encodeURIComponent(secret('query'))}`);
    await http('DELETE', `/v1/sessions/${encodeURIComponent(secret('path'))}`);
    await http('GET', `/v1/${encodeURIComponent(secret('path of nothing'))}`);
    for (const wrong of [secret('wrong token').replace(/^[^\w]+/, ''), `${token}0`, token.slice(1)]) {
      assert.equal((await tcp('/v1/status', { authorization: `Bearer ${wrong}` })).status, 401);
    }
    assert.equal((await tcp(`/v1/status?token=${token}`, {})).status, 401);
    assert.equal((await tcp('/v1/status', { authorization: `Bearer ${token}` })).status, 200);
    assert.equal(
      (await tcp('/v1/nothing', { authorization: `Bearer ${token}`, host: `${token}:${port}` })).status,
      421,
    );
    assert.deepEqual(hunt.foundIn(bench.told), []);
  });

  test('are told by no command', async () => {
    const { cli, file } = bench;
    const secret = (way: string, length?: number): string => hunt.secret(`CLI: ${way}`, length);
    const login = ['login', name, '--existing', 'add', '--chap-user', user, '--json'];
    const statuses = await Promise.all([
      cli([...login, '--chap-secret-file', '-'], { input: secret('login, standard input') }),
      cli([...login, '--chap-secret-file', await file('login', secret('login, file'))]),
      cli(login.slice(0, -1), { env: { HAWSER_CHAP_SECRET: secret('login, variable') } }),
      cli(['portals', 'add', `127.0.0.1:${portal.port}`, '--chap-user', user], {
        env: { HAWSER_CHAP_SECRET: secret('portal') },
      }),
      cli(['secrets', 'set-radius', '--secret-file', '-'], { input: secret('RADIUS', 22) }),
      cli(['secrets', 'set-radius'], { env: { HAWSER_RADIUS_SECRET: secret('RADIUS, too long', 27) } }),
      cli(['secrets', 'set-chap', '--json', '--secret-file', '-'], { input: secret('initiator, too long', 300) }),
      cli(['iscsicli', 'CHAPSecret', secret('iscsicli, too long', 17)]),
      cli(['iscsicli', 'GroupKey', secret('iscsicli GroupKey'), 'T']),
      cli(['iscsicli', 'QLoginTarget', `${name}-x`, user, secret('iscsicli QLoginTarget')]),
      cli(['status', '--url', `http://127.0.0.1:${bench.port}`, '--json'], { env: { HAWSER_TOKEN: bench.token } }),
      cli(['status', '--url', `http://127.0.0.1:${bench.port}`], { env: { HAWSER_TOKEN: secret('token').slice(5) } }),
    ]);
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [51, 51, 51, 0, 0, 94, 107, 0x4c, 0, 0x29, 0, 108],
      statuses.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
    );
    assert.deepEqual(hunt.foundIn(bench.told), []);
  });

  test('are told by no call of the Discovery Library, nor by its causes', async () => {
    const { dsc, call } = bench;
    const secret = (way: string, length?: number): string => hunt.secret(`iscsidsc: ${way}`, length);
    const options = (Password: string): object => ({ AuthType: 1, Username: user, Password });
    const Portal = { Address: '127.0.0.1', Socket: portal.port };
    const multipath = { LoginFlags: 2, ...options(secret('LoginIScsiTarget')) };
    await call(dsc.LoginIScsiTarget(name, false, null, null, null, null, null, multipath));
    await call(dsc.LoginIScsiTarget(name, false, null, null, null, null, null, options(secret('Password, long', 17))));
    await call(dsc.LoginIScsiTarget(name, false, null, null, null, null, null, null, secret('Key')));
    await call(dsc.AddIScsiSendTargetPortal(null, null, options(secret('AddIScsiSendTargetPortal')), null, Portal));
    await call(dsc.AddIScsiStaticTarget(`${name}-y`, null, 0, true, null, options(secret('AddIScsiStaticTarget'))));
    await call(dsc.SetIScsiInitiatorCHAPSharedSecret(secret('SetIScsiInitiatorCHAPSharedSecret')));
    await call(dsc.SetIScsiInitiatorCHAPSharedSecret(secret('SetIScsiInitiatorCHAPSharedSecret, long', 40)));
    await call(dsc.SetIScsiInitiatorRADIUSSharedSecret(secret('SetIScsiInitiatorRADIUSSharedSecret', 24)));
    await call(dsc.SetIScsiInitiatorRADIUSSharedSecret(secret('SetIScsiInitiatorRADIUSSharedSecret, short', 21)));
    await call(dsc.SetIScsiGroupPresharedKey(Buffer.from(secret('SetIScsiGroupPresharedKey')), true));
    const PsKey = { SecurityFlags: 7, IdType: 2, Id: 'host.example', Key: secret('SetIScsiIKEInfo') };
    await call(dsc.SetIScsiIKEInfo(null, null, { AuthMethod: 1, PsKey }, true));
    await call(dsc.GetIScsiIKEInfo(null, null));
    await call(dsc.ReportIScsiPersistentLogins());
    await call(dsc.ReportIScsiSendTargetPortalsEx());
    const { Status } = await call(dsc.GetIScsiSessionListEx());
    assert.equal(Status, 0);
    assert.deepEqual(hunt.foundIn(bench.told), []);
  });

  test('are told by an export on request only, and by no import, good or bad', async () => {
    const { http, cli, file } = bench;
    const bare = await http('GET', '/v1/state');
    assert.equal(bare.status, 200);
    const { stdout } = await hawserExport(bench, []);
    assert.deepEqual(hunt.foundIn(bare.text + stdout), []);
    // What is found here shows that the hunt finds what is there.
    const whole = await hawserExport(bench, ['--secrets']);
    assert.ok(hunt.foundIn(whole.stdout).includes('the target'), 'the login that is kept has the secret of the target');
    const state = JSON.parse(whole.stdout) as { secrets: Record<string, string> };
    const imported = (way: string): object => ({
      ...state,
      secrets: { ...state.secrets, 'initiator/chap': Buffer.from(hunt.secret(way)).toString('base64') },
    });
    assert.equal((await http('PUT', '/v1/state', { state: imported('HTTP: import') })).status, 204);
    const good = await cli([
      'service',
      'import',
      await file('good', JSON.stringify(imported('CLI: import'))),
      '--json',
    ]);
    assert.equal(good.status, 0, good.stderr);
    const bad = { ...imported('CLI: import, bad'), records: { colour: {} } };
    assert.notEqual((await cli(['service', 'import', await file('bad', JSON.stringify(bad)), '--json'])).status, 0);
    const stray = { ...state, secrets: { nobody: Buffer.from(hunt.secret('HTTP: import, stray')).toString('base64') } };
    assert.equal((await http('PUT', '/v1/state', { state: stray })).status, 422);
    const text = { ...state, secrets: { 'initiator/chap': hunt.secret('HTTP: import, no base64') } };
    assert.equal((await http('PUT', '/v1/state', { state: text })).status, 400);
    assert.deepEqual(hunt.foundIn(bench.told), []);
  });

  test('are in no resource that can be read, the metrics among them', async () => {
    const { http } = bench;
    const { paths } = (await http('GET', '/v1/openapi.json')).json as { paths: Record<string, { get?: object }> };
    const readable = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !/[{]|events/.test(path));
    assert.ok(readable.length > 12, readable.join(' '));
    for (const path of [...readable, '/metrics', '/healthz', '/readyz']) await http('GET', path);
    const [{ sessionId } = { sessionId: '' }] = (await http('GET', '/v1/sessions')).json as unknown as {
      sessionId: string;
    }[];
    assert.equal((await http('GET', `/v1/sessions/${sessionId}`)).status, 200);
    assert.match(bench.told, /hawser_sessions/);
    assert.deepEqual(hunt.foundIn(bench.told), []);
  });

  test('are in no byte of the files that are kept, while it runs and after its end, nor of the log and the events', async () => {
    const running = await bench.stateBytes();
    assert.ok(running.includes(name), 'the search finds what is there');
    assert.deepEqual(hunt.foundIn(running), []);
    assert.match(bench.events, /sessionLoggedIn/);
    assert.deepEqual(hunt.foundIn(bench.events), []);
    assert.equal(await bench.stop(), 0);
    assert.match(bench.log, /"event":"answered".*"operation":"setRadiusSecret"/);
    assert.match(bench.log, /"event":"loginFailed"/);
    assert.deepEqual(hunt.foundIn(bench.log), []);
    assert.deepEqual(hunt.foundIn(await bench.stateBytes()), []);
  });
});

/** `hawser service export`; what it prints is not among what doors may tell. */
async function hawserExport({ socketPath }: SecurityBench, args: readonly string[]): Promise<{ stdout: string }> {
  const { hawser } = await import('../../support/hawser-program.ts');
  const result = await hawser(['service', 'export', ...args], { env: { HAWSER_SOCKET: socketPath } });
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** Bodies of a login that are wrong somewhere, with a secret in them. */
function wrongBodies(secret: (way: string, length?: number) => string): [way: string, body: unknown][] {
  const targetName = name;
  const loginOptions = (password: unknown): object => ({ authType: 'chap', password });
  return [
    ['a password that is too long', { targetName, loginOptions: loginOptions(secret('too long', 300)) }],
    ['a password in a list', { targetName, loginOptions: loginOptions([secret('list')]) }],
    ['a password in an object', { targetName, loginOptions: loginOptions({ text: secret('object') }) }],
    ['a password that is no hex', { targetName, loginOptions: loginOptions({ hex: secret('no hex') }) }],
    ['a password beside a wrong field', { targetName, colour: 1, loginOptions: loginOptions(secret('beside')) }],
    ['a password for a digest', { targetName, loginOptions: { headerDigest: secret('digest') } }],
    ['a password for the options', { targetName, loginOptions: secret('options') }],
    ['a password for the target', { targetName: secret('target name') }],
    [
      'JSON that breaks off in the password',
      `{"targetName":"${targetName}","loginOptions":{"password":${JSON.stringify(secret('broken')).slice(0, -1)}`,
    ],
    ['JSON that goes on after its end', `{"targetName":"${targetName}"} ${JSON.stringify(secret('after the end'))}`],
  ];
}
