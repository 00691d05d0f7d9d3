// Logins of an initiator instance at several portals: dead ones cost no time, and are named.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { LoginError, type Portal, tcpDriver } from 'hawser';
import type { TransportDriver } from 'hawser/engine';
import { onAbort, ServiceError, systemClock } from '../../../src/base/index.ts';
import { deadPortal, logIn, openInstance, silentPortal } from './instance-bench.ts';
import { openLab, rejection, targetName } from './lab.ts';

/** TCP, in which every SYN to one host vanishes. */
function withBlackHole(host: string): TransportDriver {
  const tcp = tcpDriver();
  return {
    name: 'tcp',
    checkBinding: tcp.checkBinding.bind(tcp),
    connect: async (remote, binding, signal) => {
      if (remote.host !== host) return await tcp.connect(remote, binding, signal);
      return await new Promise<never>((_resolve, reject) => {
        onAbort(signal, () => {
          reject(signal.reason as Error);
        });
      });
    },
  };
}

const blackHole: Portal = { host: '127.0.0.9', port: 3260 };

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = systemClock.now();
  const result = await work();
  return { result, ms: systemClock.now() - start };
}

suite('a login at several portals', () => {
  test('goes to one that is well, whatever dead ones there are before it, in no time', async () => {
    await using lab = await openLab();
    const dead = await deadPortal();
    await using instance = openInstance({ transport: withBlackHole(blackHole.host) });
    const portals = [dead, blackHole, ...lab.target.portals];
    const { result, ms } = await timed(() => logIn(instance, portals));
    assert.ok(ms < 2_000, `${ms} ms, of which the black hole would have taken 10 s`);
    assert.equal(result.wasThere, false);
    assert.deepEqual(
      result.failedPortals.map(({ portal, error }) => [portal.port, error.code]),
      [
        [dead.port, 'ISCSI_CONNECT_FAILED'],
        [blackHole.port, 'ISCSI_CONNECT_TIMEOUT'],
      ],
    );
    assert.equal(instance.session(result.uniqueSessionId).portal.port, lab.target.portals[0]?.port);
  });

  test('delays no login to another target, and neither does one that has no portal but a dead one', async () => {
    await using lab = await openLab();
    await using instance = openInstance({ transport: withBlackHole(blackHole.host) });
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
    await using instance = openInstance();
    const limits = { loginTimeoutMs: 60_000 };
    const { result, ms } = await timed(() =>
      logIn(instance, [silent.portal, ...lab.target.portals], { connect: { limits } }),
    );
    assert.ok(ms < 10_000, `${ms} ms, of which the silent portal would have taken a minute`);
    assert.deepEqual(
      result.failedPortals.map(({ error }) => error.code),
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
    await using instance = openInstance();
    const connect = { limits: { loginTimeoutMs: 60_000 } };
    const first = logIn(instance, [silent.portal], { connect });
    const second = logIn(instance, lab.target.portals, { connect });
    const [one, other] = await Promise.all([first, second]);
    assert.equal(one.uniqueSessionId, other.uniqueSessionId);
    assert.deepEqual([one.wasThere, other.wasThere], [false, true]);
    assert.equal(lab.target.sessions().length, 1);
  });
});
