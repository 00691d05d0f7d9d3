// What becomes of commands whose connection was lost: reads are sent again, writes only while nothing can have overtaken
// them, and what is not sent again says what it may have done.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ErrorCode,
  nextTurn,
  ProtocolError,
  ScsiError,
  SessionError,
  TransportError,
} from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';
import { instantClock } from '../../support/instant-clock.ts';

async function open(options: DiskOptions = {}, device: FakeScsiOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const fake = new FakeScsiDevice(device);
  const disk = await openDisk(fake, 0, { clock: instantClock(), random: () => 0.5, ...options });
  fake.requests.length = 0;
  return [fake, disk];
}

function lost(effect: 'none' | 'unknown'): TransportError {
  return new TransportError('ISCSI_CONNECTION_LOST', 'lost', { address: 'x', effect });
}

const thin = { lbpme: true, provisioning: { lbpu: true }, limits: { maximumCompareAndWriteLength: 1 } };
const ones = new Uint8Array(512).fill(1);
const twos = new Uint8Array(512).fill(2);

test('RFC 7143 §7.1: a read whose connection was lost is executed again, and its caller notices nothing', async () => {
  const [device, disk] = await open();
  device.medium.fill(7, 512, 1024);
  device.script({ error: lost('none'), times: 3 });
  const into = new Uint8Array(512);
  await disk.read(512, into);
  assert.deepEqual(into, new Uint8Array(512).fill(7));
  assert.equal(device.requests.length, 4);
});

test('every piece of a split read, and both reads of an unaligned one, are executed again when they are lost', async () => {
  const [device, disk] = await open({ maxTransferLength: 4096 });
  device.medium.fill(7);
  device.script({ error: lost('none'), times: 5 });
  const into = new Uint8Array(100_001);
  await disk.read(1, into);
  assert.ok(into.every((byte) => byte === 7));
});

for (const [name, ask] of [
  ['GET LBA STATUS', (disk: Disk) => disk.extents(0, 512)],
  ['READ CAPACITY', (disk: Disk) => disk.refreshCapacity()],
  ['SYNCHRONIZE CACHE', (disk: Disk) => disk.flush()],
] as const) {
  test(`${name}, which changes no block, is executed again whatever its loss says of its effect`, async () => {
    const [device, disk] = await open({}, thin);
    device.script({ error: lost('unknown'), times: 2 });
    await ask(disk);
    assert.equal(device.requests.length, 3);
  });
}

for (const isExecuted of [false, true]) {
  for (const [name, change] of [
    ['WRITE', (disk: Disk) => disk.write(512, twos)],
    ['WRITE of a part of a block', (disk: Disk) => disk.write(600, twos.subarray(0, 5))],
    ['WRITE SAME', (disk: Disk) => disk.zero(512, 512)],
    ['UNMAP', (disk: Disk) => disk.trim!(512, 512)],
  ] as const) {
    const when = isExecuted ? 'that had been carried out' : 'that had not been carried out';
    test(`a ${name} ${when} when its connection was lost is executed again`, async () => {
      const [device, disk] = await open({}, thin);
      const writes = [0x2a, 0x93, 0x42].map((opcode) => ({ opcode, isExecuted, error: lost('unknown') }));
      device.script(...writes);
      await change(disk);
      const [last, before] = [device.requests.at(-1), device.requests.at(-2)];
      assert.equal(last, before, 'the same request twice');
    });
  }
}

test('a replay after an overlapping write would bring old data back: a contested write ends with effect unknown', async () => {
  const [device, disk] = await open();
  const held: (() => void)[] = [];
  device.pace = async (request) => {
    if (request.dataOut === ones) await new Promise<void>((resolve) => held.push(resolve));
  };
  device.script({ isExecuted: true, error: lost('unknown') });
  const first = disk.write(0, ones);
  await nextTurn();
  const rejection = assert.rejects(first, {
    code: 'ISCSI_CONNECTION_LOST',
    effect: 'unknown',
    message: /not sent again, since another change of some of its blocks was under way/,
  });
  device.pace = nextTurn;
  held[0]!(); // carried out, its answer lost; the session has not ended it yet
  const second = disk.write(0, twos);
  await Promise.all([second, rejection]);
  assert.deepEqual(new Uint8Array(device.medium.subarray(0, 512)), twos);
});

