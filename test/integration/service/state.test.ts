// What is kept: export and import, secrets, settings, bound devices.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import type { ExportedState, Service } from 'hawser/service';
import { codeOf, eventOf, openLab, type ServiceLab, targetName } from './service-lab.ts';

const password = 'open sesame 1234';

/** Every byte of every file below a directory. */
async function allBytes(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name)))));
}

async function fill(lab: ServiceLab): Promise<Service> {
  const { service } = lab;
  const chap = { user: 'me', secret: password };
  const target = await lab.target({ chap });
  const loginOptions = { authType: 'chap', userName: 'me', password } as const;
  await service.addPortal({ ...target.portal, loginOptions });
  await service.login({ targetName, loginOptions, isPersistent: true });
  await service.setInitiator({ nodeName: 'iqn.2026-11.test:me', alias: 'lab' });
  await service.setChapSecret({ secret: 'the other direction' });
  return service;
}

suite('what the service keeps', () => {
  test('a CHAP login uses the password that is kept, which is in no answer, no event, and no file', async () => {
    await using lab = await openLab();
    const service = await fill(lab);
    assert.equal((await service.sessions())[0]?.authType, 'chap');
    const shown = JSON.stringify([
      await service.portals(),
      await service.persistentLogins(),
      await service.secrets(),
      await service.exportState(),
      await service.status(),
    ]);
    assert.equal(shown.includes(password), false);
    assert.equal((await allBytes(lab.directory)).includes(password), false);
    assert.ok((await service.secrets()).some(({ name }) => name === `persistent login to ${targetName}`));
    assert.deepEqual(
      (await service.secrets()).map(({ length }) => length).sort(),
      [password.length, password.length, 'the other direction'.length].sort(),
    );
    await (await lab.start()).ready;
    assert.equal((await lab.service.sessions())[0]?.authType, 'chap');
  });

  test('mutual CHAP: the target proves itself by the initiator secret; without one the login is refused', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const mutual = { user: 'target', secret: 'the other direction' };
    const target = await lab.target({ chap: { user: 'me', secret: password, mutual } });
    const loginOptions = { authType: 'mutualChap', userName: 'me', password } as const;
    await service.addStaticTarget({ targetName, portals: [target.portal], loginOptions });
    assert.equal(await codeOf(service.login({ targetName })), 'SERVICE_SECRET_MISSING');
    assert.equal(await codeOf(service.setChapSecret({ secret: 'too short' })), 'SERVICE_SECRET_INVALID');
    await service.setChapSecret({ secret: mutual.secret });
    await service.login({ targetName });
    assert.equal((await service.sessions())[0]?.authType, 'mutualChap');
    await service.setChapSecret({ secret: 'not what the target says' });
    assert.equal(await codeOf(service.login({ targetName, existing: 'add' })), 'ISCSI_AUTH_FAILED');
  });

  test('mutual CHAP through RADIUS: its servers judge the target; without one the login is refused', async () => {
    const asked: unknown[] = [];
    await using lab = await openLab({
      radiusMutual: (servers, secret) => {
        asked.push(servers, Buffer.from(secret).toString());
        return { secret: 'the other direction' };
      },
    });
    const { service } = lab;
    const mutual = { user: 'target', secret: 'the other direction' };
    const target = await lab.target({ chap: { user: 'me', secret: password, mutual } });
    const loginOptions = { authType: 'mutualChap', userName: 'me', password, loginFlags: 0x20 } as const;
    await service.addStaticTarget({ targetName, portals: [target.portal], loginOptions });
    assert.equal(await codeOf(service.login({ targetName })), 'SERVICE_SERVER_UNKNOWN');
    await service.addRadiusServer({ address: 'radius.test:11812' });
    assert.equal(await codeOf(service.login({ targetName })), 'SERVICE_SECRET_MISSING');
    await service.setRadiusSecret({ secret: 'r'.repeat(22) });
    await service.login({ targetName });
    assert.deepEqual(asked.slice(-2), [[{ host: 'radius.test', port: 11_812 }], 'r'.repeat(22)]);
    const response = { ...loginOptions, loginFlags: 0x10 };
    assert.equal(await codeOf(service.login({ targetName, loginOptions: response })), 'RADIUS_REJECTED');
  });

  test('an exported state, imported elsewhere, is what is wanted there; with its secrets it logs in', async () => {
    await using lab = await openLab();
    const service = await fill(lab);
    const bare = await service.exportState();
    assert.equal(bare.secrets, undefined);
    const state = await service.exportState({ includesSecrets: true });
    await using other = await openLab();
    const up = eventOf(other.service, 'persistentLoginUp');
    await other.service.importState({ state: JSON.parse(JSON.stringify(state)) as ExportedState });
    assert.equal((await up).targetName, targetName);
    assert.deepEqual(await other.service.exportState({ includesSecrets: true }), state);
    const { nodeName, alias, hasChapSecret } = await other.service.initiator();
    assert.deepEqual([nodeName, alias, hasChapSecret], ['iqn.2026-11.test:me', 'lab', true]);
    await other.service.importState({ state: bare });
    assert.deepEqual(await other.service.secrets(), []);
  });

  test('an import with merges adds to what is kept', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addStaticTarget({ targetName });
    const state = await service.exportState();
    await service.addStaticTarget({ targetName: `${targetName}-two` });
    await service.importState({ state, merges: true });
    assert.equal((await service.targets()).length, 2);
    await service.importState({ state });
    assert.equal((await service.targets()).length, 1);
  });

  test('an import that is not valid anywhere changes nothing', async () => {
    await using lab = await openLab();
    const service = await fill(lab);
    const before = await service.exportState({ includesSecrets: true });
    const one = {
      [`${targetName}-x`]: { targetName: `${targetName}-x`, isHidden: false, portals: [], loginOptions: {} },
    };
    const bad: unknown[] = [
      { ...before, format: 'other' },
      { ...before, version: 2 },
      { ...before, records: { ...before.records, colour: {} } },
      { ...before, records: { staticTarget: { wrongKey: Object.values(one)[0] } } },
      { ...before, records: { staticTarget: one, portal: { a: { host: 'a' } } } },
      { ...before, records: { staticTarget: one }, secrets: { nobody: 'AAAA' } },
      { ...before, records: { staticTarget: one }, secrets: { 'initiator/chap': '*' } },
      undefined,
    ];
    for (const state of bad) {
      assert.equal(await codeOf(service.importState({ state: state as ExportedState })), 'SERVICE_STATE_INVALID');
    }
    assert.deepEqual(await service.exportState({ includesSecrets: true }), before);
  });

  test('SetupPersistentIScsiDevices: what is bound has to be there before the service is ready', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    const path = `${targetName}/0`;
    await service.addPortal(target.portal);
    await service.login({ targetName });
    assert.equal(await codeOf(service.addPersistentDevice({ path: `${targetName}/9` })), 'SERVICE_DEVICE_UNKNOWN');
    assert.equal(await codeOf(service.addPersistentDevice({ path })), 'SERVICE_DEVICE_NOT_PERSISTENT');
    await service.addPersistentLogin({ targetName });
    assert.deepEqual(await service.bindPersistentDevices(), [{ path, isPresent: true }]);
    assert.equal(await codeOf(service.addPersistentDevice({ path })), 'SERVICE_DEVICE_BOUND');
    await lab.start();
    await lab.service.waitForPersistentDevices();
    await lab.service.ready;
    assert.equal((await lab.service.status()).isReady, true);
    await target.destroy();
    const alone = await lab.start({ persistentTimeoutMs: 100 });
    assert.equal(await codeOf(alone.waitForPersistentDevices({ timeoutMs: 1 })), 'SERVICE_DEVICES_MISSING');
    await alone.ready;
    const kinds = (await alone.status()).concerns.map(({ kind }) => kind);
    assert.ok(kinds.includes('persistent device'));
    await alone.removePersistentDevice({ path });
    await alone.waitForPersistentDevices({ timeoutMs: 1 });
  });

  test('IPsec and RADIUS settings are kept and shown without their secrets', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const identity = { idType: 2, id: 'me.test' };
    await service.setIkeSettings({ securityFlags: 7, identity, key: 'a preshared key' });
    await service.setTunnelAddress({ destination: '192.0.2.1', outer: '192.0.2.2' });
    await service.setTunnelAddress({ outer: '192.0.2.3', persists: false });
    await service.setPresharedKey({ key: 'for everybody' });
    await service.addRadiusServer({ address: '192.0.2.9' });
    await service.setRadiusSecret({ secret: 'x'.repeat(24) });
    assert.equal(await codeOf(service.setRadiusSecret({ secret: 'x'.repeat(21) })), 'SERVICE_SECRET_INVALID');
    assert.equal((await service.tunnelAddresses()).length, 2);
    await lab.start();
    assert.deepEqual(await lab.service.ikeSettings({}), { securityFlags: 7, identity, hasKey: true });
    assert.deepEqual(await lab.service.tunnelAddresses(), [
      { destination: '192.0.2.1', outer: '192.0.2.2', persists: true },
    ]);
    assert.deepEqual(await lab.service.radiusServers(), [{ host: '192.0.2.9', port: 1812 }]);
    await lab.service.removeRadiusServer({ address: '192.0.2.9' });
    assert.equal(await codeOf(lab.service.removeRadiusServer({ address: '192.0.2.9' })), 'SERVICE_SERVER_UNKNOWN');
  });

  test('a second service on the directory is refused while the first one is open', async () => {
    await using lab = await openLab();
    const { openService } = await import('hawser/service');
    assert.equal(await codeOf(openService({ stateDirectory: join(lab.directory, 'state') })), 'STORE_LOCKED');
  });
});
