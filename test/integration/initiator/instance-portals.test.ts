// Logins of an initiator instance at several portals: dead ones cost no time, and are named.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { LoginError, type Portal, tcpDriver } from 'hawser';
import type { TransportDriver } from 'hawser/engine';
import { nextTurn, onAbort, ServiceError, SessionError, systemClock } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { severable } from '../../support/severable-transport.ts';
import { deadPortal, logIn, openInstance, silentPortal } from './instance-bench.ts';
import { openLab, rejection, targetName } from './lab.ts';

/** TCP, in which every SYN to some hosts vanishes, and that writes down where connects go to. */
function withBlackHoles(...hosts: readonly string[]): {
  readonly driver: TransportDriver;
  readonly connects: string[];
} {
  const tcp = tcpDriver();
  const connects: string[] = [];
  const driver: TransportDriver = {
    name: 'tcp',
    checkBinding: tcp.checkBinding.bind(tcp),
    connect: async (remote, binding, signal) => {
      connects.push(`${remote.host}:${remote.port}`);
      if (!hosts.includes(remote.host)) return await tcp.connect(remote, binding, signal);
      return await new Promise<never>((_resolve, reject) => {
        onAbort(signal, () => {
          reject(signal.reason as Error);
        });
      });
    },
  };
  return { driver, connects };
}

const blackHole: Portal = { host: '127.0.0.9', port: 3260 };

/** Many more turns of the event loop than a login takes. */
const mostTurns = 200_000;

/** Waits for `work` with the time that `pass` lets go by in each turn. Throws when that is not enough for it to settle. */
async function settled<T>(work: Promise<T>, pass: () => Promise<void>): Promise<T> {
  const told: string[] = [];
  work.then(
    () => told.push('resolved'),
    () => told.push('rejected'),
  );
  for (let turn = 0; told.length === 0; turn += 1) {
    if (turn === mostTurns) throw new Error('it waits for more time to pass');
    await pass();
  }
  return await work;
}

/** Waits for `work`, which gets along without a timer. */
async function whileTimeStandsStill<T>(work: Promise<T>): Promise<T> {
  return await settled(work, nextTurn);
}

/** Waits for `work` while time passes, at a pace that no exchange with a target on this host falls behind. */
async function whileTimePasses<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  return await settled(work, async () => {
    await clock.advance(20);
  });
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = systemClock.now();
  const result = await work();
  return { result, ms: systemClock.now() - start };
}

