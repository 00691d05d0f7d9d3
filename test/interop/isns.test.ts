// The iSNS client against isnsd, Debian's iSNS server: registration, query, discovery domains, notices, and servers that go.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { suite, test } from 'node:test';
import { IsnsRegistration, type IsnsRegistrationOptions, type IsnsTarget } from '../../src/adapter/index.ts';
import { eventually } from '../support/eventually.ts';
import { startIsnsd } from '../support/isnsd.ts';
import { skipWithout } from '../support/peers.ts';

const me = 'iqn.2026-11.hawser.test:me';
const one = { name: 'iqn.2026-11.hawser.test:one', alias: 'first', portal: '192.0.2.1:3260' };
const two = { name: 'iqn.2026-11.hawser.test:two', portal: '[2001:db8::2]:3261' };
const foundOne = { name: one.name, alias: 'first', portals: [{ host: '192.0.2.1', port: 3260, portalGroupTag: 1 }] };
const foundTwo = {
  name: two.name,
  alias: undefined,
  portals: [{ host: '2001:db8::2', port: 3261, portalGroupTag: 1 }],
};

/** Quick limits, so that a test waits for the server and not for us. */
const limits = { settleMs: 20, firstRetryMs: 50, longestRetryMs: 200 };

function register(
  server: { host: string; port: number },
  more: Partial<IsnsRegistrationOptions> = {},
): IsnsRegistration {
  return new IsnsRegistration({ server, node: () => ({ name: me, alias: 'hawser' }), limits, ...more });
}

async function named(registration: IsnsRegistration): Promise<string[]> {
  return (await registration.targets()).map(({ name }) => name).sort();
}

const byName = (a: IsnsTarget, b: IsnsTarget): number => a.name.localeCompare(b.name);

suite('isnsd', { skip: skipWithout(['isnsd', 'isnsadm']) }, () => {
  test('RFC 4171 §5.6.5.1 we are registered as an initiator with alias and portal, and closing takes it back', async () => {
    await using isnsd = await startIsnsd();
    await using registration = register(isnsd);
    await registration.targets();
    assert.equal(registration.isRegistered, true);
    const nodes = await isnsd.admin('--list', 'nodes');
    assert.match(nodes, /iSCSI name = "iqn\.2026-11\.hawser\.test:me"\s+.*node type = Initiator\s+.*alias = "hawser"/);
    assert.match(await isnsd.admin('--list', 'portals'), /SCN port = \d+\/tcp/);
    await registration.close();
    assert.equal(registration.isRegistered, false);
    assert.doesNotMatch(await isnsd.admin('--list', 'nodes'), /hawser\.test:me/);
    await assert.rejects(registration.targets(), { code: 'ISCSI_CLOSED' });
  });

  test('RFC 4171 §5.6.5.2 targets are found with alias, portals and portal group tags', async () => {
    await using isnsd = await startIsnsd();
    await isnsd.addTarget(one);
    await isnsd.addTarget(two);
    await using registration = register(isnsd);
    assert.deepEqual((await registration.targets()).sort(byName), [foundOne, foundTwo]);
  });

  test('RFC 4171 §2.4 of two discovery domains, the one that we are not in hides its target', async () => {
    await using isnsd = await startIsnsd();
    await isnsd.addTarget(one);
    await isnsd.addTarget(two);
    await using registration = register(isnsd);
    assert.deepEqual(await named(registration), [one.name, two.name]);
    await isnsd.addDomain('ours', [me, one.name]);
    await isnsd.addDomain('theirs', ['iqn.2026-11.hawser.test:other', two.name]);
    assert.deepEqual(await named(registration), [one.name]);
    await isnsd.admin('--dd-register', 'dd-id=2', `member-name=${me}`);
    assert.deepEqual(await named(registration), [one.name, two.name]);
  });

  test('RFC 4171 §5.6.5.8 a target that comes or goes is told of', async () => {
    await using isnsd = await startIsnsd();
    await using registration = register(isnsd);
    assert.deepEqual(await named(registration), []);
    const came = once(registration.events, 'changed');
    await isnsd.addTarget(one);
    await came;
    assert.deepEqual(await named(registration), [one.name]);
    const went = once(registration.events, 'changed');
    await isnsd.removeTarget(one.name);
    await went;
    assert.deepEqual(await named(registration), []);
  });

  test('RFC 4171 §6.2.6 the registration outlives its period, since we ask in time', async () => {
    await using isnsd = await startIsnsd({ settings: { RegistrationPeriod: '2' } });
    await using registration = register(isnsd);
    const lost: Error[] = [];
    registration.events.on('lost', (error) => lost.push(error));
    await registration.targets();
    const start = performance.now();
    await eventually(
      () => performance.now() - start,
      (spent) => spent > 5_000,
    );
    assert.match(await isnsd.admin('--list', 'nodes'), /hawser\.test:me/);
    assert.deepEqual(lost, []);
  });

  test('RFC 4171 §5.6.5.13 we answer when the server asks whether we live', async () => {
    await using isnsd = await startIsnsd({ settings: { ESIMinInterval: '1', ESIMaxInterval: '1', ESIRetries: '1' } });
    await using registration = register(isnsd, { statusInquirySeconds: 1 });
    await registration.targets();
    assert.match(await isnsd.admin('--list', 'portals'), /ESI port = \d+\/tcp/);
    const start = performance.now();
    await eventually(
      () => performance.now() - start,
      (spent) => spent > 5_000,
    );
    assert.match(await isnsd.admin('--list', 'nodes'), /hawser\.test:me/);
  });

  test('RFC 4171 §5.4 a server that does not inquire is asked to register us without that', async () => {
    await using isnsd = await startIsnsd({ settings: { ESIRetries: '0' } });
    await using registration = register(isnsd, { statusInquirySeconds: 60 });
    assert.deepEqual(await registration.targets(), []);
    assert.equal(registration.isRegistered, true);
  });

  test('a changed name is registered in place of the old one', async () => {
    await using isnsd = await startIsnsd();
    const node = { name: me, alias: undefined };
    await using registration = register(isnsd, { node: () => ({ ...node }) });
    await registration.targets();
    node.name = 'iqn.2026-11.hawser.test:renamed';
    await registration.targets();
    const nodes = await isnsd.admin('--list', 'nodes');
    assert.match(nodes, /hawser\.test:renamed/);
    assert.doesNotMatch(nodes, /hawser\.test:me/);
  });

  test('a server that is started again gets our registration again, and its news are asked for', async () => {
    await using before = await startIsnsd();
    await using registration = register(before);
    await registration.targets();
    const lost = once(registration.events, 'lost');
    before.signal('SIGKILL');
    const [error] = (await lost) as [Error & { code: string }];
    assert.equal(error.code, 'ISNS_UNREACHABLE');
    assert.equal(registration.isRegistered, false);
    await before.ended;
    const news = once(registration.events, 'changed');
    await using after = await startIsnsd({ port: before.port });
    await news;
    assert.equal(registration.isRegistered, true);
    assert.match(await after.admin('--list', 'nodes'), /hawser\.test:me/);
    assert.deepEqual(await named(registration), []);
    const first = once(registration.events, 'changed');
    await after.addTarget(one);
    await first;
    assert.deepEqual(await named(registration), [one.name]);
    const came = once(registration.events, 'changed');
    await after.addTarget(two);
    await came;
    assert.deepEqual(await named(registration), [one.name, two.name]);
  });

  test('a server that stops in its tracks is ISNS_TIMEOUT, and is found again when it goes on', async () => {
    await using isnsd = await startIsnsd();
    await using registration = register(isnsd, { limits: { ...limits, answerTimeoutMs: 300, closeTimeoutMs: 300 } });
    await registration.targets();
    isnsd.signal('SIGSTOP');
    await assert.rejects(registration.targets(), { code: 'ISNS_TIMEOUT' });
    isnsd.signal('SIGCONT');
    await eventually(
      async () => await registration.targets().catch(() => undefined),
      (targets) => targets !== undefined,
    );
  });
});

