// Ranges without data: trim, zero and extents, by the commands that a device has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

async function open(options: FakeScsiOptions = {}, diskOptions: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const device = new FakeScsiDevice(options);
  const disk = await openDisk(device, 0, diskOptions);
  device.medium.fill(0x55);
  device.requests.length = 0;
  return [device, disk];
}

const thin: FakeScsiOptions = { lbpme: true, lbprz: true, provisioning: { lbpu: true, lbpws: true, lbprz: 1 } };

function freed(device: FakeScsiDevice): string {
  const blocks = [...device.freed].sort((a, b) => a - b);
  return blocks.length === 0 ? 'none' : `${blocks[0]} to ${blocks.at(-1)}, ${blocks.length}`;
}

test('SBC-4 UNMAP: trim frees the blocks that lie whole in the range', async () => {
  const [device, disk] = await open(thin);
  await disk.trim!(1000, 10_000);
  assert.equal(freed(device), '2 to 20, 19');
  assert.deepEqual(device.takeCommands(), ['UNMAP']);
  await disk.trim!(1000, 500);
  await disk.trim!(0, 511);
  assert.deepEqual(device.takeCommands(), []);
});

test("SBC-4 UNMAP: a long range takes as many commands as the device's limit asks for", async () => {
  const [device, disk] = await open({ ...thin, limits: { maximumUnmapLbaCount: 1000 } });
  await disk.trim!(0, disk.size);
  assert.equal(freed(device), '0 to 4095, 4096');
  assert.equal(device.takeCommands().length, 5);
});

test('tgtd 1.0.85 frees the range and reports the parameter list as an underflow: that is no failure', async () => {
  const [device, disk] = await open(thin);
  device.script({ patch: { residual: 'underflow', residualCount: 24 } });
  await disk.trim!(0, 4096);
  assert.equal(freed(device), '0 to 7, 8');
});

test('SBC-4 WRITE SAME: frees where the device has no UNMAP', async () => {
  const options = { ...thin, provisioning: { lbpws: true }, limits: { maximumWriteSameLength: 4000 } };
  const [device, disk] = await open(options);
  await disk.trim!(0, disk.size);
  assert.equal(freed(device), '0 to 4095, 4096');
  assert.deepEqual(device.takeCommands(), ['WRITE SAME(16)', 'WRITE SAME(16)']);
});

test('a trim that fails in part says which range', async () => {
  const [device, disk] = await open({ ...thin, limits: { maximumUnmapLbaCount: 1000 } }, { maxInFlight: 1 });
  device.script({ isExecuted: true }, { sense: scsi.makeSense(4, 0x4400) });
  await assert.rejects(disk.trim!(0, disk.size), {
    senseKey: 4,
    effect: 'unknown',
    message: /of the 2097152 bytes at 0, some may have been changed$/,
  });
});

test('zero: WRITE SAME for the blocks, read-modify-write for the rest, and freeing only where that reads as zeros', async () => {
  for (const [options, isFreed] of [
    [thin, true],
    [{}, false],
    [{ lbpme: true, provisioning: { lbpws: true } }, false],
  ] as const) {
    const [device, disk] = await open(options);
    await disk.zero(1000, 10_000);
    assert.ok(device.medium.subarray(1000, 11_000).every((byte) => byte === 0));
    assert.ok(device.medium.subarray(0, 1000).every((byte) => byte === 0x55));
    assert.ok(device.medium.subarray(11_000).every((byte) => byte === 0x55));
    assert.equal(device.freed.size > 0, isFreed);
    assert.deepEqual(device.takeCommands().sort(), [
      'READ(10)',
      'READ(10)',
      'WRITE SAME(16)',
      'WRITE(10)',
      'WRITE(10)',
    ]);
  }
});

test('zero: zeros are written where there is no WRITE SAME, and it is not asked for again', async () => {
  const [device, disk] = await open({ unsupported: [0x93] }, { maxTransferLength: 65_536, maxInFlight: 2 });
  await disk.zero(0, 1_000_448);
  assert.ok(device.medium.subarray(0, 1_000_448).every((byte) => byte === 0));
  assert.ok(device.medium.subarray(1_000_448).every((byte) => byte === 0x55));
  assert.deepEqual(device.takeCommands(), ['WRITE SAME(16)', ...Array<string>(16).fill('WRITE(10)')]);
  assert.equal(device.mostInFlight, 2);
  await disk.zero(0, 512);
  assert.deepEqual(device.takeCommands(), ['WRITE(10)']);
});

test('zero: falls back from a WRITE SAME that was refused in every piece, not from one that was carried out in part', async () => {
  const limits = { maximumWriteSameLength: 1000 };
  const [refusing, disk] = await open({ limits });
  refusing.script({ opcode: 0x93, times: 5, sense: scsi.makeSense(5, 0x2400) });
  await disk.zero(0, disk.size);
  assert.ok(refusing.medium.every((byte) => byte === 0));
  const [partial, other] = await open({ limits }, { maxInFlight: 1 });
  partial.script({ opcode: 0x93, isExecuted: true }, { opcode: 0x93, sense: scsi.makeSense(5, 0x2100) });
  await assert.rejects(other.zero(0, other.size), { senseKey: 5, effect: 'unknown' });
});