for (const [name, other] of [
  ['WRITE', (disk: Disk) => disk.write(512, twos)],
  ['WRITE SAME', (disk: Disk) => disk.zero(512, 512)],
  ['UNMAP', (disk: Disk) => disk.trim!(0, 1024)],
  ['COMPARE AND WRITE', (disk: Disk) => disk.compareAndWrite(1, new Uint8Array(512), twos)],
] as const) {
  for (const order of ['before', 'after'] as const) {
    test(`a write contests with a ${name} of its block that began ${order} it`, async () => {
      const [device, disk] = await open({}, thin);
      device.script({ opcode: 0x2a, error: lost('unknown') });
      const write = (): Promise<void> => disk.write(512, ones);
      const two = order === 'before' ? [other(disk), write()] : [write(), other(disk)];
      const ends = await Promise.allSettled(two);
      const rejected = ends.filter((end) => end.status === 'rejected').map((end) => end.reason as ScsiError);
      assert.deepEqual(
        rejected.map(({ code, effect }) => ({ code, effect })),
        [{ code: 'ISCSI_CONNECTION_LOST', effect: 'unknown' }],
      );
    });
  }
}

test('a contested write that was certainly not carried out is executed all the same', async () => {
  const [device, disk] = await open();
  device.script({ error: lost('none') });
  await Promise.all([disk.write(0, ones), disk.write(0, twos)]);
  assert.equal(device.requests.length, 3);
});

test('writes to other blocks, and writes that had ended before, do not keep a write from being repeated', async () => {
  const [device, disk] = await open();
  await disk.write(0, twos);
  await disk.write(1, twos);
  await disk.zero(0, 512);
  device.script({ isExecuted: true, error: lost('unknown') });
  await Promise.all([disk.write(0, ones), disk.write(512, twos), disk.write(1024, twos)]);
  assert.deepEqual(new Uint8Array(device.medium.subarray(0, 512)), ones);
});

test('ABORTED COMMAND leaves a contested write just as uncertain: it is not sent again', async () => {
  const [device, disk] = await open();
  device.script({ sense: scsi.makeSense(0x0b, 0x4705) });
  const ends = await Promise.allSettled([disk.write(0, ones), disk.write(0, twos)]);
  assert.equal(ends[1].status, 'fulfilled');
  assert.ok(ends[0].status === 'rejected');
  const { code, effect, message } = ends[0].reason as ScsiError;
  assert.deepEqual({ code, effect }, { code: 'SCSI_CHECK_CONDITION', effect: 'unknown' });
  assert.match(message, /ABORTED COMMAND.*; not sent again, since another change/);
});

test('COMPARE AND WRITE is not sent again once it may have been carried out: it would meet what it wrote', async () => {
  const [device, disk] = await open({}, thin);
  device.script({ isExecuted: true, error: lost('unknown') });
  await assert.rejects(disk.compareAndWrite(0, new Uint8Array(512), ones), {
    code: 'ISCSI_CONNECTION_LOST',
    effect: 'unknown',
    message: 'lost; not sent again, since it would meet what it may have written',
  });
  device.script({ error: lost('none') });
  await disk.compareAndWrite(1, new Uint8Array(512), ones);
});

test('a replay that meets a reservation of another initiator ends with effect unknown', async () => {
  const [device, disk] = await open();
  device.script({ isExecuted: true, error: lost('unknown') }, { status: 0x18 });
  await assert.rejects(disk.write(0, ones), { code: 'SCSI_RESERVATION_CONFLICT', effect: 'unknown' });
});

