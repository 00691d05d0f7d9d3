// What a flush may promise when the device has lost its cache, or may have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlockError, nextTurn, TransportError } from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';
import { instantClock } from '../../support/instant-clock.ts';

async function open(device: FakeScsiOptions = {}, options: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const fake = new FakeScsiDevice(device);
  const disk = await openDisk(fake, 0, { clock: instantClock(), ...options });
  fake.requests.length = 0;
  return [fake, disk];
}

function attention(code: number): { sense: scsi.Sense } {
  return { sense: scsi.makeSense(scsi.senseKey.unitAttention, code) };
}

/** Begins flushes that do not get to the device before they are let go; later ones do. */
function holdFlushes(
  device: FakeScsiDevice,
  disk: Disk,
  count: number,
): { readonly letGo: () => void; readonly flushes: Promise<void>[] } {
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let begun = 0;
  const late = new Set<unknown>();
  device.pace = async (request) => {
    if (request.cdb[0] === 0x35 && begun < count) {
      begun += 1;
      late.add(request);
    }
    if (late.has(request)) await held;
  };
  return { letGo, flushes: Array.from({ length: count }, () => disk.flush()) };
}

const powerOn = attention(0x2901);
const block = new Uint8Array(512).fill(1);
const lostAnswer = new TransportError('ISCSI_CONNECTION_LOST', 'lost', { address: 'x', effect: 'unknown' });

/** Meets what is scripted by way of a read. */
async function meet(device: FakeScsiDevice, disk: Disk, scripted: { sense: scsi.Sense }): Promise<void> {
  device.script({ ...scripted, opcode: 0x28 });
  await disk.read(0, new Uint8Array(512));
}

test('POWER ON OCCURRED met after unflushed writes: the next flush fails once, and says what may be lost', async () => {
  const [device, disk] = await open();
  await disk.write(512, block);
  await disk.write(4096, block);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), {
    name: 'BlockError',
    code: 'BLOCK_WRITES_LOST',
    effect: 'unknown',
    isRetryable: false,
    offset: 512,
    length: 4096,
    message:
      'What was acknowledged and not flushed may be lost: up to 1024 bytes of 2 writes between 512 and 4608, ' +
      'since the device reported UNIT ATTENTION, POWER ON OCCURRED',
  });
  await disk.flush();
});

for (const [code, fate] of [
  [0x2901, 'lost'],
  [0x2902, 'kept'],
  [0x2903, 'kept'],
  [0x2904, 'lost'],
  [0x2907, 'kept'],
  [0x2a09, 'kept'],
  [0x3f0e, 'kept'],
] as const) {
  test(`SPC-4 annex D: after ${scsi.additionalSenseName(code >>> 8, code & 0xff)}, unflushed writes count as ${fate}`, async () => {
    const [device, disk] = await open();
    await disk.write(0, block);
    await meet(device, disk, attention(code));
    if (fate === 'kept') await disk.flush();
    else await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });
}

test('keepsCacheOverReset: 29h/00h is harmless then, and 29h/01h is not', async () => {
  const [device, disk] = await open({}, { keepsCacheOverReset: true });
  await disk.write(0, block);
  await meet(device, disk, attention(0x2900));
  await disk.flush();
  await disk.write(0, block);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

test('a deferred error is a write that was acknowledged and is lost, whoever met it', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script({ sense: scsi.makeSense(3, 0x0c00, { isDeferred: true }) });
  await assert.rejects(disk.read(0, new Uint8Array(512)), { senseKey: 3 });
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', message: /deferred MEDIUM ERROR/ });
});

test('a deferred RECOVERED ERROR tells of a write that succeeded', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script({ sense: scsi.makeSense(1, 0x1701, { isDeferred: true }) });
  await assert.rejects(disk.read(0, new Uint8Array(512)));
  await disk.flush();
});

test('writes that had been flushed, or went past the cache, are not lost by a reset', async () => {
  const [device, disk] = await open({ dpoFua: true });
  await disk.write(0, block);
  await disk.flush();
  await disk.write(0, block, { fua: true });
  await disk.write(0, new Uint8Array(4_194_304).subarray(0, 2_097_152), { fua: true });
  await meet(device, disk, powerOn);
  await disk.flush();
});

