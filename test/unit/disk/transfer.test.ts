// Reads and writes of whole blocks: which commands they become, and how they end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

async function open(options: FakeScsiOptions = {}, diskOptions: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const device = new FakeScsiDevice(options);
  const disk = await openDisk(device, 0, diskOptions);
  device.requests.length = 0;
  return [device, disk];
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >>> 8)) & 0xff);
}

test("an aligned request is one command that carries the caller's own buffer", async () => {
  const [device, disk] = await open();
  const from = pattern(2048);
  const into = new Uint8Array(2048);
  await disk.write(1024, from);
  await disk.read(1024, into);
  assert.deepEqual(into, from);
  const [write, read] = device.requests;
  assert.equal(write?.dataOut, from);
  assert.equal(read?.dataIn, into);
  assert.deepEqual(scsi.decodeTransfer10Cdb(read.cdb), { lba: 2, blocks: 4, dpo: false, fua: false, protect: 0 });
  assert.deepEqual(device.takeCommands(), ['WRITE(10)', 'READ(10)']);
});

test('an empty request is no command', async () => {
  const [device, disk] = await open();
  await disk.read(100, new Uint8Array(0));
  await disk.write(512, new Uint8Array(0));
  await disk.zero(512, 0);
  assert.deepEqual(await disk.extents(3, 0), []);
  assert.deepEqual(device.takeCommands(), []);
});

test('the 16-byte forms are used where LBA or length need them', async () => {
  const [device, disk] = await open({ reportedLastLba: 2 ** 33 }, { maxTransferLength: 2 ** 26 });
  const cases: readonly (readonly [lba: number, blocks: number, name: string])[] = [
    [2 ** 32 - 1, 1, 'READ(10)'],
    [2 ** 32 - 1, 2, 'READ(16)'],
    [2 ** 32, 1, 'READ(16)'],
    [0, 0xffff, 'READ(10)'],
    [0, 0x1_0000, 'READ(16)'],
  ];
  for (const [lba, blocks, name] of cases) {
    device.script({ dataIn: new Uint8Array(blocks * 512) });
    await disk.read(lba * 512, new Uint8Array(blocks * 512));
    const { cdb } = device.requests.at(-1)!;
    const transfer = name === 'READ(10)' ? scsi.decodeTransfer10Cdb(cdb) : scsi.decodeTransfer16Cdb(cdb);
    assert.deepEqual([scsi.commandName(cdb), transfer.lba, transfer.blocks], [name, lba, blocks]);
  }
  device.script({ status: 0 });
  await disk.write(2 ** 32 * 512, new Uint8Array(512));
  assert.equal(scsi.commandName(device.requests.at(-1)!.cdb), 'WRITE(16)');
});

test("a large request is split by the smaller limit into slices of the caller's buffer, a bounded number in flight", async () => {
  for (const [limits, options, piece] of [
    [{ maximumTransferLength: 20 }, {}, 20 * 512],
    [{}, { maxTransferLength: 16_384 + 511 }, 16_384],
  ] as const) {
    const [device, disk] = await open({ limits }, { ...options, maxInFlight: 3 });
    const from = pattern(200 * 512);
    const into = new Uint8Array(from.length);
    await disk.write(512, from);
    await disk.read(512, into);
    assert.deepEqual(into, from);
    assert.equal(device.mostInFlight, 3);
    const pieces = Math.ceil(from.length / piece);
    assert.equal(device.requests.length, 2 * pieces);
    assert.ok(device.requests.every(({ dataOut }) => dataOut === undefined || dataOut.buffer === from.buffer));
    assert.ok(device.requests.every(({ dataIn }) => dataIn === undefined || dataIn.buffer === into.buffer));
  }
});

test('GOOD with fewer or more bytes than asked for is SCSI_RESIDUAL', async () => {
  const [device, disk] = await open();
  const cases = [
    { dataIn: new Uint8Array(511) },
    { dataIn: new Uint8Array(513) },
    { patch: { residual: 'underflow', residualCount: 4 } },
    { patch: { dataInLength: 500 } },
  ] as const;
  for (const scripted of cases) {
    device.script(scripted);
    await assert.rejects(disk.read(0, new Uint8Array(512)), { code: 'SCSI_RESIDUAL', effect: 'none' });
  }
  device.script({ patch: { residual: 'underflow', residualCount: 512 } });
  await assert.rejects(disk.write(0, new Uint8Array(512)), { code: 'SCSI_RESIDUAL', effect: 'unknown' });
});

