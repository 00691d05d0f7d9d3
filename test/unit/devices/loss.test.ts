// A session that is lost and comes back, or does not: its devices stay, and are compared before I/O goes on.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { DeviceHandle } from '../../../src/devices/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { FakeSession, openBench, type StackBench, settle, takeAway, watch } from './stack-bench.ts';

const block = new Uint8Array(512);
const { signal } = new AbortController();

/** The session fails: its queue keeps everything. */
function lose({ session, stack }: StackBench): void {
  session.isStuck = () => true;
  stack.sessionLost();
}

/** The session has logged in again: devices are compared ahead of its queue, and then that is let through. */
async function resume(bench: StackBench): Promise<void> {
  const { session, stack } = bench;
  const ahead = new FakeSession();
  for (const [lun, unit] of session.units) ahead.units.set(lun, unit);
  await stack.beforeResume(ahead, signal);
  session.letGo();
  stack.sessionResumed();
  await settle();
}

async function openAll(bench: StackBench, ...luns: number[]): Promise<DeviceHandle[]> {
  return await Promise.all(luns.map((lun) => bench.stack.open(lun, { label: `holder ${lun}` })));
}

suite('while a session is lost', () => {
  test('its devices are still listed, as lost, and its holders are known', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    await openAll(bench, 0);
    await bench.stack.devices();
    lose(bench);
    assert.deepEqual(
      (await bench.stack.devices({ rescan: true })).map(({ lun, state }) => [lun, state]),
      [
        [0, 'lost'],
        [1, 'lost'],
      ],
    );
    assert.equal(bench.stack.holders.length, 1);
  });

  test('INQUIRY and REPORT LUNS are answered from what was known, raw ones too; other requests wait', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const [handle] = await openAll(bench, 0);
    await bench.stack.devices();
    lose(bench);
    const asked = bench.session.commands.length;
    assert.equal((await bench.stack.inquiry(0))?.product, 'DISK IN MEMORY');
    assert.equal((await bench.stack.inquiry(1))?.product, 'DISK IN MEMORY');
    assert.equal((await bench.stack.luns()).length, 2);
    const dataIn = new Uint8Array(36);
    const cdb = scsi.encodeInquiryCdb({ evpd: false, pageCode: 0, allocationLength: 36 });
    const { status, dataInLength } = await bench.stack.execute({ lun: scsi.lunFromNumber(0), cdb, dataIn });
    assert.deepEqual([status, dataInLength], [0, 36]);
    assert.equal(scsi.decodeInquiryData(dataIn).vendor, 'FAKE');
    assert.equal(bench.session.commands.length, asked);
    const read = handle!.read(0, new Uint8Array(512));
    await settle();
    assert.equal(bench.session.stuck, 1);
    await resume(bench);
    await read;
  });

  test('a disk can be opened: its identification waits, and the device is lost like the others', async () => {
    const bench = openBench();
    lose(bench);
    const opening = bench.stack.open(0, { label: 'patient' });
    await settle();
    await resume(bench);
    await (await opening).read(0, new Uint8Array(512));
  });

  test('a holder still refuses a removal, and after the refusal the device is lost as before', async () => {
    const bench = openBench();
    const [handle] = await openAll(bench, 0);
    await bench.stack.devices();
    lose(bench);
    await assert.rejects(bench.stack.removeAll(), { code: 'ISCSI_DEVICE_BUSY' });
    assert.equal((await bench.stack.devices())[0]?.state, 'lost');
    await resume(bench);
    assert.equal((await bench.stack.devices())[0]?.state, 'present');
    await handle!.read(0, new Uint8Array(512));
  });

  test('a forced removal ends by its deadlines, and says which writes nobody knows of', async () => {
    const bench = openBench();
    const [handle] = await openAll(bench, 0);
    lose(bench);
    const write = assert.rejects(handle!.write(1024, block), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'unknown' });
    const removal = bench.stack.removeAll({ force: true, drainTimeoutMs: 10 });
    await bench.clock.advance(10);
    await write;
    const { unknownWrites, flushErrors } = await removal;
    assert.deepEqual(
      unknownWrites.map(({ offset, length }) => [offset, length]),
      [[1024, 512]],
    );
    assert.deepEqual(
      flushErrors.map(({ error }) => error.code),
      ['ISCSI_SESSION_LOST'],
    );
    assert.equal(bench.clock.pendingTimers, 0);
  });

  test('what was being found out ends with the session, and is asked again when it is back', async () => {
    const bench = openBench();
    await bench.stack.devices();
    bench.session.isStuck = () => true;
    const listing = assert.rejects(bench.stack.devices({ rescan: true }), { code: 'ISCSI_SESSION_LOST' });
    await settle();
    lose(bench);
    await listing;
    bench.session.units.set(1, new FakeScsiDevice());
    const told = watch(bench);
    await resume(bench);
    assert.deepEqual(told, ['deviceAdded 1']);
  });
});