test('SBC-4 WCE: a device without a write cache loses nothing, until its mode parameters change', async () => {
  const [device, disk] = await open({ writeCache: false });
  await disk.write(0, block);
  await meet(device, disk, powerOn);
  await disk.flush();
  await meet(device, disk, attention(0x2a01));
  await disk.write(0, block);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

const thin = { lbpme: true, provisioning: { lbpu: true }, limits: { maximumCompareAndWriteLength: 1 } };
for (const [name, change] of [
  ['an unaligned write', (disk: Disk) => disk.write(5, block)],
  ['a split write', (disk: Disk) => disk.write(0, new Uint8Array(1_500_000).subarray(0, 1_499_648))],
  ['zero', (disk: Disk) => disk.zero(0, 512)],
  ['trim', (disk: Disk) => disk.trim!(0, 512)],
  ['COMPARE AND WRITE', (disk: Disk) => disk.compareAndWrite(0, new Uint8Array(512), block)],
] as const) {
  test(`what ${name} changed is lost by a reset as well`, async () => {
    const [device, disk] = await open(thin);
    await change(disk);
    await meet(device, disk, powerOn);
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });
}

test('a flush that meets the unit attention itself fails', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script(powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  assert.deepEqual(device.takeCommands().slice(1), ['SYNCHRONIZE CACHE(10)', 'SYNCHRONIZE CACHE(10)']);
});

test('a flush that was lost with its session and met POWER ON when it was repeated does not claim success', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script({ error: lostAnswer }, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

test('a flush that was lost with its session and met I_T NEXUS LOSS when it was repeated succeeds', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script({ isExecuted: true, error: lostAnswer }, attention(0x2907));
  await disk.flush();
});

test('a flush covers what was acknowledged before it began, and not what came during it', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  const { letGo, flushes } = holdFlushes(device, disk, 1);
  await disk.write(8192, block);
  letGo();
  await Promise.all(flushes);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 8192, length: 512 });
});

test('a reset during a flush loses what the flush was to make stable, and what came during it', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  const { letGo, flushes } = holdFlushes(device, disk, 1);
  await disk.write(8192, block);
  await meet(device, disk, powerOn);
  letGo();
  const [end] = await Promise.allSettled(flushes);
  assert.ok(end?.status === 'rejected');
  const { code, offset, length } = end.reason as BlockError;
  assert.deepEqual({ code, offset, length }, { code: 'BLOCK_WRITES_LOST', offset: 0, length: 8704 });
});

test('a flush that ends beside another one does not let later writes into that one', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  const { letGo, flushes } = holdFlushes(device, disk, 1);
  device.script({ opcode: 0x35, status: 0x18 });
  await assert.rejects(disk.flush(), { code: 'SCSI_RESERVATION_CONFLICT' });
  await disk.write(8192, block);
  letGo();
  await Promise.all(flushes);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 8192, length: 512 });
});

test('a flush that fails makes nothing stable', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  device.script({ opcode: 0x35, status: 0x18 });
  await assert.rejects(disk.flush(), { code: 'SCSI_RESERVATION_CONFLICT' });
  await disk.write(1024, block);
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: 1536 });
});

test('flushes that overlap each other each make stable what came before them', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  const { letGo, flushes } = holdFlushes(device, disk, 1);
  await disk.write(512, block);
  const second = disk.flush();
  await disk.write(1024, block);
  await second;
  device.script({ opcode: 0x35, status: 0x18 });
  letGo();
  await assert.rejects(flushes[0]!, { code: 'SCSI_RESERVATION_CONFLICT' });
  device.pace = nextTurn;
  await meet(device, disk, powerOn);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 1024, length: 512 });
});

test('when a flush could not write the cache, a later one that succeeds does not make up for it for others', async () => {
  const [device, disk] = await open();
  const [mine, other] = [disk.lossCursor(), disk.lossCursor()];
  await disk.write(0, block);
  device.script({ opcode: 0x35, sense: scsi.makeSense(3, 0x0c00) });
  await assert.rejects(disk.flush({ cursor: mine }), { code: 'SCSI_CHECK_CONDITION' });
  await disk.flush({ cursor: mine });
  await assert.rejects(disk.flush({ cursor: other }), { code: 'BLOCK_WRITES_LOST', message: /a flush failed/ });
});

