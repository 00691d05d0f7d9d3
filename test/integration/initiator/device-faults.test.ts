// The devices of a session under the faults of a real target: what one user or question is told, all of them learn.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import {
  BlockError,
  connect,
  type DeviceAttention,
  type DeviceFacts,
  type DeviceHandle,
  type DeviceResized,
  Initiator,
  type InitiatorSession,
  type RemovalReport,
} from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { deferred } from '../../../src/base/index.ts';
import { lunToNumber } from '../../../src/scsi/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Lab, openLab, rejection, size, targetName } from './lab.ts';

const testUnitReady = { lun: { high: 0, low: 0 }, cdb: new Uint8Array(6) };

/** A disk with a volatile cache behind a session that comes back. */
async function connectVolatile(initiator: Initiator, lab: Lab): Promise<InitiatorSession> {
  lab.target.inject('volatile-cache');
  return await initiator.connect({
    portal: lab.target.portals[0]!,
    targetName,
    reconnects: true,
    limits: { reconnectIntervalMs: 50 },
    offers: { defaultTime2Wait: 0 },
  });
}

async function openHolders(session: InitiatorSession, ...labels: string[]): Promise<DeviceHandle[]> {
  return await Promise.all(labels.map((label) => session.openDisk(0, { label })));
}

suite('a target that reboots and loses its cache', () => {
  test('each holder that had written is told once, by its own flush; who had flushed, or only read, is not', async () => {
    await using lab = await openLab({ parameters: { defaultTime2Wait: 0 } });
    await using initiator = new Initiator();
    const session = await connectVolatile(initiator, lab);
    const [flushed, first, second, reader] = await openHolders(session, 'flushed', 'first', 'second', 'reader');
    await flushed!.write(0, Buffer.alloc(512, 1));
    await flushed!.flush();
    await first!.write(4096, Buffer.alloc(512, 2));
    await second!.write(8192, Buffer.alloc(512, 3));
    const resumed = once(session.events, 'resumed');
    await lab.target.reboot();
    await resumed;
    for (const handle of [first!, second!]) {
      const error = await rejection(handle.flush(), BlockError);
      assert.deepEqual([error.code, error.offset, error.length], ['BLOCK_WRITES_LOST', 4096, 4608]);
      await handle.flush();
    }
    await reader!.flush();
    await flushed!.flush();
    const bytes = Buffer.alloc(12_288);
    await reader!.read(0, bytes);
    assert.deepEqual([bytes[0], bytes[4096], bytes[8192]], [1, 0, 0]);
  });

  test('a raw command that meets the unit attention does not keep it to itself', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    lab.target.inject('volatile-cache');
    const [disk] = await openHolders(session, 'writer');
    await disk!.write(0, Buffer.alloc(512, 1));
    const told = once(session.deviceEvents, 'unitAttention');
    lab.target.inject('unit-attention:asc=41,ascq=1'); // POWER ON OCCURRED
    assert.equal((await session.execute(testUnitReady)).status, 2);
    const [attention] = (await told) as [DeviceAttention];
    assert.deepEqual([attention.lun, attention.asc, attention.ascq], [0, 0x29, 0x01]);
    assert.equal((await rejection(disk!.flush(), BlockError)).code, 'BLOCK_WRITES_LOST');
    await disk!.flush();
  });

  test('a reservation that was preempted is told of, whoever met it', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const [disk] = await openHolders(session, 'reader');
    const told = once(session.deviceEvents, 'unitAttention');
    lab.target.inject('unit-attention:asc=42,ascq=3');
    await disk!.read(0, Buffer.alloc(512));
    const [{ text }] = (await told) as [DeviceAttention];
    assert.equal(text, 'UNIT ATTENTION, RESERVATIONS PREEMPTED');
  });
});

suite('resize-lun', () => {
  test('a disk in use has its new size for all holders, by whichever of them the target tells it', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const [first, second] = await openHolders(session, 'first', 'second');
    for (const bytes of [2 * size, size / 2]) {
      const resized = once(session.deviceEvents, 'deviceResized');
      lab.target.inject(`resize-lun:lun=0,size=${bytes}`);
      await first!.read(0, Buffer.alloc(512));
      const [{ to }] = (await resized) as [DeviceResized];
      assert.deepEqual([to, first!.size, second!.size], [bytes, bytes, bytes]);
      await second!.write(bytes - 512, Buffer.alloc(512, 7));
    }
    assert.equal((await rejection(second!.read(size / 2, Buffer.alloc(512)), BlockError)).code, 'BLOCK_OUT_OF_RANGE');
  });

  test('an Asynchronous Message tells it while nobody does anything (RFC 7143 §11.9.1, event 0)', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    const [disk] = await openHolders(session, 'idle');
    const resized = once(session.deviceEvents, 'deviceResized');
    lab.target.inject(`resize-lun:lun=0,size=${2 * size}`);
    lab.target.inject('async-message:event=0,asc=42,ascq=9');
    const [{ from, to }] = (await resized) as [DeviceResized];
    assert.deepEqual([from, to, disk!.size], [size, 2 * size, 2 * size]);
  });
});