suite('iSNS servers that are none', () => {
  test('a port where nothing listens is ISNS_UNREACHABLE, and attempts go on', async () => {
    const gone = net.createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as net.AddressInfo;
    gone.close();
    await once(gone, 'close');
    await using registration = register({ host: '127.0.0.1', port });
    const lost = once(registration.events, 'lost');
    await assert.rejects(registration.targets(), { code: 'ISNS_UNREACHABLE' });
    await lost;
    await once(registration.events, 'lost');
  });

  test('a silent server is ISNS_TIMEOUT, and closing does not wait for it', async () => {
    await using silent = await listenRaw(() => undefined);
    const registration = register(silent, { limits: { ...limits, answerTimeoutMs: 100, closeTimeoutMs: 100 } });
    await assert.rejects(registration.targets(), { code: 'ISNS_TIMEOUT' });
    await registration.close();
  });

  test('an answer that is none is ISNS_BAD_ANSWER', async () => {
    await using babbler = await listenRaw((socket) => socket.write(Buffer.alloc(12)));
    await using registration = register(babbler);
    await assert.rejects(registration.targets(), { code: 'ISNS_BAD_ANSWER' });
  });

  test('an abort ends the question with its reason, and the registration goes on', async () => {
    await using silent = await listenRaw(() => undefined);
    await using registration = register(silent, { limits: { ...limits, closeTimeoutMs: 100 } });
    const ending = new AbortController();
    const asked = registration.targets(ending.signal);
    ending.abort(new Error('enough'));
    await assert.rejects(asked, { message: 'enough' });
  });
});

/** A TCP server that does as it is told with each connection once bytes have come. */
async function listenRaw(
  answer: (socket: net.Socket) => void,
): Promise<{ readonly host: string; readonly port: number } & AsyncDisposable> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