test('a command is executed again maxRedrives times and no more', async () => {
  const [device, disk] = await open({ maxRedrives: 3 });
  device.script({ error: lost('none'), times: 100 });
  await assert.rejects(disk.read(0, new Uint8Array(512)), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  assert.equal(device.requests.length, 4);
});

test('maxRedrives and maxResends are counted apart', async () => {
  const [device, disk] = await open({ maxRedrives: 2, maxResends: 2 });
  device.script({ error: lost('none') }, { status: 8 }, { error: lost('none') }, { status: 8 });
  await disk.read(0, new Uint8Array(512));
  assert.equal(device.requests.length, 5);
});

test('maxRedrives 0 tells of every loss as it came', async () => {
  const [device, disk] = await open({ maxRedrives: 0 });
  const loss = lost('unknown');
  device.script({ error: loss });
  await assert.rejects(disk.write(0, ones), (error) => error === loss);
});

test('a session that is gone is not asked again: ISCSI_SESSION_LOST ends the command, with the effect of its attempts', async () => {
  const [device, disk] = await open();
  device.script({ error: lost('unknown') }, { error: new SessionError('ISCSI_SESSION_LOST', 'gone') });
  await assert.rejects(disk.write(0, ones), { code: 'ISCSI_SESSION_LOST', effect: 'unknown' });
  assert.equal(device.requests.length, 2);
  device.script({ error: new SessionError('ISCSI_SESSION_LOST', 'gone') });
  await assert.rejects(disk.read(0, new Uint8Array(512)), { code: 'ISCSI_SESSION_LOST', effect: 'none' });
  assert.equal(device.requests.length, 3);
});

for (const code of ['ISCSI_CLOSED', 'ISCSI_DRAINING'] as const) {
  test(`a session that refuses the repetition with ${code} leaves the loss as the reason`, async () => {
    const [device, disk] = await open();
    const loss = lost('unknown');
    device.script({ error: loss }, { error: new SessionError(code, 'no more') });
    await assert.rejects(disk.write(0, ones), (error) => error === loss);
  });
}

test('a repetition that finds the queue of the session full waits and comes again; a first attempt is told', async () => {
  const clock = instantClock();
  const [device, disk] = await open({ clock, backoffMs: 100 });
  const full = new SessionError('ISCSI_QUEUE_FULL', 'full');
  device.script({ error: lost('unknown') }, { error: full, times: 2 });
  await disk.write(0, ones);
  assert.deepEqual(clock.delays, [100, 200]);
  device.script({ error: full });
  await assert.rejects(disk.read(0, new Uint8Array(512)), (error) => error === full);
});

for (const code of ['ISCSI_REJECTED', 'ISCSI_DIGEST_MISMATCH'] satisfies ErrorCode[]) {
  test(`${code}: a read is executed again, a write that may still be carried out is not`, async () => {
    const [device, disk] = await open();
    device.script({ error: new ProtocolError(code, 'no') });
    await disk.read(0, new Uint8Array(512));
    assert.equal(device.requests.length, 2);
    device.script({ error: new ProtocolError(code, 'no', { effect: 'unknown' }) });
    await disk.flush();
    assert.equal(device.requests.length, 4);
    const failure = new ProtocolError(code, 'no', { effect: 'unknown' });
    device.script({ error: failure });
    await assert.rejects(disk.write(0, ones), (error) => error === failure);
  });
}

test('RFC 7143 §11.9.1: tasks that the target terminated are over, and executed again', async () => {
  const [device, disk] = await open();
  device.script({ error: new ScsiError('SCSI_TASK_ABORTED', 'terminated', { effect: 'unknown' }), times: 2 });
  await disk.write(0, ones);
  assert.equal(device.requests.length, 3);
});

test("an abort between two attempts ends the command, with the signal's own reason", async () => {
  const [device, disk] = await open();
  const controller = new AbortController();
  const reason = new Error('enough');
  device.script({ error: lost('unknown'), times: 100 });
  device.pace = async () => {
    if (device.requests.length === 3) controller.abort(reason);
    await nextTurn();
  };
  await assert.rejects(disk.write(0, ones, { signal: controller.signal }), (error) => error === reason);
});
