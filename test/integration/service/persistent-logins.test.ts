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
    assert.equal((await lab.service.persistentLogins())[0]?.actual.sessionId, undefined);
    assert.equal(await codeOf(lab.service.logout({ sessionId })), 'SERVICE_SESSION_UNKNOWN');
    await (await lab.start()).ready;
    assert.equal((await lab.service.sessions()).length, 1);
  });
});