test('SPC-4 §4.5: RECOVERED ERROR means that the command was carried out', async () => {
  const [device, disk] = await open();
  const sense = scsi.encodeSense(scsi.makeSense(scsi.senseKey.recoveredError, 0x1701));
  device.script({ patch: { status: 2, sense } });
  await disk.read(0, new Uint8Array(512));
  assert.equal(device.requests.length, 1);
});

test('an error of a read names the command, the LUN and what the device said', async () => {
  const [device, disk] = await open();
  device.script({ sense: scsi.makeSense(scsi.senseKey.mediumError, 0x1100, { information: 9 }) });
  await assert.rejects(disk.read(0, new Uint8Array(512)), {
    code: 'SCSI_CHECK_CONDITION',
    message: 'READ(10) of LUN 0 ended with CHECK CONDITION: MEDIUM ERROR, UNRECOVERED READ ERROR, information 9',
    senseKey: 3,
    information: 9,
    effect: 'none',
  });
});

const effects: readonly (readonly [claim: string, scripted: object, effect: string])[] = [
  ['RESERVATION CONFLICT', { status: 0x18 }, 'none'],
  ['ILLEGAL REQUEST', { sense: scsi.makeSense(5, 0x2100) }, 'none'],
  ['DATA PROTECT', { sense: scsi.makeSense(7, 0x2700) }, 'none'],
  ['DATA PROTECT for lack of space', { sense: scsi.makeSense(7, 0x2707) }, 'unknown'],
  ['MEDIUM ERROR', { sense: scsi.makeSense(3, 0x0c02) }, 'unknown'],
  ['HARDWARE ERROR', { sense: scsi.makeSense(4, 0x4400) }, 'unknown'],
  ['a deferred error', { sense: scsi.makeSense(5, 0x2400, { isDeferred: true }) }, 'unknown'],
  ['TASK ABORTED', { status: 0x40 }, 'unknown'],
  ['CHECK CONDITION without sense data', { status: 0x02 }, 'unknown'],
];
for (const [claim, scripted, effect] of effects) {
  test(`a write that ended with ${claim} has effect ${effect}, and is not sent again`, async () => {
    const [device, disk] = await open();
    device.script(scripted);
    await assert.rejects(disk.write(0, new Uint8Array(512)), { name: 'ScsiError', effect });
    assert.equal(device.requests.length, 1);
  });
}

test('a split write that fails in part says which range, and that some of it may have been changed', async () => {
  const [device, disk] = await open({ limits: { maximumTransferLength: 8 } }, { maxInFlight: 2 });
  device.script({ isExecuted: true }, { isExecuted: true }, { status: 0x18 });
  await assert.rejects(disk.write(4096, pattern(65_536)), {
    name: 'ScsiError',
    code: 'SCSI_RESERVATION_CONFLICT',
    status: 0x18,
    effect: 'unknown',
    message:
      'WRITE(10) of LUN 0 ended with RESERVATION CONFLICT; of the 65536 bytes at 4096, some may have been changed',
  });
  assert.ok(device.requests.length < 16, 'no piece was started after the failure');
  assert.equal(device.inFlight, 0, 'nothing is in flight when the write settles');
});

test('a split write of which no piece was executed has effect none', async () => {
  const [device, disk] = await open({ limits: { maximumTransferLength: 8 } });
  device.script({ status: 0x18, times: 100 });
  await assert.rejects(disk.write(0, pattern(65_536)), { code: 'SCSI_RESERVATION_CONFLICT', effect: 'none' });
});

test('a split write whose only failed piece may have been executed has effect unknown', async () => {
  const [device, disk] = await open({ limits: { maximumTransferLength: 8 } }, { maxInFlight: 1 });
  device.script({ sense: scsi.makeSense(4, 0x4400) });
  await assert.rejects(disk.write(0, pattern(65_536)), { senseKey: 4, effect: 'unknown' });
  assert.equal(device.requests.length, 1);
});

test('FUA goes into the command where the device has it, else SYNCHRONIZE CACHE follows', async () => {
  const [modern, disk] = await open({ dpoFua: true });
  await disk.write(512, pattern(512), { fua: true });
  assert.equal(scsi.decodeTransfer10Cdb(modern.requests[0]!.cdb).fua, true);
  assert.deepEqual(modern.takeCommands(), ['WRITE(10)']);
  assert.deepEqual(new Uint8Array(modern.stable.subarray(512, 1024)), pattern(512));

  const [old, oldDisk] = await open();
  await oldDisk.write(512, pattern(512));
  assert.deepEqual(new Uint8Array(old.stable.subarray(512, 1024)), new Uint8Array(512));
  await oldDisk.write(512, pattern(512), { fua: true });
  assert.deepEqual(new Uint8Array(old.stable.subarray(512, 1024)), pattern(512));
  assert.deepEqual(old.takeCommands(), ['WRITE(10)', 'WRITE(10)', 'SYNCHRONIZE CACHE(10)']);

  const [cacheless, cachelessDisk] = await open({ writeCache: false });
  await cachelessDisk.write(512, pattern(512), { fua: true });
  assert.deepEqual(cacheless.takeCommands(), ['WRITE(10)']);
});