suite('add-lun and remove-lun', () => {
  test('an Asynchronous Message tells of both while nobody does anything', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    await session.devices();
    for (const [fault, event] of [
      ['add-lun:lun=5,size=1M', 'deviceAdded'],
      ['remove-lun:lun=5', 'deviceRemoved'],
    ] as const) {
      const told = once(session.deviceEvents, event);
      lab.target.inject(fault);
      lab.target.inject('async-message:event=0');
      const [facts] = (await told) as [DeviceFacts];
      assert.equal(facts.lun, 5);
    }
  });

  test('a holder of what is taken away is told to let go, and what was not flushed is reported', async () => {
    await using lab = await openLab();
    await using session = await connect(lab.url);
    lab.target.inject('add-lun:lun=5,size=1M');
    lab.target.inject('volatile-cache:lun=5');
    const reasons: string[] = [];
    const disk = await session.openDisk(5, {
      label: 'export',
      onRemoveRequested: async ({ reason }) => {
        reasons.push(reason);
        await disk.close();
        return undefined;
      },
    });
    await disk.write(0, Buffer.alloc(512, 1));
    const inUse = once(session.deviceEvents, 'deviceRemovedInUse');
    const reported = once(session.deviceEvents, 'deviceLossReported');
    lab.target.inject('remove-lun:lun=5');
    lab.target.inject('async-message:event=0');
    const [facts] = (await inUse) as [DeviceFacts];
    assert.deepEqual([facts.isDirty, facts.holders[0]?.label], [true, 'export']);
    const [, report] = (await reported) as [DeviceFacts, RemovalReport];
    assert.deepEqual(reasons, ['gone']);
    assert.deepEqual(
      [report.holders, report.unknownWrites, report.flushErrors.map(({ error }) => error.code)],
      [[], [], ['ISCSI_DEVICE_GONE']],
    );
    assert.equal((await session.logout()).isClean, true);
  });
});

suite('a disk that falls silent behind a reboot', () => {
  test('the session goes on after 5 s without it, and it goes on when it answers; nothing is lost', async () => {
    const asked = deferred();
    let isSilent = false;
    const disks = [0, 1].map((lun) => ({ lun, device: createMemoryDevice(size), serial: `S${lun}` }));
    await using lab = await openLab({
      luns: disks,
      parameters: { defaultTime2Wait: 0 },
      hooks: {
        onCommand: ({ lun, cdb }) => {
          if (!isSilent || lunToNumber(lun) !== 1 || cdb[0] !== 0x00) return undefined;
          isSilent = false;
          asked.resolve();
          return { kind: 'never' };
        },
      },
    });
    const clock = new FakeClock();
    await using initiator = new Initiator({ clock });
    const session = await initiator.connect({
      portal: lab.target.portals[0]!,
      targetName,
      reconnects: true,
      limits: { pingIntervalMs: 0 },
      offers: { defaultTime2Wait: 0 },
    });
    const well = await session.openDisk(0);
    const silent = await session.openDisk(1);
    const suspended = once(session.events, 'suspended');
    const resumed = once(session.events, 'resumed');
    isSilent = true;
    await lab.target.reboot();
    await suspended;
    const writes = [well, silent].map((disk) => disk.write(0, Buffer.alloc(4096, 7)));
    await asked.promise;
    await clock.advance(5000);
    await resumed;
    await Promise.all(writes);
    for (const { device } of disks) {
      const bytes = Buffer.alloc(4096);
      await device.read(0, bytes);
      assert.ok(bytes.every((byte) => byte === 7));
    }
    assert.deepEqual(
      (await session.devices()).map(({ lun, state }) => [lun, state]),
      [
        [0, 'present'],
        [1, 'present'],
      ],
    );
    for (const disk of [well, silent]) await disk.close();
    assert.equal((await session.logout()).isClean, true);
  });
});
