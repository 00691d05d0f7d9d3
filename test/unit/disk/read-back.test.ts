// What a flush makes of a device that does not say whether it has lost its cache: it reads back what was not flushed.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextTurn, TransportError } from '../../../src/base/index.ts';
import { type Disk, type DiskOptions, openDisk } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';
import { instantClock } from '../../support/instant-clock.ts';

const vague = scsi.makeSense(scsi.senseKey.unitAttention, 0x2900);
const nexusLoss = scsi.makeSense(scsi.senseKey.unitAttention, 0x2907);
const powerOn = scsi.makeSense(scsi.senseKey.unitAttention, 0x2901);
const page = 4096;

async function open(device: FakeScsiOptions = {}, options: DiskOptions = {}): Promise<[FakeScsiDevice, Disk]> {
  const fake = new FakeScsiDevice(device);
  const disk = await openDisk(fake, 0, { clock: instantClock(), ...options });
  fake.requests.length = 0;
  return [fake, disk];
}

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + seed) & 0xff);
}

/** The device loses what was not flushed, or keeps it, and says 29h/00h. */
function reset(device: FakeScsiDevice, keeps: boolean): void {
  if (!keeps) device.losePower(() => false);
  device.attentions = [vague];
}

suite('29h/00h', () => {
  test('is no loss while everything is there: it is read, then flushed', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(2 * page, 1));
    await disk.write(8 * page, bytes(512, 2));
    reset(device, true);
    await disk.resume(device);
    device.takeCommands();
    await disk.flush();
    assert.deepEqual(device.takeCommands(), ['READ(10)', 'READ(10)', 'SYNCHRONIZE CACHE(10)']);
    await disk.flush();
    assert.deepEqual(device.takeCommands(), ['SYNCHRONIZE CACHE(10)']);
  });

  test('is a loss of what is not there, and of nothing else', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    await disk.write(4 * page, bytes(2 * page, 2));
    await disk.write(8 * page, bytes(page, 3));
    device.medium.fill(0, 5 * page, 6 * page);
    reset(device, true);
    await disk.resume(device);
    const told = { code: 'BLOCK_WRITES_LOST', effect: 'unknown', offset: 5 * page, length: page };
    await assert.rejects(disk.flush(), told);
    assert.ok(Buffer.from(bytes(page, 1)).equals(device.stable.subarray(0, page)), 'the rest is on stable storage');
    await disk.flush();
  });

  test('is believed to be a loss of power where it is met by the flush itself, and everything is gone', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, false);
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: page });
  });

  test('costs nothing where keepsCacheOverReset says that it is harmless', async () => {
    const [device, disk] = await open({}, { keepsCacheOverReset: true });
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await disk.flush();
    assert.ok(!device.takeCommands().includes('READ(10)'));
  });

  test('is a loss of all after a device has told of power or of the nexus by name, since nothing was kept to compare', async () => {
    const [device, disk] = await open();
    disk.noteSense(nexusLoss);
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });
});

suite('silence after a reinstatement', () => {
  test('is no loss while everything is there, and one of what is not', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    await disk.resume(device);
    await disk.flush();
    await disk.write(0, bytes(page, 2));
    device.medium.fill(0, 0, 512);
    await disk.resume(device);
    await assert.rejects(disk.flush(), {
      code: 'BLOCK_WRITES_LOST',
      message: /did not tell what became of the session/,
    });
  });

  test('of a device that has told of the loss of a nexus before says nothing', async () => {
    const [device, disk] = await open();
    device.attentions = [nexusLoss];
    await disk.resume(device);
    await disk.write(0, bytes(page, 1));
    device.takeCommands();
    await disk.resume(device);
    await disk.flush();
    assert.deepEqual(device.takeCommands(), ['TEST UNIT READY', 'SYNCHRONIZE CACHE(10)']);
  });
});

