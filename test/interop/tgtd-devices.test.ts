// The device stack on tgtd, whose LUNs come, go and change while a session runs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import {
  BlockError,
  connect,
  DeviceBusyError,
  type DeviceFacts,
  type DeviceReplaced,
  type DeviceResized,
  type InitiatorSession,
} from 'hawser';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd, type Tgtd, type TgtdLun } from '../support/tgtd.ts';

const mebibyte = 1_048_576;
const block = Buffer.alloc(512);
const disk: TgtdLun = { sizeBytes: 4 * mebibyte };

/** A LUN whose names do not come of its number. */
function named(serial: string, sizeBytes: number = 4 * mebibyte): TgtdLun {
  return { sizeBytes, params: { scsi_sn: serial, scsi_id: `HAWSER ${serial}` } };
}

async function login(tgtd: Tgtd): Promise<InitiatorSession> {
  const { host, port, targetName } = tgtd;
  return await connect({ portal: { host, port }, targetName, reconnects: true });
}

/** The next event of a name, and what it tells first. */
async function next<T>({ deviceEvents }: InitiatorSession, name: string): Promise<T> {
  const [told] = (await once(deviceEvents, name)) as [T];
  return told;
}

/** Logs out, and sees that tgtd has no session left. */
async function leave(tgtd: Tgtd, session: InitiatorSession): Promise<void> {
  assert.equal((await session.logout()).isClean, true);
  await eventually(
    () => tgtd.sessions(),
    (sessions) => sessions.length === 0,
  );
}

suite('tgtd: LUNs that come, go and change', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('SPC-4 3Fh/0Eh: one that is added is told of, one that is taken away in use is loud, the others go on', async () => {
    await using tgtd = await startTgtd({ luns: [disk, disk] });
    await using session = await login(tgtd);
    const kept = await session.openDisk(1, { label: 'kept' });
    const hit = await session.openDisk(2, { label: 'hit' });
    await session.devices();

    const added = next<DeviceFacts>(session, 'deviceAdded');
    await tgtd.addLun(3, disk);
    await kept.read(0, block);
    assert.equal((await added).lun, 3);
    await (await session.openDisk(3)).close();

    const removed = next<DeviceFacts>(session, 'deviceRemovedInUse');
    await tgtd.removeLun(2);
    await kept.read(0, block);
    const { lun, holders, name } = await removed;
    assert.deepEqual([lun, holders], [2, [{ device: name, label: 'hit', pid: process.pid }]]);
    for (const work of [hit.read(0, block), hit.write(0, block)]) {
      await assert.rejects(work, { name: 'BlockError', code: 'ISCSI_DEVICE_GONE' });
    }
    assert.deepEqual(
      (await session.devices()).map((device) => device.lun),
      [0, 1, 3],
    );
    await kept.write(0, block);
    await kept.close();
    await leave(tgtd, session);
  });

  test('one that is taken away while nothing else is asked is noticed by the first request to it', async () => {
    await using tgtd = await startTgtd({ luns: [disk] });
    await using session = await login(tgtd);
    const hit = await session.openDisk(1, { label: 'hit' });
    const removed = next<DeviceFacts>(session, 'deviceRemovedInUse');
    await tgtd.removeLun(1);
    await assert.rejects(hit.write(0, block), { code: 'SCSI_CHECK_CONDITION', asc: 0x25, effect: 'none' });
    assert.equal((await removed).lun, 1);
    await assert.rejects(hit.write(0, block), { code: 'ISCSI_DEVICE_GONE', effect: 'none' });
    await leave(tgtd, session);
  });

  test('one that is put back larger is the same disk with another size', async () => {
    await using tgtd = await startTgtd({ luns: [disk, named('SAME')] });
    await using session = await login(tgtd);
    const other = await session.openDisk(1);
    const grown = await session.openDisk(2);
    await session.devices();
    const resized = next<DeviceResized>(session, 'deviceResized');
    await tgtd.removeLun(2);
    await tgtd.addLun(2, named('SAME', 8 * mebibyte));
    await other.read(0, block);
    const { from, to } = await resized;
    assert.deepEqual([from, to, grown.size], [4 * mebibyte, 8 * mebibyte, 8 * mebibyte]);
    await grown.write(8 * mebibyte - 512, block);
    await other.close();
    await grown.close();
    await leave(tgtd, session);
  });

  // tgtd 1.0.85 tells the units that were there before, and the new one nothing: a write that went to it first would be
  // carried out, and no initiator could know.
  test('one in whose place another disk is put gets no byte once any unit has told of it', async () => {
    await using tgtd = await startTgtd({ luns: [disk, named('FIRST')] });
    await using session = await login(tgtd);
    const other = await session.openDisk(1);
    const hit = await session.openDisk(2, { label: 'hit' });
    await hit.write(0, Buffer.alloc(4096, 1));
    const replaced = next<DeviceReplaced>(session, 'deviceReplaced');
    await tgtd.removeLun(2);
    await tgtd.addLun(2, named('SECOND'));
    await other.read(0, block);
    for (const at of [0, 4096, 8192]) {
      await assert.rejects(hit.write(at, Buffer.alloc(4096, 0xbb)), (error) => {
        assert.ok(error instanceof BlockError, String(error));
        assert.equal(error.code, 'ISCSI_DEVICE_CHANGED');
        return true;
      });
    }
    const { from, to, device } = await replaced;
    assert.deepEqual([from.serial, to.serial, device.holders[0]?.label], ['FIRST', 'SECOND', 'hit']);
    await hit.close();
    const fresh = await session.openDisk(2);
    const bytes = Buffer.alloc(fresh.size, 1);
    await fresh.read(0, bytes);
    assert.ok(bytes.every((byte) => byte === 0));
    await fresh.close();
    await other.close();
    await leave(tgtd, session);
  });

  test('one is removed by us when its holders let go: refused with their names, then asked, then flushed and gone', async () => {
    await using tgtd = await startTgtd({ luns: [disk, disk] });
    await using session = await login(tgtd);
    const kept = await session.openDisk(1, { label: 'kept' });
    let isDone = false;
    const copy = await session.openDisk(2, {
      label: 'copy',
      pid: 4711,
      onRemoveRequested: async () => {
        if (!isDone) return { veto: '40 % done' };
        await copy.close();
        return undefined;
      },
    });
    await copy.write(0, Buffer.alloc(mebibyte, 3));
    await assert.rejects(session.removeDevice(2), (error) => {
      assert.ok(error instanceof DeviceBusyError);
      assert.deepEqual(
        error.holders.map(({ label, pid, reason }) => [label, pid, reason]),
        [['copy', 4711, '40 % done']],
      );
      return true;
    });
    isDone = true;
    assert.deepEqual(await session.removeDevice(2), { holders: [], unknownWrites: [], flushErrors: [] });
    assert.deepEqual(
      (await session.devices()).map(({ lun }) => lun),
      [0, 1],
    );
    await kept.write(0, block);
    await kept.close();
    await leave(tgtd, session);
  });
});