test('a write with FUA whose flush failed has effect unknown', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x35, sense: scsi.makeSense(4, 0x4400) });
  await assert.rejects(disk.write(0, pattern(512), { fua: true }), {
    code: 'SCSI_CHECK_CONDITION',
    effect: 'unknown',
    message: /SYNCHRONIZE CACHE\(10\).*; what was written may still be in a volatile cache$/,
  });
});

test('flush synchronizes the cache, by the form that the device has', async () => {
  const [device, disk] = await open({ unsupported: [0x35] });
  await disk.write(0, pattern(512));
  await disk.flush();
  await disk.flush();
  assert.ok(device.stable.equals(device.medium));
  assert.deepEqual(device.takeCommands(), [
    'WRITE(10)',
    'SYNCHRONIZE CACHE(10)',
    'SYNCHRONIZE CACHE(16)',
    'SYNCHRONIZE CACHE(16)',
  ]);
});

test('flush without the command fails on a device with a cache, and only there', async () => {
  const [, cached] = await open({ unsupported: [0x35, 0x91], writeCache: true });
  await assert.rejects(cached.flush(), { code: 'SCSI_UNSUPPORTED' });
  const [, unsaid] = await open({ unsupported: [0x35, 0x91], writeCache: undefined });
  await unsaid.flush();
});

test('COMPARE AND WRITE: writes where the blocks hold what was expected, else nothing', async () => {
  const [device, disk] = await open({ limits: { maximumCompareAndWriteLength: 2 } });
  await disk.compareAndWrite(3, new Uint8Array(1024), pattern(1024));
  assert.deepEqual(new Uint8Array(device.medium.subarray(1536, 2560)), pattern(1024));
  await assert.rejects(disk.compareAndWrite(3, new Uint8Array(512), pattern(512)), {
    code: 'SCSI_MISCOMPARE',
    effect: 'none',
  });
  assert.deepEqual(device.takeCommands(), ['COMPARE AND WRITE', 'COMPARE AND WRITE']);
});

test("COMPARE AND WRITE: takes whole blocks within the device's limit, of equal length", async () => {
  const [device, disk] = await open({ limits: { maximumCompareAndWriteLength: 2 } });
  for (const [a, b] of [
    [512, 1024],
    [0, 0],
    [100, 100],
    [1536, 1536],
  ] as const) {
    await assert.rejects(disk.compareAndWrite(0, new Uint8Array(a), new Uint8Array(b)), { code: 'ISCSI_BAD_ARGUMENT' });
  }
  await assert.rejects(disk.compareAndWrite(4096, new Uint8Array(512), new Uint8Array(512)), {
    code: 'BLOCK_OUT_OF_RANGE',
  });
  assert.deepEqual(device.takeCommands(), []);
  const [, without] = await open();
  await assert.rejects(without.compareAndWrite(0, new Uint8Array(512), new Uint8Array(512)), {
    code: 'SCSI_UNSUPPORTED',
  });
});

test('COMPARE AND WRITE: is not sent again after ABORTED COMMAND, since it may have written already', async () => {
  const [device, disk] = await open({ limits: { maximumCompareAndWriteLength: 2 } });
  device.script({ isExecuted: true, sense: scsi.makeSense(0x0b, 0x4705) });
  await assert.rejects(disk.compareAndWrite(0, new Uint8Array(512), pattern(512)), { effect: 'unknown' });
  assert.equal(device.requests.length, 1);
});

test('COMPARE AND WRITE with FUA: in the command, or by a flush behind it', async () => {
  const limits = { maximumCompareAndWriteLength: 1 };
  const [modern, disk] = await open({ limits, dpoFua: true });
  await disk.compareAndWrite(0, new Uint8Array(512), pattern(512), { fua: true });
  assert.deepEqual(modern.takeCommands(), ['COMPARE AND WRITE']);
  assert.ok(modern.stable.equals(modern.medium));
  const [old, oldDisk] = await open({ limits });
  await oldDisk.compareAndWrite(0, new Uint8Array(512), pattern(512), { fua: true });
  assert.deepEqual(old.takeCommands(), ['COMPARE AND WRITE', 'SYNCHRONIZE CACHE(10)']);
});
