// A disk from opening to closing: range checks, aborts, changes of size, and the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../../src/base/index.ts';
import { type Disk, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

async function open(options: FakeScsiOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const device = new FakeScsiDevice({ lbpme: true, provisioning: { lbpu: true }, ...options });
  const disk = await openDisk(device, 0);
  device.requests.length = 0;
  return [device, disk];
}

/** Every request that a disk takes. */
function everyRequest(disk: Disk, options: { signal?: AbortSignal } = {}): (() => Promise<unknown>)[] {
  const block = new Uint8Array(512);
  return [
    () => disk.read(0, block, options),
    () => disk.read(1, block, options),
    () => disk.write(0, block, options),
    () => disk.write(1, block, options),
    () => disk.flush(options),
    () => disk.zero(0, 512, options),
    () => disk.trim!(0, 512, options),
    () => disk.extents(0, 512, options),
    () => disk.compareAndWrite(0, block, block, options),
    () => disk.refreshCapacity(options),
  ];
}

const compare = { limits: { maximumCompareAndWriteLength: 1 } };

test('close waits for the requests under way, refuses new ones, and gives the same promise twice', async () => {
  const [device, disk] = await open(compare);
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  device.pace = async () => {
    await held;
  };
  let isClosed = false;
  const write = disk.write(0, new Uint8Array(512));
  const read = disk.read(100, new Uint8Array(5));
  const closing = disk.close();
  assert.equal(disk.close(), closing);
  void closing.then(() => {
    isClosed = true;
  });
  for (const request of everyRequest(disk)) await assert.rejects(request(), { code: 'ISCSI_CLOSED' });
  await nextTurn();
  assert.equal(isClosed, false);
  letGo();
  await Promise.all([write, read, closing]);
});

test('close settles also when what it waits for fails', async () => {
  const [device, disk] = await open();
  device.script({ sense: scsi.makeSense(3, 0x1100) });
  const read = assert.rejects(disk.read(0, new Uint8Array(512)));
  await disk.close();
  await read;
});

test('every request rejects with the reason of a signal that is aborted before it', async () => {
  const [device, disk] = await open(compare);
  const reason = new Error('enough');
  for (const request of everyRequest(disk, { signal: AbortSignal.abort(reason) })) {
    await assert.rejects(request(), (error) => error === reason);
  }
  assert.deepEqual(device.takeCommands(), []);
  await disk.close();
});

test('every request rejects with the reason of a signal that is aborted while it is under way', async () => {
  const [device, disk] = await open(compare);
  const reason = new Error('enough');
  for (let i = 0; i < everyRequest(disk).length; i += 1) {
    const controller = new AbortController();
    device.pace = async () => {
      controller.abort(reason);
      await Promise.resolve();
    };
    await assert.rejects(everyRequest(disk, { signal: controller.signal })[i]!(), (error) => error === reason);
  }
  await disk.close();
});

test('a split write that is aborted rejects with the reason itself, when nothing of it is in flight', async () => {
  const [device, disk] = await open();
  const controller = new AbortController();
  const reason = new Error('enough');
  device.pace = async () => {
    if (device.requests.length === 2) controller.abort(reason);
    await nextTurn();
  };
  const write = disk.write(0, new Uint8Array(disk.size), { signal: controller.signal });
  await assert.rejects(write, (error) => error === reason);
  assert.equal(device.inFlight, 0);
});

test('requests outside of the disk, and nothing but whole numbers, are refused before anything is sent', async () => {
  const [device, disk] = await open(compare);
  for (const [offset, length] of [
    [-512, 512],
    [disk.size, 512],
    [disk.size - 100, 512],
    [0.5, 512],
    [2 ** 53, 512],
  ] as const) {
    const error = { name: 'BlockError', code: 'BLOCK_OUT_OF_RANGE', offset, length };
    await assert.rejects(disk.read(offset, new Uint8Array(length)), error);
    await assert.rejects(disk.write(offset, new Uint8Array(length)), error);
    await assert.rejects(disk.zero(offset, length), error);
    await assert.rejects(disk.trim!(offset, length), error);
    await assert.rejects(disk.extents(offset, length), error);
  }
  await assert.rejects(disk.zero(0, -1), { code: 'BLOCK_OUT_OF_RANGE' });
  assert.deepEqual(device.takeCommands(), []);
});

test('SPC-4 WP: a write-protected disk refuses every change and still reads', async () => {
  const [device, disk] = await open({ ...compare, isWriteProtected: true });
  const block = new Uint8Array(512);
  for (const change of [
    disk.write(0, block),
    disk.zero(0, 512),
    disk.trim!(0, 512),
    disk.compareAndWrite(0, block, block),
  ]) {
    await assert.rejects(change, { code: 'BLOCK_READ_ONLY' });
  }
  await disk.read(0, block);
  assert.deepEqual(device.takeCommands(), ['READ(10)']);
  await disk.close();
});

test('refreshCapacity takes over a new size, which then bounds requests', async () => {
  const [device, disk] = await open();
  const old = disk.size;
  device.blockCount = 5000;
  assert.equal(await disk.refreshCapacity(), 5000 * 512);
  assert.equal(disk.size, 5000 * 512);
  device.script({ opcode: 0x28, dataIn: new Uint8Array(512) });
  await disk.read(old, new Uint8Array(512));
  device.blockCount = 10;
  await disk.refreshCapacity();
  await assert.rejects(disk.read(5120, new Uint8Array(512)), { code: 'BLOCK_OUT_OF_RANGE' });
});

test('refreshCapacity refuses blocks of another size', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x9e, dataIn: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0x10, 0) });
  await assert.rejects(disk.refreshCapacity(), { code: 'SCSI_UNSUPPORTED' });
  assert.equal(disk.size, 4096 * 512);
});
