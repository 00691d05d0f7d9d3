// Targets that are lost, late or dead, and what the service makes of it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';
import { codeOf, eventOf, openLab, size, targetName } from './service-lab.ts';

suite('losses and late targets', () => {
  test('a session keeps its id over the loss of its target, tells of it, and comes back', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId, connectionId } = await service.login({ targetName });
    const lost = eventOf(service, 'sessionLost');
    const back = eventOf(service, 'sessionBack');
    await target.reboot({ downMs: 100 });
    assert.equal((await lost).sessionId, sessionId);
    assert.equal((await back).sessionId, sessionId);
    const session = await service.session({ sessionId });
    assert.deepEqual([session.state, session.connections[0]?.connectionId], ['loggedIn', connectionId]);
    assert.ok(session.recoveries > 0);
  });

  test('a logout of a session that is between reconnects ends it, and it stays away', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId } = await service.login({ targetName, isPersistent: true });
    const lost = eventOf(service, 'sessionLost');
    await target.destroy();
    await lost;
    assert.deepEqual((await service.status()).lostSessions, [sessionId]);
    const resting = eventOf(service, 'persistentLoginResting');
    await service.logout({ sessionId });
    await resting;
    assert.deepEqual([await service.sessions(), (await service.status()).lostSessions], [[], []]);
  });

  test('a persistent login whose session was ended by the target is logged in again', async () => {
    const limits = { reconnectAttempts: 1, reconnectIntervalMs: 10 };
    await using lab = await openLab({ random: () => 1, sessionDefaults: { limits } });
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    // Without a wait the one attempt to come back is over before the target is there again.
    const loginOptions = { defaultTime2Wait: 0 };
    const { sessionId } = await service.login({ targetName, loginOptions, isPersistent: true });
    const waiting = eventOf(service, 'persistentLoginWaiting');
    const up = eventOf(service, 'persistentLoginUp', (event) => event.sessionId !== sessionId);
    await target.reboot({ downMs: 500 });
    assert.equal((await waiting).targetName, targetName);
    assert.notEqual((await up).sessionId, sessionId);
    assert.equal((await service.sessions()).length, 1);
  });

  test('a target that is dead at the start delays no other, and is logged in to when it comes', async () => {
    await using lab = await openLab();
    const late = `${targetName}-late`;
    const target = await lab.target();
    const place = await lab.target({ name: late });
    await lab.service.addPortal(target.portal);
    await lab.service.addStaticTarget({ targetName: late, portals: [place.portal] });
    await lab.service.addPersistentLogin({ targetName });
    await lab.service.addPersistentLogin({ targetName: late, portal: place.portal });
    await place.destroy();
    const service = await lab.start();
    await service.ready;
    assert.deepEqual(
      (await service.sessions()).map((session) => session.targetName),
      [targetName],
    );
    const [concern] = (await service.status()).concerns;
    assert.deepEqual([concern?.kind, concern?.code], ['persistent login', 'ISCSI_CONNECT_FAILED']);
    assert.notEqual(concern?.nextAttemptAt, undefined);
    const up = eventOf(service, 'persistentLoginUp');
    await using again = await listenTarget({
      name: late,
      luns: [{ lun: 0, device: createMemoryDevice(size) }],
      listen: [place.portal],
    });
    assert.equal((await up).targetName, again.name);
    assert.deepEqual((await service.status()).concerns, []);
  });

  test('a persistent login to a target that is discovered only now is made at once', async () => {
    // A chance that makes the wait for the next attempt longer than the test.
    await using lab = await openLab({ random: () => -400 });
    const { service } = lab;
    const target = await lab.target();
    await service.addStaticTarget({ targetName, persists: false });
    assert.equal(await codeOf(service.login({ targetName, isPersistent: true })), 'SERVICE_NO_PORTAL');
    assert.equal((await service.persistentLogins()).length, 1);
    const up = eventOf(service, 'persistentLoginUp');
    await service.addPortal(target.portal);
    assert.equal((await up).targetName, targetName);
  });

  test('an abort ends a login that is under way, and nothing of it stays', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    target.inject('stall-connection:ms=60000');
    const abort = new AbortController();
    const login = codeOf(service.login({ targetName }, { signal: abort.signal }));
    abort.abort(Object.assign(new Error('no more'), { code: 'NO_MORE' }));
    assert.equal(await login, 'NO_MORE');
    assert.deepEqual(await service.sessions(), []);
  });

  test('close ends what is under way, in bounded time, and refuses what comes after', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    const stuck = await lab.target({ name: `${targetName}-stuck` });
    await service.addPortal(target.portal);
    await service.addPortal(stuck.portal);
    await service.login({ targetName });
    stuck.inject('stall-connection:ms=60000');
    const login = codeOf(service.login({ targetName: stuck.name, isPersistent: true }));
    const events = (async () => {
      const types: string[] = [];
      for await (const { type } of service.events()) types.push(type);
      return types;
    })();
    await service.close();
    assert.equal(await login, 'SERVICE_STOPPING');
    assert.ok((await events).includes('sessionLoggedOut'));
    assert.equal(await codeOf(service.sessions()), 'SERVICE_STOPPING');
    assert.equal(target.sessions().length, 0);
  });

  test('close does not wait for a target that does not answer any more', async () => {
    await using lab = await openLab({ closeTimeoutMs: 200, sessionDefaults: {} });
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId } = await service.login({ targetName });
    const disk = await service.openDisk(sessionId, 0);
    await disk.write(0, Buffer.alloc(4096, 1));
    target.inject('stall-connection:ms=600000');
    const read = codeOf(disk.read(0, Buffer.alloc(4096)));
    const before = performance.now();
    await service.close();
    // Far less than the drain, flush and logout limits of the session would add up to.
    assert.ok(performance.now() - before < 8000);
    assert.notEqual(await read, 'resolved');
  });
});
