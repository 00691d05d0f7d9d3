// Logins, logouts and connections through the service.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { DeviceBusyError } from 'hawser';
import { rejection } from '../initiator/lab.ts';
import { codeOf, openLab, size, targetName } from './service-lab.ts';

suite('sessions of the service', () => {
  test('a login needs a target that is known, an instance that there is, and no IPsec', async () => {
    await using lab = await openLab();
    const { service } = lab;
    assert.equal(await codeOf(service.login({ targetName })), 'SERVICE_TARGET_UNKNOWN');
    const target = await lab.target();
    await service.addPortal(target.portal);
    assert.equal(await codeOf(service.login({ targetName, instance: 'none' })), 'SERVICE_INSTANCE_UNKNOWN');
    assert.equal(await codeOf(service.login({ targetName, initiatorPort: 999 })), 'SERVICE_INSTANCE_UNKNOWN');
    const ipsec = [{ loginOptions: { loginFlags: 1 } }, { securityFlags: 3 }, { key: 'a preshared key' }];
    for (const wish of ipsec) {
      assert.equal(await codeOf(service.login({ targetName, ...wish })), 'SERVICE_IPSEC_UNAVAILABLE');
    }
    assert.equal(await codeOf(service.login({ targetName, securityFlags: 0x60 })), 'SERVICE_BAD_REQUEST');
    assert.deepEqual(await service.sessions(), []);
  });

  test('a login offers the keys of the service where its options name none', async () => {
    await using lab = await openLab({ sessionDefaults: { offers: { maxBurstLength: 65_536, defaultTime2Wait: 1 } } });
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId } = await service.login({ targetName, loginOptions: { defaultTime2Wait: 3 } });
    const { parameters } = await service.session({ sessionId });
    assert.deepEqual([parameters.maxBurstLength, parameters.defaultTime2Wait], [65_536, 3]);
  });

  test('two logins to one target are one session, unless another one is asked for or a session is refused', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const [one, two] = await Promise.all([service.login({ targetName }), service.login({ targetName })]);
    assert.equal(one.sessionId, two.sessionId);
    assert.equal(one.connectionId, two.connectionId);
    assert.equal(await codeOf(service.login({ targetName, existing: 'refuse' })), 'SERVICE_TARGET_LOGGED_IN');
    const other = await service.login({ targetName, loginOptions: { loginFlags: 2 } });
    assert.notEqual(other.sessionId, one.sessionId);
    assert.equal((await service.sessions()).length, 2);
    const [known] = await service.targets();
    assert.deepEqual(known?.sessions, [one.sessionId, other.sessionId]);
  });

  test('logins to two targets run side by side, and a target that is silent delays neither', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const names = ['one', 'two', 'silent'].map((name) => `${targetName}-${name}`);
    const targets = await Promise.all(names.map((name) => lab.target({ name })));
    await Promise.all(targets.map(({ portal }) => service.addPortal(portal)));
    targets[2]?.inject('stall-connection:ms=60000');
    const stuck = new AbortController();
    const silent = codeOf(service.login({ targetName: names[2] ?? '' }, { signal: stuck.signal }));
    await Promise.all(names.slice(0, 2).map((name) => service.login({ targetName: name })));
    assert.equal((await service.sessions()).length, 2);
    stuck.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
    assert.equal(await silent, 'ENOUGH');
    assert.equal((await service.sessions()).length, 2);
  });

  test('LogoutIScsiTarget: refused while a device is held, by a hold or in this process, with all holders named', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    const { sessionId } = await service.login({ targetName });
    const [device] = await service.devices();
    assert.equal(device?.size, size, 'nobody has opened it: the service asks');
    assert.equal(device.path, `${targetName}/0`);
    const hold = await service.holdDevice({ path: device.path, label: 'nightly backup', pid: 4711 });
    const disk = await service.openDisk(sessionId, 0, { label: 'a copy' });
    assert.equal(disk.size, size);
    const { holders } = await rejection(service.logout({ sessionId }), DeviceBusyError);
    assert.deepEqual(holders.map(({ label, pid }) => [label, pid]).sort(), [
      ['a copy', process.pid],
      ['nightly backup', 4711],
    ]);
    await disk.close();
    assert.equal((await rejection(service.logout({ sessionId }), DeviceBusyError)).holders.length, 1);
    await service.releaseHold(hold);
    assert.equal((await service.logout({ sessionId })).isClean, true);
    assert.deepEqual(await service.sessions(), []);
  });

  test('LogoutIScsiTarget: force goes on, says who lost a device, and ends the holds', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const { sessionId } = await service.login({ targetName });
    await service.holdDevice({ path: `${targetName}/0`, label: 'somebody' });
    const { holders, isClean } = await service.logout({ sessionId, force: true });
    assert.deepEqual(
      holders.map(({ label }) => label),
      ['somebody'],
    );
    assert.equal(isClean, true);
    assert.deepEqual(await service.holds(), []);
  });

  test('connections are added and removed by ids; the leading one and the last one stay', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const { sessionId, connectionId: leading } = await service.login({ targetName });
    const { connectionId } = await service.addConnection({ sessionId });
    const active = await service.setPolicy({ sessionId, policy: 'roundRobinSubset', active: [connectionId] });
    assert.equal(active.policy, 'roundRobinSubset');
    assert.deepEqual(
      active.connections.map(({ connectionId: id, isLeading }) => [id, isLeading]),
      [
        [leading, true],
        [connectionId, false],
      ],
    );
    assert.equal(
      await codeOf(service.removeConnection({ sessionId, connectionId: leading })),
      'ISCSI_LEADING_CONNECTION',
    );
    await service.removeConnection({ sessionId, connectionId });
    const told = { headerDigest: 'crc32c', authType: 'chap', password: 'whatever-it-is' } as const;
    const second = await service.addConnection({ sessionId, loginOptions: { headerDigest: 'crc32c' } });
    const { connections } = await service.session({ sessionId });
    assert.deepEqual(
      connections.map(({ headerDigest, dataDigest }) => [headerDigest, dataDigest]),
      [
        [false, false],
        [true, false],
      ],
    );
    await service.removeConnection({ sessionId, connectionId: second.connectionId });
    assert.equal(await codeOf(service.addConnection({ sessionId, loginOptions: told })), 'ISCSI_AUTH_FAILED');
    assert.equal(
      await codeOf(service.addConnection({ sessionId, loginOptions: { authType: 'chap' } })),
      'SERVICE_SECRET_MISSING',
    );
    const again = codeOf(service.removeConnection({ sessionId, connectionId }));
    assert.equal(await again, 'SERVICE_CONNECTION_UNKNOWN');
    assert.equal(await codeOf(service.removeConnection({ sessionId, connectionId: leading })), 'ISCSI_LAST_CONNECTION');
  });

  test('an informational session takes raw commands and has no devices', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const { sessionId } = await service.login({ targetName, isInformational: true });
    assert.deepEqual(await service.devices({ sessionId }), []);
    const inquiry = await service.scsiInquiry({ sessionId, lun: 0 });
    assert.equal(inquiry.scsiStatus, 0);
    assert.equal(Buffer.from(inquiry.response, 'base64')[0], 0);
    const capacity = await service.scsiReadCapacity({ sessionId, lun: '0000000000000000' });
    assert.equal(Buffer.from(capacity.response, 'base64').readUInt32BE(4), size / 512 - 1);
    const luns = await service.scsiReportLuns({ sessionId });
    assert.equal(Buffer.from(luns.response, 'base64').readUInt32BE(0), 8);
  });

  test('a mapping numbers the devices, and its numbers are nobody else’s', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const other = `${targetName}-other`;
    await service.addPortal((await lab.target()).portal);
    await service.addPortal((await lab.target({ name: other })).portal);
    const mapping = { osBusNumber: 1, osTargetNumber: 7, luns: [{ osLun: 5, targetLun: '0000000000000000' }] };
    await service.login({ targetName, mapping });
    const [device] = await service.devices();
    assert.deepEqual([device?.osBusNumber, device?.osTargetNumber, device?.osLun], [1, 7, 5]);
    assert.equal(await codeOf(service.login({ targetName: other, mapping })), 'SERVICE_MAPPING_TAKEN');
    await service.login({ targetName: other });
    const second = (await service.devices()).find((each) => each.targetName === other);
    assert.deepEqual([second?.osBusNumber, second?.osTargetNumber, second?.osLun], [0, 0, 0]);
  });

  test('each instance has sessions of its own with a target, and an adapter id of its own', async () => {
    const instances = [{ name: 'one' }, { name: 'two' }];
    await using lab = await openLab({ instances });
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const first = await service.login({ targetName, instance: 'ONE' });
    const second = await service.login({ targetName, instance: 'two' });
    assert.notEqual(first.sessionId.slice(0, 16), second.sessionId.slice(0, 16));
    assert.equal(await codeOf(service.login({ targetName, initiatorPort: 0 })), 'SERVICE_BAD_REQUEST');
    assert.deepEqual(
      (await service.sessions()).map(({ instance }) => instance),
      ['one', 'two'],
    );
    const kept = await service.addPersistentLogin({ targetName, instance: 'ONE', initiatorPort: 0xffff_ffff });
    assert.deepEqual([kept.instance, kept.actual.sessionId], ['one', first.sessionId]);
    assert.deepEqual(await service.removePersistentLogin({ targetName, instance: 'oNe' }), { removed: 1 });
    const { instances: known } = await service.initiator();
    const port = known[0]?.ports.indexOf('127.0.0.1');
    const third = await service.login({ targetName, instance: 'one', initiatorPort: port ?? 0, existing: 'add' });
    const { connections } = await service.session(third);
    assert.equal(connections[0]?.initiatorAddress?.host, '127.0.0.1');
    assert.deepEqual(
      known.map(({ instance, adapterId }) => [instance, adapterId]),
      [
        ['one', first.sessionId.slice(0, 16)],
        ['two', second.sessionId.slice(0, 16)],
      ],
    );
  });
});
