// Which ends of a command make it be sent again, how long that goes on, and what is known of the medium then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionError, TimeoutError } from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { type InstantClock, instantClock } from '../../support/instant-clock.ts';

interface Rig {
  readonly device: FakeScsiDevice;
  readonly disk: Disk;
  readonly clock: InstantClock;
}

async function open(options: DiskOptions = {}): Promise<Rig> {
  const device = new FakeScsiDevice();
  const clock = instantClock();
  const disk = await openDisk(device, 0, { clock, random: () => 0.5, ...options });
  device.requests.length = 0;
  return { device, disk, clock };
}

const block = new Uint8Array(512).fill(7);
const busy = { status: 0x08 };
const unitAttention = { sense: scsi.makeSense(6, 0x2900) };
const aborted = { sense: scsi.makeSense(0x0b, 0x4705) };

for (const [name, scripted] of [
  ['BUSY', busy],
  ['TASK SET FULL', { status: 0x28 }],
  ['NOT READY, becoming ready', { sense: scsi.makeSense(2, 0x0401) }],
] as const) {
  test(`${name}: the command is sent again after a random wait that grows up to its bound`, async () => {
    const { device, disk, clock } = await open({ backoffMs: 100, maxBackoffMs: 500 });
    device.script({ ...scripted, times: 5 });
    await disk.write(0, block);
    assert.deepEqual(new Uint8Array(device.medium.subarray(0, 512)), block);
    assert.equal(device.requests.length, 6);
    assert.deepEqual(clock.delays, [50, 100, 200, 250, 250]);
  });
}

for (const [name, scripted] of [
  ['UNIT ATTENTION', unitAttention],
  ['ABORTED COMMAND', aborted],
] as const) {
  test(`${name}: the command is sent again at once`, async () => {
    const { device, disk, clock } = await open();
    device.script({ ...scripted, times: 2 });
    await disk.read(0, new Uint8Array(512));
    assert.equal(device.requests.length, 3);
    assert.deepEqual(clock.delays, []);
  });
}

test('conformance 16.4.1: ABORTED COMMAND for a protocol CRC error makes a new command, whatever the first one did', async () => {
  const { device, disk } = await open();
  device.script({ ...aborted, isExecuted: true });
  await disk.write(0, block);
  assert.deepEqual(device.takeCommands(), ['WRITE(10)', 'WRITE(10)']);
});

test('a device that stays busy is given up after the bound, with effect none', async () => {
  const { device, disk } = await open({ maxResends: 3 });
  device.script({ ...busy, times: 100 });
  await assert.rejects(disk.write(0, block), { code: 'SCSI_BUSY', effect: 'none', isRetryable: true });
  assert.equal(device.requests.length, 4);
});

test('one bound holds for all reasons together', async () => {
  const { device, disk } = await open({ maxResends: 4 });
  device.script(unitAttention, busy, aborted, { status: 0x28 }, unitAttention, unitAttention);
  await assert.rejects(disk.read(0, new Uint8Array(512)), { code: 'SCSI_CHECK_CONDITION', isRetryable: true });
  assert.equal(device.requests.length, 5);
});

test('a refusal after an attempt that may have written leaves the effect unknown', async () => {
  const { device, disk } = await open({ maxResends: 2 });
  device.script(aborted, busy, busy);
  await assert.rejects(disk.write(0, block), { code: 'SCSI_BUSY', effect: 'unknown' });
  device.script(aborted, { error: new SessionError('ISCSI_SESSION_LOST', 'lost') });
  await assert.rejects(disk.write(0, block), {
    code: 'ISCSI_SESSION_LOST',
    effect: 'unknown',
    message: 'lost; an earlier attempt may have changed the medium',
  });
});

test('what the port rejects with, unless it is a loss, goes through untouched', async () => {
  const { device, disk } = await open();
  const limitMs = 30;
  const lost = new TimeoutError('ISCSI_TASK_TIMEOUT', 'late', { operation: 'task', limitMs, effect: 'unknown' });
  device.script({ error: lost });
  await assert.rejects(disk.write(0, block), (error) => error === lost);
  device.script(busy, { error: lost });
  await assert.rejects(disk.write(0, block), (error) => error === lost);
});

test('a failure of the port in one piece of a split write keeps its code, and the effect covers the whole', async () => {
  const { device, disk } = await open({ maxTransferLength: 4096 });
  device.script({ isExecuted: true });
  device.script({ error: new SessionError('ISCSI_SESSION_LOST', 'lost') });
  await assert.rejects(disk.write(0, new Uint8Array(65_536)), {
    code: 'ISCSI_SESSION_LOST',
    effect: 'unknown',
    offset: 0,
    length: 65_536,
  });
});

test('a deferred error is told and not sent again: it speaks of an earlier write', async () => {
  const { device, disk } = await open();
  device.script({ sense: scsi.makeSense(3, 0x0c02, { isDeferred: true }) });
  await assert.rejects(disk.read(0, new Uint8Array(512)), /deferred MEDIUM ERROR/);
  assert.equal(device.requests.length, 1);
});

test("an abort ends the wait between two attempts, with the signal's own reason", async () => {
  const { device, disk } = await open();
  const controller = new AbortController();
  const reason = new Error('enough');
  device.script({ ...busy, times: 100 });
  device.pace = async () => {
    if (device.requests.length === 3) controller.abort(reason);
    await Promise.resolve();
  };
  await assert.rejects(disk.write(0, block, { signal: controller.signal }), (error) => error === reason);
});

test('options bound the number of attempts: none but the first with maxResends 0', async () => {
  const { device, disk } = await open({ maxResends: 0 });
  device.script(unitAttention);
  await assert.rejects(disk.read(0, new Uint8Array(512)), { senseKey: 6 });
  assert.equal(device.requests.length, 1);
});
