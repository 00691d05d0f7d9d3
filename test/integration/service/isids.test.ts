// The ISIDs of a service over its restarts: what it left behind at a target is taken the place of.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Target } from 'hawser/target';
import { lingeringRelays } from '../../support/lingering-relay.ts';
import { openLab, type ServiceLab, targetName } from './service-lab.ts';

/** The sessions that a target has, by ISID. */
function isidsAt(target: Target): string[] {
  const sessions = target.sessions().filter(({ isDiscovery }) => !isDiscovery);
  return sessions.map(({ isid }) => isid.toString(16)).sort();
}

/** The sessions that the service has, by ISID. */
async function isidsOf({ service }: ServiceLab): Promise<string[]> {
  return (await service.sessions()).map(({ isid }) => isid).sort();
}

suite('ISIDs that are kept', () => {
  test('§6.3.5: a persistent login takes the place of the session that a lost process left at its target', async () => {
    await using lab = await openLab({ onStop: 'leave' });
    const target = await lab.target();
    await using relays = await lingeringRelays(target.portal);
    await lab.service.addStaticTarget({ targetName, portals: relays.portals });
    await lab.service.login({ targetName, isPersistent: true });
    const isids = isidsAt(target);
    assert.equal(isids.length, 1);
    for (let start = 0; start < 2; start += 1) {
      await (await lab.start({ onStop: 'leave' })).ready;
      assert.deepEqual(isidsAt(target), isids);
      assert.deepEqual(await isidsOf(lab), isids);
    }
  });

  test('§10.1.1: a session without persistent login is replaced by the next one with its target', async () => {
    await using lab = await openLab({ onStop: 'leave' });
    const target = await lab.target();
    await using relays = await lingeringRelays(target.portal);
    await lab.service.addStaticTarget({ targetName, portals: relays.portals });
    await lab.service.login({ targetName });
    const isids = isidsAt(target);
    await (await lab.start()).ready;
    assert.deepEqual([await isidsOf(lab), isidsAt(target)], [[], isids]);
    await lab.service.login({ targetName });
    assert.deepEqual([await isidsOf(lab), isidsAt(target)], [isids, isids]);
  });

  test('§4.4.3: each of several sessions with a target comes back as itself, in whatever order', async () => {
    await using lab = await openLab({ onStop: 'leave' });
    const listen = [0, 0, 0].map((port) => ({ host: '127.0.0.1', port }));
    const target = await lab.target({ listen });
    await using relays = await lingeringRelays(...target.portals);
    await lab.service.addStaticTarget({ targetName, portals: relays.portals });
    // What was there first goes first, and so leaves the least ISID to nobody.
    const { sessionId } = await lab.service.login({ targetName });
    for (const portal of relays.portals.toReversed()) {
      await lab.service.login({ targetName, portal, loginOptions: { loginFlags: 2 }, isPersistent: true });
    }
    await lab.service.logout({ sessionId });
    const byPortal = async (): Promise<unknown> => {
      const sessions = await lab.service.sessions();
      return new Map(sessions.map(({ isid, connections }) => [connections[0]?.targetAddress.port, isid]));
    };
    const before = await byPortal();
    const isids = isidsAt(target);
    assert.equal(isids.length, 3);
    await (await lab.start({ onStop: 'leave' })).ready;
    assert.deepEqual(isidsAt(target), isids);
    assert.deepEqual(await byPortal(), before);
  });

  test('a session that is made beside persistent logins never gets the ISID of one that is not up', async () => {
    await using lab = await openLab();
    const target = await lab.target();
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    const { sessionId } = await lab.service.login({ targetName, isPersistent: true });
    const [own] = await isidsOf(lab);
    await lab.service.logout({ sessionId });
    const other = await lab.service.login({ targetName, isInformational: true });
    assert.notDeepEqual(await isidsOf(lab), [own]);
    await lab.service.logout({ sessionId: other.sessionId });
    // Whoever makes the session that the persistent login wants makes it as the persistent login would.
    await lab.service.login({ targetName });
    assert.deepEqual(await isidsOf(lab), [own]);
  });

  test('the multipath flag makes another session with a target of several portals, beside a persistent login', async () => {
    await using lab = await openLab();
    const target = await lab.target({ listen: [0, 0].map((port) => ({ host: '127.0.0.1', port })) });
    await lab.service.addStaticTarget({ targetName, portals: target.portals });
    await lab.service.login({ targetName, isPersistent: true });
    const failed: string[] = [];
    const reading = (async () => {
      for await (const { type } of lab.service.events()) {
        if (type === 'portalFailed' || type === 'loginFailed') failed.push(type);
        if (type === 'sessionLoggedIn') return;
      }
    })();
    const multipath = { targetName, loginOptions: { loginFlags: 2 } };
    const [one, two] = await Promise.all([lab.service.login(multipath), lab.service.login(multipath)]);
    assert.deepEqual([one.wasThere, two.wasThere], [false, false]);
    assert.equal(new Set(isidsAt(target)).size, 3);
    await reading;
    assert.deepEqual(failed, []);
  });

  test('two instances of a service never take the place of one another', async () => {
    await using lab = await openLab({ instances: [{ name: 'one' }, { name: 'two' }] });
    const target = await lab.target();
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    for (const instance of ['one', 'two']) await lab.service.login({ targetName, instance });
    assert.equal(new Set(isidsAt(target)).size, 2);
  });

  test('an export has no ISIDs, and an import leaves them', async () => {
    await using lab = await openLab();
    const target = await lab.target();
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    await lab.service.login({ targetName, isPersistent: true });
    const isids = await isidsOf(lab);
    const state = await lab.service.exportState({ includesSecrets: true });
    assert.ok(!JSON.stringify(state).includes(isids[0] ?? ''));
    await lab.service.importState({ state });
    await (await lab.start()).ready;
    assert.deepEqual(await isidsOf(lab), isids);
    await lab.service.removePersistentLogin({ targetName });
    await lab.service.addPersistentLogin({ targetName });
    assert.deepEqual((await lab.service.exportState()).records['loginIsid'], undefined);
  });
});