test('everybody with a cursor is told of a loss, once each, and who came when it had been told is not', async () => {
  const [device, disk] = await open();
  const [first, second] = [disk.lossCursor(), disk.lossCursor()];
  await disk.write(0, block);
  await meet(device, disk, powerOn);
  const third = disk.lossCursor(); // nobody has been told
  for (const cursor of [first, second, third]) {
    await assert.rejects(disk.flush({ cursor }), { code: 'BLOCK_WRITES_LOST' });
    await disk.flush({ cursor });
  }
  await disk.flush({ cursor: disk.lossCursor() });
  await disk.flush(); // somebody has been told
});

test('flushes that were under way together are all told of a loss, not the first alone', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  await meet(device, disk, powerOn);
  const ends = await Promise.allSettled([disk.flush(), disk.flush()]);
  for (const end of ends) {
    assert.ok(end.status === 'rejected');
    assert.equal((end.reason as BlockError).code, 'BLOCK_WRITES_LOST');
  }
});

test('losses that nobody has been told of yet are told together, and stay bounded in number', async () => {
  const [device, disk] = await open();
  for (let i = 0; i < 40; i += 1) {
    await disk.write(i * 512, block);
    await meet(device, disk, powerOn);
  }
  const error = await disk.flush().then(
    () => undefined,
    (reason: unknown) => reason as BlockError,
  );
  assert.equal(error?.length, 40 * 512);
  assert.equal(error.message.match(/up to/g)?.length, 16);
});

test('a write that an answer on another connection overtakes may have been carried out before the reset', async () => {
  for (const [cid, isLost] of [
    [0, false],
    [1, true],
  ] as const) {
    const [device, disk] = await open();
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    device.pace = async ({ dataOut }) => {
      if (dataOut === block) await held;
    };
    device.script({ opcode: 0x2a, patch: { cid } });
    const writing = disk.write(512, block);
    await meet(device, disk, powerOn);
    letGo();
    await writing;
    if (isLost) await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 512, length: 512 });
    else await disk.flush();
  }
});

test('a write in doubt on two connections is in doubt on both', async () => {
  const [device, disk] = await open();
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  device.pace = async ({ dataOut }) => {
    if (dataOut === block) await held;
  };
  const writing = disk.write(512, block);
  await meet(device, disk, powerOn);
  device.script({ status: 2, patch: { cid: 1, status: 2, sense: scsi.encodeSense(powerOn.sense) }, opcode: 0x28 });
  await disk.read(0, new Uint8Array(512));
  device.script({ opcode: 0x2a, patch: { cid: 1 } });
  letGo();
  await writing;
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
});

test('a write that was sent again after the reset is in no doubt, whatever connection answers it', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x2a, ...powerOn }, { opcode: 0x2a, patch: { cid: 3 } });
  await disk.write(0, block);
  await disk.flush();
});

test('FUA emulated by a flush: a reset between the two leaves the write uncertain, and its error names it', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x35, ...powerOn });
  await assert.rejects(disk.write(512, block, { fua: true }), {
    code: 'BLOCK_WRITES_LOST',
    effect: 'unknown',
    offset: 512,
    length: 512,
  });
  await disk.write(512, block, { fua: true });
});

test('FUA emulated by a flush makes earlier writes stable too', async () => {
  const [device, disk] = await open();
  await disk.write(0, block);
  await disk.write(512, block, { fua: true });
  await meet(device, disk, powerOn);
  await disk.flush();
});

test('SYNCHRONIZE CACHE has a limit of its own, and no other command has it', async () => {
  for (const [options, limitMs] of [
    [{}, 30_000],
    [{ flushTimeoutMs: 7000 }, 7000],
    [{ flushTimeoutMs: 0 }, 0],
  ] as const) {
    const [device, disk] = await open({ dpoFua: false }, options);
    await disk.write(0, block);
    await disk.flush();
    await disk.write(0, block, { fua: true });
    assert.deepEqual(
      device.requests.map(({ cdb, timeoutMs }) => [cdb[0], timeoutMs]),
      [
        [0x2a, undefined],
        [0x35, limitMs],
        [0x2a, undefined],
        [0x35, limitMs],
      ],
    );
  }
  await assert.rejects(open({}, { flushTimeoutMs: -1 }), { code: 'ISCSI_BAD_ARGUMENT', argument: 'flushTimeoutMs' });
});
