// Faults of logical units and of the whole target: inventory, identity, lost writes, silence, reboots.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { u32, u64 } from '../../../src/base/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { isSilent, nextSense, nextStatus, openReady } from '../../support/fault-bench.ts';
import { RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget, pattern, type RawTarget } from '../../support/raw-target.ts';

const block = { isRead: true, expectedDataTransferLength: 512 } as const;
const write = { isWrite: true, expectedDataTransferLength: 512 } as const;
const parameters = { isRead: true, expectedDataTransferLength: 255 } as const;
const flush = [0x35];

async function dataOf(initiator: RawInitiator, bytes: readonly number[], fields = parameters): Promise<Uint8Array> {
  initiator.command(bytes, fields);
  return (await initiator.next(opcode.dataIn)).data;
}

async function readBlock(opened: RawTarget, lba: number): Promise<Buffer> {
  const bytes = Buffer.alloc(512);
  await opened.device.read(lba * 512, bytes);
  return bytes;
}

test('add-lun and remove-lun (SPC-4 §6.33): the inventory changes, and sessions are told with 3Fh/0Eh', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const reportLuns = [0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 255];
  opened.target.inject('add-lun:lun=3,size=1M');
  initiator.command(cdb.testUnitReady);
  assert.deepEqual(await nextSense(initiator), [0x06, 0x3f, 0x0e]);
  assert.equal(u32(await dataOf(initiator, reportLuns), 0), 16);
  opened.target.inject('remove-lun:lun=3');
  assert.equal(u32(await dataOf(initiator, reportLuns), 0), 8);
  initiator.command(cdb.testUnitReady);
  assert.deepEqual(await nextSense(initiator), [0x06, 0x3f, 0x0e]);
  assert.throws(() => opened.target.inject('remove-lun:lun=3'), /There is no LUN 3/);
});

test('resize-lun (SBC-4 §4.7): told with 2Ah/09h; what it grows by can be written, what it loses cannot', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const capacity = async (): Promise<number> =>
    Number(u64(await dataOf(initiator, [0x9e, 0x10, ...zeros(11), 32]), 0)) + 1;
  assert.equal(await capacity(), 2048);
  opened.target.inject('resize-lun:lun=0,size=2M');
  initiator.command(cdb.testUnitReady);
  assert.deepEqual(await nextSense(initiator), [0x06, 0x2a, 0x09]);
  assert.equal(await capacity(), 4096);
  initiator.command(cdb.write(4095, 1), write, pattern(512));
  assert.equal(await nextStatus(initiator), 0);
  assert.ok(pattern(512).equals(await dataOf(initiator, cdb.read(4095, 1), block as never)));
  opened.target.resizeLun(0, 512 * 100);
  initiator.command(cdb.testUnitReady);
  await nextSense(initiator);
  initiator.command(cdb.read(100, 1), block);
  assert.deepEqual(await nextSense(initiator), [0x05, 0x21, 0x00]);
});

test('wrong-identity (SPC-4 §7.8): another serial and designator from the next login on', async () => {
  await using opened = await openRawTarget();
  const initiator = await openReady(opened);
  const page = async (which: number): Promise<string> =>
    Buffer.from(await dataOf(initiator, [0x12, 1, which, 0, 255])).toString('latin1');
  const before = [await page(0x80), await page(0x83)];
  const fault = opened.target.inject('wrong-identity:serial=OTHER');
  assert.deepEqual([await page(0x80), await page(0x83)], before);
  await opened.connect({ isid: 2 });
  assert.equal((await page(0x80)).slice(4), 'OTHER');
  assert.notEqual(await page(0x83), before[1]);
  fault.remove();
  assert.deepEqual([await page(0x80), await page(0x83)], before);
});

