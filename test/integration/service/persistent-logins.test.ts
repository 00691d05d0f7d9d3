// Persistent logins: over restarts of the service, over the loss of targets, and apart from sessions.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { codeOf, eventOf, openLab, targetName } from './service-lab.ts';

suite('persistent logins', () => {
  test('LoginIScsiTarget: a persistent login is there again after a restart of the service', async () => {
    await using lab = await openLab();
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const { sessionId } = await lab.service.login({ targetName, portal: target.portal, isPersistent: true });
    assert.equal((await lab.service.persistentLogins())[0]?.actual.sessionId, sessionId);
    const again = await lab.start();
    await again.ready;
    const [session] = await again.sessions();
    assert.equal(session?.targetName, targetName);
    assert.notEqual(session.sessionId, sessionId);
    assert.equal(target.sessions().filter(({ isDiscovery }) => !isDiscovery).length, 1);
    assert.equal((await again.persistentLogins())[0]?.actual.sessionId, session.sessionId);
  });

  test('LogoutIScsiTarget leaves the persistent login, which stays out until the next start', async () => {
    await using lab = await openLab();
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const { sessionId } = await lab.service.login({ targetName, isPersistent: true });
    const resting = eventOf(lab.service, 'persistentLoginResting');
    const { isClean } = await lab.service.logout({ sessionId });
    assert.equal(isClean, true);
    await resting;
    const [{ actual } = {}] = await lab.service.persistentLogins();
    assert.deepEqual([actual?.state, actual?.sessionId], ['resting', undefined]);
    assert.equal(await codeOf(lab.service.logout({ sessionId })), 'SERVICE_SESSION_UNKNOWN');
    await (await lab.start()).ready;
    assert.equal((await lab.service.sessions()).length, 1);
  });

  test('one that was logged out is looked after again when the user logs in again', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const { sessionId } = await service.login({ targetName, isPersistent: true });
    const resting = eventOf(service, 'persistentLoginResting');
    await service.logout({ sessionId });
    await resting;
    const again = await service.login({ targetName });
    assert.equal((await service.persistentLogins())[0]?.actual.sessionId, again.sessionId);
  });

  test('one that is added beside a session looks after that session; its removal leaves it', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId } = await service.login({ targetName });
    const login = await service.addPersistentLogin({ targetName, portal: target.portal });
    assert.equal(login.actual.sessionId, sessionId);
    const wrong = { targetName, portal: { ...target.portal, port: 1 } };
    assert.equal(await codeOf(service.removePersistentLogin(wrong)), 'SERVICE_LOGIN_UNKNOWN');
    await service.addPersistentLogin({ targetName });
    assert.deepEqual(await service.removePersistentLogin({ targetName }), { removed: 2 });
    assert.deepEqual(await service.persistentLogins(), []);
    assert.equal((await service.sessions()).length, 1);
    await (await lab.start()).ready;
    assert.deepEqual(await lab.service.sessions(), []);
  });

  test('a portal that was down at the start with its target is asked again for the login, not only in its turn', async () => {
    await using lab = await openLab();
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    await lab.service.login({ targetName, isPersistent: true });
    await lab.service.close();
    await target.destroy();
    await (await lab.start()).ready;
    assert.equal((await lab.service.persistentLogins())[0]?.actual.error?.code, 'SERVICE_NO_PORTAL');
    await lab.target({ listen: [target.portal] });
    await eventOf(lab.service, 'sessionLoggedIn');
  });

  test('with multipath and two portals, there are two sessions again after a restart', async () => {
    await using lab = await openLab();
    const listen = [0, 0].map((port) => ({ host: '127.0.0.1', port }));
    const target = await lab.target({ listen });
    await lab.service.addPortal(target.portal);
    for (const { host, port } of target.portals) {
      const loginOptions = { loginFlags: 2 };
      await lab.service.login({ targetName, portal: { host, port }, loginOptions, isPersistent: true });
    }
    assert.equal((await lab.service.sessions()).length, 2);
    await (await lab.start({ onStop: 'leave' })).ready;
    const sessions = await lab.service.sessions();
    assert.deepEqual(
      sessions.map(({ connections }) => connections[0]?.targetAddress.port).sort(),
      target.portals.map(({ port }) => port).sort(),
    );
    await (await lab.start()).ready;
    assert.equal((await lab.service.sessions()).length, 2);
  });
});