suite('what was written after', () => {
  test('in place of a lost write: it is that which counts', async () => {
    const [device, disk] = await open({ dpoFua: true });
    await disk.write(0, bytes(page, 1));
    await disk.write(page, bytes(page, 2));
    reset(device, false);
    await disk.resume(device);
    await disk.write(0, bytes(page, 3));
    await disk.write(page, bytes(page, 4), { fua: true });
    await disk.flush();
  });

  test('over a part of it: nobody can tell of the rest', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await disk.resume(device);
    await disk.write(512, bytes(512, 3));
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: page });
  });

  test('to a part of a block does not stand for the rest of the block, which it read after the loss', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(512, 1));
    reset(device, false);
    await disk.resume(device);
    await disk.write(100, bytes(100, 3));
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: 512 });
  });

  test('to a part of a block, before the reset, stands for all of it', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(512, 1));
    await disk.write(100, bytes(100, 3));
    reset(device, true);
    await disk.resume(device);
    await disk.flush();
  });

  test('without success leaves nothing to compare with', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    device.script({ opcode: 0x2a, sense: scsi.makeSense(scsi.senseKey.mediumError, 0x0c00) });
    await assert.rejects(disk.write(0, bytes(page, 2)), { effect: 'unknown' });
    reset(device, true);
    await disk.resume(device);
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });

  test('while it is read back: the reading waits for it, and looks again', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, false);
    await disk.resume(device);
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    device.pace = async ({ dataOut }) => {
      if (dataOut !== undefined) await held;
    };
    const writing = disk.write(0, bytes(page, 2));
    const flushing = disk.flush();
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    letGo();
    await writing;
    await flushing;
  });
});

suite('while it is read back', () => {
  test('another reset makes it begin anew', async () => {
    const [device, disk] = await open();
    for (let at = 0; at < 20; at += 1) await disk.write(2 * at * page, bytes(page, at));
    reset(device, true);
    await disk.resume(device);
    let reads = 0;
    device.carriedOut = ({ cdb }) => {
      if (cdb[0] !== 0x28) return;
      reads += 1;
      if (reads === 10) reset(device, false);
    };
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: 39 * page });
  });

  test('POWER ON OCCURRED ends it: all is lost', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await disk.resume(device);
    device.attentions = [powerOn];
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', message: /POWER ON OCCURRED|BUS DEVICE RESET/ });
  });

  test('a failure is the flush’s own, and the next flush reads again', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await disk.resume(device);
    const lost = new TransportError('ISCSI_CONNECT_FAILED', 'lost', { address: 'x', effect: 'none' });
    device.script({ opcode: 0x28, error: lost });
    await assert.rejects(disk.flush(), (error) => error === lost);
    device.medium.fill(0);
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });

  test('other flushes wait, and all are told', async () => {
    const [device, disk] = await open();
    const cursors = [disk.lossCursor(), disk.lossCursor()];
    await disk.write(0, bytes(page, 1));
    reset(device, false);
    await disk.resume(device);
    const flushes = cursors.map((cursor) => disk.flush({ cursor }));
    for (const flush of flushes) await assert.rejects(flush, { code: 'BLOCK_WRITES_LOST' });
    for (const cursor of cursors) await disk.flush({ cursor });
  });

  test('a reset at every read is not waited out for ever: it counts as a loss', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    reset(device, true);
    await disk.resume(device);
    let isNext = false;
    const everyOther = (): boolean => {
      isNext = !isNext;
      return isNext;
    };
    device.script({ opcode: 0x28, times: 1000, sense: vague, when: everyOther });
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST' });
  });

  test('a reset at every flush is not waited out for ever', async () => {
    const [device, disk] = await open();
    await disk.write(0, bytes(page, 1));
    device.script({ opcode: 0x35, times: 1000, sense: vague, when: () => device.requests.length % 2 === 1 });
    const outcome = await disk.flush().then(
      () => 'flushed',
      (error: unknown) => (error as { code: string }).code,
    );
    assert.ok(['flushed', 'BLOCK_WRITES_LOST', 'SCSI_CHECK_CONDITION'].includes(outcome), outcome);
  });
});

test('a write that FUA is emulated for is read back too, and rejects only when it is gone', async () => {
  const [device, disk] = await open();
  device.script({ opcode: 0x35, sense: vague });
  await disk.write(0, bytes(page, 1), { fua: true });
  assert.deepEqual(device.takeCommands().filter((name) => name === 'READ(10)').length, 1);
});

test('what no checksum was made of counts as lost', async () => {
  const [device, disk] = await open({ lbpme: true, lbprz: true, provisioning: { lbpu: true, lbpws: true, lbprz: 1 } });
  await disk.zero(0, page);
  reset(device, true);
  await disk.resume(device);
  await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: page });
});