suite('volatile-cache (SBC-4 §4.15)', () => {
  const wce = async (initiator: RawInitiator): Promise<boolean> =>
    ((await dataOf(initiator, [0x1a, 0x08, 0x08, 0, 255]))[4 + 2]! & 0x04) !== 0;

  test('WCE is told, and a reboot loses what was not flushed or forced', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    assert.equal(await wce(initiator), false);
    opened.target.inject('volatile-cache');
    initiator.command(cdb.testUnitReady);
    assert.deepEqual(await nextSense(initiator), [0x06, 0x2a, 0x01]);
    assert.equal(await wce(initiator), true);
    initiator.command(cdb.write(0, 1), write, pattern(512, 1));
    initiator.command(flush);
    assert.deepEqual([await nextStatus(initiator), await nextStatus(initiator)], [0, 0]);
    const forced = cdb.write(1, 1);
    forced[1] = 0x08;
    initiator.command(forced, write, pattern(512, 2));
    initiator.command(cdb.write(2, 1), write, pattern(512, 3));
    assert.deepEqual([await nextStatus(initiator), await nextStatus(initiator)], [0, 0]);
    assert.ok(pattern(512, 3).equals(await dataOf(initiator, cdb.read(2, 1), block as never)));
    await opened.target.reboot();
    assert.ok(pattern(512, 1).equals(await readBlock(opened, 0)));
    assert.ok(pattern(512, 2).equals(await readBlock(opened, 1)));
    assert.ok(Buffer.alloc(512).equals(await readBlock(opened, 2)));
    // Nor does the cache itself still hold it.
    const again = await openReady(opened);
    assert.ok(Buffer.alloc(512).equals(await dataOf(again, cdb.read(2, 1), block as never)));
  });

  test('removal flushes, and so does the end of the target', async () => {
    const opened = await openRawTarget();
    const initiator = await openReady(opened);
    for (const lba of [0, 1]) {
      const fault = opened.target.inject('volatile-cache');
      initiator.command(cdb.testUnitReady);
      await nextSense(initiator);
      initiator.command(cdb.write(lba, 1), write, pattern(512, lba));
      assert.equal(await nextStatus(initiator), 0);
      assert.ok(Buffer.alloc(512).equals(await readBlock(opened, lba)));
      if (lba === 0) {
        fault.remove();
        initiator.command(cdb.testUnitReady);
        await nextSense(initiator);
        assert.equal(await wce(initiator), false);
      } else await opened.target.destroy();
      assert.ok(pattern(512, lba).equals(await readBlock(opened, lba)));
    }
  });
});

test('silent-death (§7.14): nobody is answered, who is there or who comes; removal lets everything go on', async () => {
  const clock = new FakeClock();
  await using opened = await openRawTarget({ clock });
  const initiator = await openReady(opened);
  const fault = opened.target.inject('silent-death');
  initiator.command(cdb.testUnitReady);
  await using late = await RawInitiator.connect(opened.port);
  const login = late.login({ isid: 9 });
  assert.ok((await isSilent(initiator)) && (await isSilent(late)));
  await clock.advance(60_000); // a dead target does not miss a login either
  assert.equal(opened.target.connectionCount, 2);
  assert.ok(fault.hits >= 2);
  fault.remove();
  assert.equal(await nextStatus(initiator), 0);
  assert.equal((await login).pdu.statusClass, 0);
});

suite('reboot (§7.4)', () => {
  test('connections are cut, the ports closed for a while, the sessions gone', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await openReady(opened);
    opened.target.inject('reboot:ms=700');
    assert.deepEqual(await initiator.closed(), []);
    await clock.advance(600);
    await assert.rejects(RawInitiator.connect(opened.port), { code: 'ECONNREFUSED' });
    assert.equal(opened.target.sessions().length, 0);
    await clock.advance(100);
    await opened.target.reboot(); // waits for the one under way
    const again = await opened.connect();
    again.command(cdb.testUnitReady);
    assert.deepEqual(await nextSense(again), [0x06, 0x29, 0x01]);
  });

  test('in place of a command, which is not carried out', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('reboot:command=write,after=1');
    initiator.command(cdb.write(0, 1), write, pattern(512));
    assert.equal(await nextStatus(initiator), 0);
    initiator.command(cdb.write(1, 1), write, pattern(512));
    assert.deepEqual(await initiator.closed(), []);
    assert.equal(fault.hits, 1);
    assert.ok(pattern(512).equals(await readBlock(opened, 0)));
    assert.ok(Buffer.alloc(512).equals(await readBlock(opened, 1)));
  });

  test('closing does not wait for a target that is down', async () => {
    const clock = new FakeClock();
    const opened = await openRawTarget({ clock });
    opened.target.inject('reboot:ms=3600000');
    await opened.target.close();
    assert.equal(clock.pendingTimers, 0);
    assert.throws(() => opened.target.inject('reboot'), { code: 'ISCSI_CLOSED' });
  });
});

function zeros(count: number): number[] {
  return Array<number>(count).fill(0);
}