suite('before a session goes on', () => {
  test('unit attentions are waited out and identities compared, ahead of the queue', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const [handle] = await openAll(bench, 0);
    lose(bench);
    const write = handle!.write(0, block);
    await settle();
    const attention = scsi.makeSense(scsi.senseKey.unitAttention, 0x2900);
    bench.session.unit(0).script({ opcode: scsi.scsiOpcode.testUnitReady, times: 2, sense: attention });
    bench.session.unit(0).requests.length = 0;
    await resume(bench);
    await write;
    const commands = bench.session.unit(0).takeCommands();
    assert.deepEqual(
      commands.slice(0, 3),
      Array.from({ length: 3 }, () => 'TEST UNIT READY'),
    );
    assert.equal(commands.at(-1), 'WRITE(10)');
    assert.deepEqual(
      commands.filter((name) => name === 'WRITE(10)'),
      ['WRITE(10)'],
    );
  });

  test('another device never gets I/O: what waits ends, its holders are told, the others go on', async () => {
    const bench = openBench({ 0: { serial: 'A' }, 1: { serial: 'B' } });
    const [hit, kept] = await openAll(bench, 0, 1);
    const told = watch(bench);
    lose(bench);
    const writes = [hit!.write(0, block), hit!.read(0, new Uint8Array(512))];
    const ends = Promise.allSettled(writes);
    const other = kept!.write(0, block);
    await settle();
    const impostor = new FakeScsiDevice({ serial: 'X' });
    bench.session.units.set(0, impostor);
    await resume(bench);
    assert.deepEqual(told, ['deviceReplaced 0']);
    assert.deepEqual(
      (await ends).map((end) => end.status === 'rejected' && (end.reason as { code: string }).code),
      ['ISCSI_DEVICE_CHANGED', 'ISCSI_DEVICE_CHANGED'],
    );
    await assert.rejects(hit!.write(0, block), { code: 'ISCSI_DEVICE_CHANGED', effect: 'none' });
    await other;
    assert.deepEqual(
      impostor.takeCommands().filter((name) => /READ\(|WRITE/.test(name)),
      [],
    );
  });

  test('a device that is gone is told of, loudly where it is held, and what waits for it ends', async () => {
    const bench = openBench({ 0: {}, 1: {}, 2: {} });
    const [kept, hit, free] = await openAll(bench, 0, 1, 2);
    await free!.close();
    const told = watch(bench);
    lose(bench);
    const write = assert.rejects(hit!.write(0, block), { code: 'ISCSI_DEVICE_GONE', effect: 'unknown' });
    await settle();
    takeAway(bench, 1);
    takeAway(bench, 2);
    await resume(bench);
    await write;
    assert.deepEqual(told.sort(), ['deviceRemoved 2', 'deviceRemovedInUse 1']);
    await kept!.read(0, new Uint8Array(512));
  });

  test('a device that grew in the meantime has its new size when I/O goes on', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const [handle] = await openAll(bench, 0);
    const told = watch(bench);
    lose(bench);
    const grown = new FakeScsiDevice({ serial: 'A', blockCount: 8192 });
    bench.session.units.set(0, grown);
    await resume(bench);
    assert.deepEqual(told, ['deviceResized 0']);
    assert.equal(handle!.size, 8192 * 512);
    await handle!.read(handle!.size - 512, new Uint8Array(512));
  });

  test('a device that cannot be asked holds up itself alone, and counts as gone after three times', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const [sick, well] = await openAll(bench, 0, 1);
    const told = watch(bench);
    lose(bench);
    const broken = scsi.makeSense(scsi.senseKey.hardwareError, 0x4400);
    bench.session.unit(0).script({ opcode: scsi.scsiOpcode.inquiry, times: 100, sense: broken });
    const read = assert.rejects(sick!.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
    await resume(bench);
    await well!.read(0, new Uint8Array(512));
    await bench.clock.advance(999);
    assert.deepEqual(told, []);
    await bench.clock.advance(1);
    assert.deepEqual(told, ['deviceRemovedInUse 0']);
    await read;
    assert.equal(bench.clock.pendingTimers, 0);
  });

  test('one that does not answer is asked for 5 s, and again when the session goes on; what waits for it goes out then', async () => {
    const bench = openBench({ 0: { serial: 'A' }, 1: {} });
    const { session, stack, clock } = bench;
    const [slow, well] = await openAll(bench, 0, 1);
    await slow!.write(4096, block);
    lose(bench);
    const write = slow!.write(0, block);
    const ahead = new FakeSession();
    for (const [lun, unit] of session.units) ahead.units.set(lun, unit);
    ahead.isStuck = ({ lun }) => scsi.lunToNumber(lun) === 0;
    const comparing = stack.beforeResume(ahead, signal);
    await clock.advance(4999);
    assert.equal(ahead.stuck, 1);
    await clock.advance(1);
    await comparing;
    session.letGo();
    session.isStuck = ({ cdb, lun }) => cdb[0] === 0x00 && scsi.lunToNumber(lun) === 0;
    stack.sessionResumed();
    await well!.write(0, block);
    assert.deepEqual(
      session
        .unit(0)
        .takeCommands()
        .filter((name) => name === 'WRITE(10)').length,
      1,
    );
    session.letGo();
    await write;
    // What the lost answer told nobody knows: it may have been that the cache is lost.
    session.unit(0).medium.fill(1, 4096);
    await assert.rejects(slow!.flush(), { code: 'BLOCK_WRITES_LOST', offset: 4096 });
  });

  test('a line that is cut again says nothing of the devices, however often', async () => {
    const bench = openBench();
    const [handle] = await openAll(bench, 0);
    lose(bench);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      bench.session.unit(0).script({ error: new Error('cut') });
      await assert.rejects(resume(bench), /cut/);
    }
    await resume(bench);
    await handle!.read(0, new Uint8Array(512));
  });
});

