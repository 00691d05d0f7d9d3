// Discovery through the service: portals, static targets, and what becomes of both together.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { OpenIsnsSource } from 'hawser/service';
import { codeOf, eventOf, openLab, targetName } from './service-lab.ts';

suite('discovery by the service', () => {
  test('AddIScsiSendTargetPortal: kept and asked at once; that it cannot be asked is told in its outcome', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    const { host, port } = target.portal;
    const portal = await service.addPortal({ host, port, symbolicName: 'lab' });
    assert.deepEqual([portal.symbolicName, portal.outcome.targetCount, portal.outcome.error], ['lab', 1, undefined]);
    const dead = await service.addPortal({ host, port: 1 });
    assert.equal(dead.outcome.error?.code, 'ISCSI_CONNECT_FAILED');
    assert.equal(await codeOf(service.refreshPortal(dead)), 'ISCSI_CONNECT_FAILED');
    const { concerns, counts } = await service.status();
    assert.deepEqual([concerns.map(({ kind }) => kind), counts.portals, counts.targets], [['portal'], 2, 1]);
    await service.removePortal({ host, port: 1 });
    assert.equal(await codeOf(service.removePortal({ host, port: 1 })), 'SERVICE_PORTAL_UNKNOWN');
    await lab.start();
    assert.deepEqual(
      (await lab.service.portals()).map(({ symbolicName }) => symbolicName),
      ['lab'],
    );
  });

  test('a portal or a login of an instance that is not there any more is a concern, and no obstacle to a start', async () => {
    await using lab = await openLab({ instances: [{ name: 'one' }] });
    const target = await lab.target();
    await lab.service.addPortal({ ...target.portal, instance: 'one' });
    await lab.service.addPersistentLogin({ targetName, portal: target.portal, instance: 'one' });
    await lab.start();
    await lab.service.ready;
    const { concerns } = await lab.service.status();
    assert.deepEqual(
      concerns.map(({ kind, code }) => [kind, code]),
      [
        ['persistent login', 'SERVICE_INSTANCE_UNKNOWN'],
        ['portal', 'SERVICE_INSTANCE_UNKNOWN'],
      ],
    );
  });

  test('RemoveIScsiSendTargetPortal: what nothing else tells of is not known any more; sessions stay', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    await service.login({ targetName });
    await service.removePortal(target.portal);
    assert.deepEqual(await service.targets(), []);
    assert.equal((await service.sessions()).length, 1);
  });

  test('one target by two portals is one, with an instance for each mechanism', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const listen = [0, 0].map((port) => ({ host: '127.0.0.1', port }));
    const target = await lab.target({ listen });
    for (const { host, port } of target.portals) await service.addPortal({ host, port });
    const [known, ...others] = await service.targets();
    assert.deepEqual(others, []);
    assert.deepEqual(
      known?.instances.map(({ mechanism }) => mechanism).sort(),
      target.portals.map(({ host, port }) => `SendTargets:${host}:${port}`).sort(),
    );
    assert.equal(known.instances[0]?.portals.length, 2);
  });

  test('a login without a portal takes one that answers, though others do not', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    const portals = [{ host: '127.0.0.1', port: 1 }, { host: '127.0.0.1', port: 2 }, target.portal];
    await service.addStaticTarget({ targetName, portals });
    const { sessionId } = await service.login({ targetName });
    const { connections } = await service.session({ sessionId });
    assert.deepEqual(
      connections.map(({ targetAddress }) => targetAddress),
      [target.portal],
    );
    const only = { targetName, portal: { host: '127.0.0.1', port: 1 }, existing: 'add' } as const;
    assert.equal(await codeOf(service.login(only)), 'ISCSI_CONNECT_FAILED');
    const hopping = await service.login({ ...only, loginOptions: { loginFlags: 8 } });
    assert.notEqual(hopping.sessionId, sessionId);
  });

  test('AddIScsiStaticTarget: HIDE_STATIC_TARGET until found dynamically, MERGE_TARGET_INFORMATION keeps what is not given', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addStaticTarget({
      targetName,
      targetAlias: 'disk',
      isHidden: true,
      loginOptions: { connections: 2 },
    });
    assert.deepEqual(await service.targets(), []);
    assert.equal((await service.targets({ includesHidden: true })).length, 1);
    assert.equal(await codeOf(service.login({ targetName })), 'SERVICE_NO_PORTAL');
    const merged = await service.addStaticTarget({
      targetName,
      isHidden: true,
      merges: true,
      portals: [target.portal],
    });
    assert.deepEqual([merged.instances[0]?.targetAlias, merged.instances[0]?.loginOptions.connections], ['disk', 2]);
    await service.addPortal(target.portal);
    const [known] = await service.targets();
    assert.deepEqual(
      known?.instances.map(({ isHidden }) => isHidden),
      [true, false],
    );
    const { sessionId } = await service.login({ targetName });
    assert.equal((await service.session({ sessionId })).connections.length, 2);
    const replaced = await service.addStaticTarget({ targetName });
    assert.deepEqual([replaced.instances[0]?.targetAlias, replaced.instances[0]?.portals], ['', []]);
    await service.removeStaticTarget({ targetName });
    assert.equal(await codeOf(service.removeStaticTarget({ targetName })), 'SERVICE_TARGET_UNKNOWN');
  });

  test('AddIScsiStaticTarget: without persistence it is forgotten with this run', async () => {
    await using lab = await openLab();
    await lab.service.addStaticTarget({ targetName, persists: false, loginOptions: { password: 'for this run' } });
    await lab.service.addStaticTarget({ targetName: `${targetName}-kept` });
    assert.equal((await lab.service.secrets()).length, 1);
    await lab.start();
    assert.deepEqual(
      (await lab.service.targets()).map((target) => target.targetName),
      [`${targetName}-kept`],
    );
    assert.deepEqual(await lab.service.secrets(), []);
  });

  test('RemoveISNSServer: targets found through the server stay in the list', async () => {
    let changed = (): void => {};
    const found = [{ targetName: `${targetName}-isns`, portals: [{ host: '127.0.0.1', port: 3260 }] }];
    const openIsnsSource: OpenIsnsSource = (address, surroundings) => {
      changed = surroundings.changed;
      const ask = (): Promise<typeof found> => Promise.resolve(found.slice());
      return { mechanism: `iSNS:${address}`, instance: '', isRegistered: true, ask, close: async () => {} };
    };
    await using lab = await openLab({ openIsnsSource });
    const { service } = lab;
    const server = await service.addIsnsServer({ address: 'isns.test' });
    assert.deepEqual([server.outcome.targetCount, server.isRegistered], [1, true]);
    found.push({ targetName: `${targetName}-new`, portals: [] });
    const told = eventOf(service, 'targetFound');
    changed();
    assert.equal((await told).targetName, `${targetName}-new`);
    await service.removeIsnsServer({ address: 'isns.test' });
    assert.equal(await codeOf(service.refreshIsnsServer({ address: 'isns.test' })), 'SERVICE_SERVER_UNKNOWN');
    assert.equal((await service.targets()).length, 2);
  });

  test('wrong input is refused with the field named, and changes nothing', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const bad = [
      [service.addPortal({ host: '', port: 3260 }), 'host'],
      [service.addPortal({ host: 'a b', port: 3260 }), 'host'],
      [service.addPortal({ host: 'a', port: 0 }), 'port'],
      [
        service.addPortal({ host: 'a', port: 3260, loginOptions: { maximumConnections: 0 } }),
        'loginOptions.maximumConnections',
      ],
      [service.addStaticTarget({ targetName: 'no name' }), 'targetName'],
      [service.addIsnsServer({ address: 'a:99999' }), 'address'],
      [service.login({ targetName, colour: 'blue' } as never), 'colour'],
      [
        service.login({ targetName, loginOptions: { connections: 4, maximumConnections: 2 } }),
        'loginOptions.connections',
      ],
    ] as const;
    for (const [work, field] of bad) {
      await assert.rejects(work, { code: 'SERVICE_BAD_REQUEST', field });
    }
    assert.deepEqual([await service.portals(), await service.targets(), await service.isnsServers()], [[], [], []]);
  });
});
