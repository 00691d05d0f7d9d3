// The devices of a session on a real target: listed, asked for, taken away, removed one by one.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { BlockError, connect, DeviceBusyError, type DeviceFacts } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { openLab, rejection, size, targetName } from './lab.ts';

const twoLuns = [0, 1].map((lun) => ({ lun, device: createMemoryDevice(size) }));

suite('devices', () => {
  test('are listed with what they are, and with those who hold them', async () => {
    await using lab = await openLab({ luns: twoLuns });
    await using session = await connect(lab.url);
    await session.openDisk(1, { label: 'backup', pid: 7 });
    const devices = await session.devices();
    assert.deepEqual(
      devices.map(({ lun, deviceType, state, size: bytes, holders }) => [
        lun,
        deviceType,
        state,
        bytes,
        holders.length,
      ]),
      [
        [0, 0, 'present', undefined, 0],
        [1, 0, 'present', size, 1],
      ],
    );
    assert.deepEqual(devices[1]?.holders, [{ device: `LUN 1 of ${targetName}`, label: 'backup', pid: 7 }]);
    assert.deepEqual(session.holders, devices[1].holders);
  });

  test('a logout asks a holder, which lets go in time', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0, {
      label: 'export',
      onRemoveRequested: async ({ reason }) => {
        assert.equal(reason, 'logout');
        await disk.close();
        return undefined;
      },
    });
    const report = await session.logout();
    assert.deepEqual([report.isClean, report.holders], [true, []]);
    assert.deepEqual(lab.target.sessions(), []);
  });

  test('a holder that refuses keeps the session, with its reason, and the holder that had agreed is told', async () => {
    await using lab = await openLab({ luns: twoLuns });
    await using session = await connect(lab.url);
    let canceled = 0;
    const agreeing = await session.openDisk(0, {
      label: 'agreeing',
      onRemoveRequested: () => {
        void agreeing.close();
        return undefined;
      },
      onRemoveCanceled: () => {
        canceled += 1;
      },
    });
    await session.openDisk(1, { label: 'copy', onRemoveRequested: () => ({ veto: '40 % done' }) });
    const error = await rejection(session.logout(), DeviceBusyError);
    assert.deepEqual(
      error.holders.map(({ label, reason }) => [label, reason]),
      [['copy', '40 % done']],
    );
    assert.equal(canceled, 1);
    assert.equal(session.state, 'loggedIn');
  });

  test('one device is removed while the session and its other devices go on', async () => {
    await using lab = await openLab({ luns: twoLuns });
    await using session = await connect(lab.url);
    const kept = await session.openDisk(0, { label: 'kept' });
    const taken = await session.openDisk(1, { label: 'taken' });
    assert.equal((await rejection(session.removeDevice(1), DeviceBusyError)).holders[0]!.label, 'taken');
    await taken.close();
    await session.removeDevice(1);
    assert.deepEqual(
      (await session.devices()).map(({ lun }) => lun),
      [0],
    );
    await kept.write(0, Buffer.alloc(512, 1));
    assert.deepEqual(
      (await session.devices({ rescan: true })).map(({ lun }) => lun),
      [0, 1],
    );
  });
});

suite('the target’s changes', () => {
  test('a LUN that is added is told of', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const disk = await session.openDisk(0);
    await session.devices();
    const added = once(session.deviceEvents, 'deviceAdded');
    lab.target.addLun({ lun: 3, device: createMemoryDevice(size) });
    await disk.read(0, Buffer.alloc(512));
    const [facts] = (await added) as [DeviceFacts];
    assert.deepEqual([facts.lun, facts.state], [3, 'present']);
    const other = await session.openDisk(3);
    await other.write(0, Buffer.alloc(512, 3));
  });

  test('a LUN that is taken away in use is told of loudly; its handles fail with a code of their own, others go on', async () => {
    await using lab = await openLab({ luns: twoLuns });
    await using session = await connect(lab.url);
    const kept = await session.openDisk(0, { label: 'kept' });
    const hit = await session.openDisk(1, { label: 'hit' });
    await session.devices();
    const removed = once(session.deviceEvents, 'deviceRemovedInUse');
    lab.target.removeLun(1);
    await kept.read(0, Buffer.alloc(512));
    const [facts] = (await removed) as [DeviceFacts];
    assert.deepEqual([facts.lun, facts.holders.map(({ label }) => label)], [1, ['hit']]);
    assert.equal((await rejection(hit.write(0, Buffer.alloc(512)), BlockError)).code, 'ISCSI_DEVICE_GONE');
    await kept.write(0, Buffer.alloc(512));
    await kept.close();
    assert.equal((await session.logout()).isClean, true);
  });

  test('a LUN that is taken away and put back as another disk gets nothing of what was meant for the first', async () => {
    await using lab = await openLab({ luns: twoLuns });
    await using session = await connect(lab.url);
    const hit = await session.openDisk(1, { label: 'hit' });
    await hit.write(0, Buffer.alloc(512, 1));
    const impostor = createMemoryDevice(size);
    lab.target.removeLun(1);
    lab.target.addLun({ lun: 1, device: impostor, serial: 'ANOTHER' });
    // The target refuses one command with a unit attention, and would carry out the next.
    for (const at of [0, 1, 2]) {
      const error = await rejection(hit.write(at * 4096, Buffer.alloc(4096, 0xbb)), BlockError);
      assert.equal(error.code, 'ISCSI_DEVICE_CHANGED');
    }
    const held = Buffer.alloc(size);
    await impostor.read(0, held);
    assert.ok(held.every((byte) => byte === 0));
  });
});