suite('a login at several portals', () => {
  for (const order of ['before', 'behind']) {
    test(`goes to one that is well while time stands still, with dead ones ${order} it`, async () => {
      await using lab = await openLab();
      const dead = await deadPortal();
      const clock = new FakeClock();
      const { driver, connects } = withBlackHoles(blackHole.host);
      await using instance = openInstance({ transport: driver, clock });
      const [live] = lab.target.portals;
      const portals = order === 'before' ? [dead, blackHole, live!] : [live!, blackHole, dead];
      const result = await whileTimeStandsStill(logIn(instance, portals));
      assert.equal(clock.now(), 0);
      assert.equal(result.wasThere, false);
      assert.deepEqual(
        new Map(result.failedPortals.map(({ portal, error }) => [portal.port, error.code])),
        new Map([
          [dead.port, 'ISCSI_CONNECT_FAILED'],
          [blackHole.port, 'ISCSI_CONNECT_TIMEOUT'],
        ]),
      );
      assert.equal(instance.session(result.uniqueSessionId).portal.port, live?.port);
      // The circuit that answered carries the login: there is no other one to the portal.
      assert.deepEqual(
        connects.filter((to) => to === `${live?.host}:${live?.port}`),
        [`${live?.host}:${live?.port}`],
      );
      assert.equal(connects.length, 3);
    });
  }

  test('goes to the first in the order given when all are well, and keeps no circuit to the others', async () => {
    await using lab = await openLab({ listen: Array.from({ length: 4 }, () => ({ host: '127.0.0.1', port: 0 })) });
    const { driver, connects } = withBlackHoles();
    const transport = severable(driver);
    await using instance = openInstance({ transport: transport.driver });
    const { uniqueSessionId, failedPortals } = await logIn(instance, lab.target.portals);
    assert.equal(instance.session(uniqueSessionId).portal.port, lab.target.portals[0]?.port);
    assert.deepEqual([connects.length, failedPortals], [4, []]);
    for (let turn = 0; transport.open > 1 && turn < 100; turn += 1) await nextTurn();
    assert.equal(transport.open, 1);
  });

  test('tells of a portal that stays silent at the limit of a connect, and not of one that was slower', async () => {
    await using lab = await openLab();
    const clock = new FakeClock();
    const { driver } = withBlackHoles(blackHole.host);
    await using instance = openInstance({ transport: driver, clock });
    const seen: string[] = [];
    instance.events.on('portalFailed', (_name, { host }, { code }) => seen.push(`${host} ${code}`));
    const connect = { limits: { connectTimeoutMs: 4_000 } };
    await whileTimeStandsStill(logIn(instance, [blackHole, ...lab.target.portals], { connect }));
    await clock.advance(3_999);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, [`${blackHole.host} ISCSI_CONNECT_TIMEOUT`]);
  });

  test('keeps a bound on the silent connects of logins that are over', async () => {
    await using lab = await openLab();
    const clock = new FakeClock();
    const { driver } = withBlackHoles(blackHole.host);
    let silent = 0;
    const transport: TransportDriver = {
      ...driver,
      connect: async (remote, binding, signal) => {
        if (remote.host !== blackHole.host) return await driver.connect(remote, binding, signal);
        silent += 1;
        return await driver.connect(remote, binding, signal).finally(() => {
          silent -= 1;
        });
      },
    };
    const instance = openInstance({ transport, clock });
    for (let round = 0; round < 40; round += 1) {
      const login = logIn(instance, [blackHole, ...lab.target.portals]);
      const { uniqueSessionId } = await whileTimeStandsStill(login);
      await whileTimeStandsStill(instance.logoutFromTarget(uniqueSessionId));
    }
    for (let turn = 0; silent > 32 && turn < 100; turn += 1) await nextTurn();
    assert.equal(silent, 32);
    await instance.close({ logOut: true });
    assert.equal(silent, 0);
  });

  test('that is given up calls no portal dead that has not answered by then', async () => {
    const { driver } = withBlackHoles(blackHole.host);
    const dead = await deadPortal();
    const instance = openInstance({ transport: driver, clock: new FakeClock() });
    const seen: string[] = [];
    instance.events.on('portalFailed', (_name, { host }, { code }) => seen.push(`${host} ${code}`));
    const login = rejection(logIn(instance, [blackHole, dead]), SessionError);
    for (let turn = 0; turn < 100; turn += 1) await nextTurn(); // by which the dead one has refused
    await instance.close({ logOut: false });
    assert.equal((await login).code, 'ISCSI_CLOSED');
    assert.deepEqual(seen, [`${dead.host} ISCSI_CONNECT_FAILED`]);
  });

  test('follows a redirect from the circuit that answered by a connect of its own', async () => {
    await using there = await openLab();
    const [portal] = there.target.portals;
    await using sign = await openLab({ redirect: { host: '127.0.0.1', port: portal!.port, isPermanent: false } });
    const { driver, connects } = withBlackHoles(blackHole.host);
    await using instance = openInstance({ transport: driver, clock: new FakeClock() });
    await whileTimeStandsStill(logIn(instance, [blackHole, ...sign.target.portals]));
    assert.equal(there.target.sessions().length, 1);
    assert.deepEqual(
      connects.map((to) => Number(to.split(':')[1])),
      [blackHole.port, sign.target.portals[0]?.port, portal?.port],
    );
  });

  test('comes back by itself over the way that answered when its connection is lost', async () => {
    await using lab = await openLab();
    const { driver, connects } = withBlackHoles(blackHole.host);
    const transport = severable(driver);
    const clock = new FakeClock();
    await using instance = openInstance({ transport: transport.driver, clock });
    const { uniqueSessionId } = await whileTimeStandsStill(logIn(instance, [blackHole, ...lab.target.portals]));
    const { session } = instance.session(uniqueSessionId);
    const back = once(instance.events, 'sessionBack');
    transport.sever('all');
    await whileTimePasses(clock, back);
    assert.equal(session.state, 'loggedIn');
    assert.deepEqual(new Set(connects).size, 2);
  });

  test('delays no login to another target, and neither does one that has no portal but a dead one', async () => {
    await using lab = await openLab();
    await using instance = openInstance({ transport: withBlackHoles(blackHole.host).driver });
    const end = new AbortController();
    const stuck = logIn(instance, [blackHole], { targetName: 'iqn.2026-11.test:stuck', signal: end.signal });
    stuck.catch(() => undefined);
    const { ms } = await timed(() => logIn(instance, lab.target.portals));
    assert.ok(ms < 2_000, `${ms} ms`);
    end.abort(new Error('enough'));
    await assert.rejects(stuck, /enough/);
  });

  test('goes on to the next when one takes connections in and never answers', async () => {
    await using lab = await openLab();
    await using silent = await silentPortal();
    const clock = new FakeClock();
    await using instance = openInstance({ clock });
    const limits = { loginTimeoutMs: 60_000 };
    const login = logIn(instance, [silent.portal, ...lab.target.portals], { connect: { limits } });
    const { failedPortals } = await whileTimePasses(clock, login);
    assert.ok(clock.now() < 10_000, `${clock.now()} ms, of which the silent portal would have taken a minute`);
    assert.deepEqual(
      failedPortals.map(({ error }) => error.code),
      ['ISCSI_LOGIN_TIMEOUT'],
    );
  });

  test('goes on to the next when one refuses', async () => {
    await using stranger = await openLab({ name: 'iqn.2026-11.test:stranger' });
    await using lab = await openLab();
    await using instance = openInstance();
    const seen: string[] = [];
    instance.events.on('portalFailed', (_name, { port }, { code }) => seen.push(`${port} ${code}`));
    const [wrong] = stranger.target.portals;
    const { failedPortals } = await logIn(instance, [wrong!, ...lab.target.portals]);
    assert.deepEqual(
      failedPortals.map(({ error }) => error.code),
      ['ISCSI_TARGET_NOT_FOUND'],
    );
    assert.deepEqual(seen, [`${wrong?.port} ISCSI_TARGET_NOT_FOUND`]);
    assert.equal(lab.target.sessions().length, 1);
  });

  test('names every portal and why, when none takes it, and leaves nothing behind', async () => {
    await using stranger = await openLab({ name: 'iqn.2026-11.test:stranger' });
    await using silent = await silentPortal();
    const dead = await deadPortal();
    await using instance = openInstance();
    const connect = { limits: { loginTimeoutMs: 200 } };
    const unreached = await rejection(logIn(instance, [dead, silent.portal], { connect }), ServiceError);
    assert.equal(unreached.code, 'SERVICE_NO_PORTAL');
    assert.match(unreached.message, new RegExp(`:${dead.port} \\(ISCSI_CONNECT_FAILED: .*ECONNREFUSED`));
    assert.match(unreached.message, new RegExp(`:${silent.portal.port} \\(ISCSI_LOGIN_TIMEOUT: `));
    const refused = await rejection(logIn(instance, [dead, ...stranger.target.portals], { connect }), LoginError);
    assert.deepEqual([refused.code, refused.statusClass], ['ISCSI_TARGET_NOT_FOUND', 2]);
    assert.match(refused.message, new RegExp(`No portal of ${targetName} .*:${dead.port} .*CONNECT_FAILED`));
    const none = await rejection(logIn(instance, []), ServiceError);
    assert.equal(none.code, 'SERVICE_NO_PORTAL');
    assert.deepEqual(instance.sessions(), []);
  });

  test('which is one with a login for the same session also tries the portals of that one', async () => {
    await using lab = await openLab();
    await using silent = await silentPortal();
    const clock = new FakeClock();
    await using instance = openInstance({ clock });
    const connect = { limits: { loginTimeoutMs: 60_000 } };
    const first = logIn(instance, [silent.portal], { connect });
    const second = logIn(instance, lab.target.portals, { connect });
    const [one, other] = await whileTimePasses(clock, Promise.all([first, second]));
    assert.equal(one.uniqueSessionId, other.uniqueSessionId);
    assert.deepEqual([one.wasThere, other.wasThere], [false, true]);
    assert.equal(lab.target.sessions().length, 1);
  });
});