test('zero with fua: the zeros are on stable storage', async () => {
  const [device, disk] = await open();
  device.medium.copy(device.stable);
  await disk.zero(512, 1024, { fua: true });
  assert.ok(device.stable.subarray(512, 1536).every((byte) => byte === 0));
});

test('zero that fails in one of its parts covers the whole range', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x93, sense: scsi.makeSense(7, 0x2700) });
  await assert.rejects(disk.zero(100, 5000), {
    effect: 'unknown',
    message: /of the 5000 bytes at 100, some may have been/,
  });
});

test('SBC-4 GET LBA STATUS: freed blocks are holes where they read as zeros, data where nobody knows', async () => {
  const [device, disk] = await open(thin);
  await disk.trim!(4096, 8192);
  assert.deepEqual(await disk.extents(100, 20_000), [
    { offset: 100, length: 3996, kind: 'data' },
    { offset: 4096, length: 8192, kind: 'hole' },
    { offset: 12_288, length: 7812, kind: 'data' },
  ]);
  assert.deepEqual(await disk.extents(5000, 100), [{ offset: 5000, length: 100, kind: 'hole' }]);
  assert.deepEqual(device.takeCommands(), ['UNMAP', 'GET LBA STATUS(16)', 'GET LBA STATUS(16)']);
  const [, unsure] = await open({ lbpme: true, provisioning: { lbpu: true } });
  await unsure.trim!(4096, 8192);
  assert.deepEqual(await unsure.extents(0, 20_000), [{ offset: 0, length: 20_000, kind: 'data' }]);
});

test('SBC-4 GET LBA STATUS: each state has its kind', async () => {
  const [device, disk] = await open(thin);
  const list = [0, 1, 2, 3, 4, 9].map((status, i) => ({ lba: i, blocks: 1, status }));
  device.script({ dataIn: scsi.encodeLbaStatusList(list) });
  assert.deepEqual(await disk.extents(0, 6 * 512), [
    { offset: 0, length: 512, kind: 'data' },
    { offset: 512, length: 512, kind: 'hole' },
    { offset: 1024, length: 512, kind: 'zero' },
    { offset: 1536, length: 1536, kind: 'data' },
  ]);
});

test('SBC-4 GET LBA STATUS: an answer may cover less than was asked for, and begin before it', async () => {
  const [device, disk] = await open(thin);
  device.script({ dataIn: scsi.encodeLbaStatusList([{ lba: 0, blocks: 4, status: 1 }]) });
  device.script({ dataIn: scsi.encodeLbaStatusList([{ lba: 4, blocks: 4, status: 1 }]) });
  assert.deepEqual(await disk.extents(1024, 3072), [{ offset: 1024, length: 3072, kind: 'hole' }]);
  assert.equal(device.requests.length, 2);
});

test('extents: all is data on a device that does not tell, which is asked at most once', async () => {
  const [device, disk] = await open({ ...thin, unsupported: [0x9e12] });
  for (let i = 0; i < 2; i += 1) {
    assert.deepEqual(await disk.extents(0, 5000), [{ offset: 0, length: 5000, kind: 'data' }]);
  }
  assert.deepEqual(device.takeCommands(), ['GET LBA STATUS(16)']);
  const [thick, thickDisk] = await open();
  assert.deepEqual(await thickDisk.extents(7, 10), [{ offset: 7, length: 10, kind: 'data' }]);
  assert.deepEqual(thick.takeCommands(), []);
});

test('extents: a device that tells of a block at a time does not keep the caller busy without end', async () => {
  const [device, disk] = await open({ ...thin, blockCount: 2000 });
  for (let lba = 0; lba < 2000; lba += 1) {
    device.script({ dataIn: scsi.encodeLbaStatusList([{ lba, blocks: 1, status: lba % 2 }]) });
  }
  const runs = await disk.extents(0, disk.size);
  assert.equal(device.requests.length, 256);
  assert.deepEqual(runs.at(-1), { offset: 256 * 512, length: (2000 - 256) * 512, kind: 'data' });
});

test('SBC-4 GET LBA STATUS: answers that leave gaps, or tell nothing, are SCSI_BAD_DATA', async () => {
  const [device, disk] = await open(thin);
  const answers = [
    [],
    [{ lba: 1, blocks: 1, status: 0 }],
    [{ lba: 0, blocks: 0, status: 0 }],
    [
      { lba: 0, blocks: 1, status: 0 },
      { lba: 2, blocks: 1, status: 0 },
    ],
  ];
  for (const answer of answers) {
    device.script({ dataIn: scsi.encodeLbaStatusList(answer) });
    await assert.rejects(disk.extents(0, 4096), { code: 'SCSI_BAD_DATA' });
  }
  device.script({ sense: scsi.makeSense(3, 0x1100) });
  await assert.rejects(disk.extents(0, 4096), { senseKey: 3 });
});