suite('when a session does not come back in time', () => {
  test('its devices are gone and told of; when it comes back later they are opened anew', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const [handle] = await openAll(bench, 0);
    await bench.stack.devices();
    const told = watch(bench);
    lose(bench);
    bench.stack.sessionGone();
    assert.deepEqual(told, ['devicesGone 0 1']);
    await assert.rejects(handle!.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
    assert.deepEqual(await bench.stack.devices(), []);
    await resume(bench);
    assert.deepEqual(told.slice(1), ['deviceAdded 0', 'deviceAdded 1']);
    await (await bench.stack.open(0, { label: 'again' })).read(0, new Uint8Array(512));
    await assert.rejects(handle!.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
  });

  test('those who hold them are told to let go, and nobody waits for that', async () => {
    const bench = openBench();
    const told: unknown[] = [];
    await bench.stack.open(0, {
      label: 'holder',
      onRemoveRequested: ({ reason, isForced, answerWithinMs }) => {
        told.push(reason, isForced, answerWithinMs);
        return undefined;
      },
    });
    lose(bench);
    bench.stack.sessionGone();
    assert.deepEqual(told, ['gone', true, 0]);
    assert.equal(bench.clock.pendingTimers, 0);
  });

  test('a session that has ended has no devices: nothing is asked or opened any more', async () => {
    const bench = openBench();
    await openAll(bench, 0);
    const told = watch(bench);
    bench.stack.sessionEnded();
    bench.stack.sessionEnded();
    assert.deepEqual(told, ['devicesGone 0']);
    await assert.rejects(bench.stack.open(0, { label: 'late' }), { code: 'ISCSI_CLOSED' });
    const asked = bench.session.commands.length;
    assert.deepEqual(await bench.stack.devices(), []);
    assert.equal(bench.session.commands.length, asked);
  });

  test('after a logout its end is no news', async () => {
    const bench = openBench();
    await bench.stack.devices();
    const told = watch(bench);
    await bench.stack.removeAll();
    bench.stack.sessionEnded();
    assert.deepEqual(told, []);
  });
});
