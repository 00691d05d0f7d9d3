// Devices that the target takes away or exchanges while somebody holds them: loud, and never a command to the wrong one.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { channels, type DeviceLost } from '../../../src/base/index.ts';
import type { DeviceFacts, RemoveRequest } from '../../../src/devices/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import {
  deviceName,
  endTasksTimeoutMs,
  limits,
  openBench,
  settle,
  takeAway,
  targetName,
  watch,
} from './stack-bench.ts';

const block = new Uint8Array(512);
const lunsChanged = scsi.makeSense(scsi.senseKey.unitAttention, 0x3f0e);
const inquiryChanged = scsi.makeSense(scsi.senseKey.unitAttention, 0x3f03);

/** What is published on the channel of lost devices during `work`. */
async function channelMessages(work: () => Promise<void>): Promise<DeviceLost[]> {
  const messages: DeviceLost[] = [];
  const hear = (message: DeviceLost): void => {
    messages.push(message);
  };
  channels.deviceLost.subscribe(hear);
  try {
    await work();
  } finally {
    channels.deviceLost.unsubscribe(hear);
  }
  return messages;
}

suite('devices that are taken away', () => {
  test('in use it is loud: an event with the holders, whose handles fail with a code of their own; others go on', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const kept = await bench.stack.open(0, { label: 'kept' });
    const hit = await bench.stack.open(1, { label: 'hit', pid: 7 });
    await bench.stack.devices();
    const told = watch(bench);
    const loud: DeviceFacts[] = [];
    bench.stack.events.on('deviceRemovedInUse', (device) => loud.push(device));
    takeAway(bench, 1);
    bench.session.unit(0).script({ sense: lunsChanged });
    await kept.read(0, new Uint8Array(512));
    await settle();
    assert.deepEqual(told, ['deviceRemovedInUse 1']);
    assert.deepEqual([loud[0]?.state, loud[0]?.holders], ['gone', [{ device: deviceName(1), label: 'hit', pid: 7 }]]);
    await assert.rejects(hit.write(0, block), { name: 'BlockError', code: 'ISCSI_DEVICE_GONE', effect: 'none' });
    await kept.write(0, block);
    assert.deepEqual(
      bench.stack.holders.map(({ label }) => label),
      ['kept'],
    );
    await hit.close();
    await kept.close();
    await bench.stack.removeAll();
  });

  test('a request that meets LOGICAL UNIT NOT SUPPORTED is reason enough to look', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const handle = await bench.stack.open(1, { label: 'hit' });
    const told = watch(bench);
    takeAway(bench, 1);
    await assert.rejects(handle.read(0, new Uint8Array(512)), { code: 'SCSI_CHECK_CONDITION', asc: 0x25 });
    await settle();
    assert.deepEqual(told, ['deviceRemovedInUse 1']);
    await assert.rejects(handle.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
  });

  test('a device that REPORT LUNS does not show and that answers all the same is kept', async () => {
    const bench = openBench({ 0: {}, 9: {} });
    bench.session.hidden.add(9);
    const handle = await bench.stack.open(9, { label: 'insider' });
    const told = watch(bench);
    bench.session.unit(9).script({ sense: lunsChanged });
    await handle.read(0, new Uint8Array(512));
    await settle();
    assert.deepEqual(told, ['deviceAdded 0']);
    await handle.read(0, new Uint8Array(512));
    assert.deepEqual(
      (await bench.stack.devices()).map(({ lun }) => lun),
      [0, 9],
    );
  });

  test('requests under way at a device that is gone may finish, and are ended by the drain deadline', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const { session, stack, clock } = bench;
    const kept = await stack.open(0, { label: 'kept' });
    const hit = await stack.open(1, { label: 'hit' });
    session.isStuck = ({ dataOut }) => dataOut !== undefined;
    const write = assert.rejects(hit.write(0, block), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'unknown' });
    takeAway(bench, 1);
    session.unit(0).script({ sense: lunsChanged });
    await kept.read(0, new Uint8Array(512));
    await settle();
    assert.equal(session.stuck, 1);
    await clock.advance(limits.drainTimeoutMs);
    await write;
    assert.equal(clock.pendingTimers, 0);
  });

  test('its holders are told to let go, whatever they answer; and what it cost, when its requests have ended', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const { session, stack, clock } = bench;
    const kept = await stack.open(0, { label: 'kept' });
    const requests: RemoveRequest[] = [];
    const hit = await stack.open(1, {
      label: 'hit',
      pid: 7,
      onRemoveRequested: (request) => {
        requests.push(request);
        return { veto: 'in use' };
      },
    });
    const losses: unknown[] = [];
    stack.events.on('deviceLossReported', ({ lun, isDirty }, { unknownWrites, flushErrors, holders }) => {
      losses.push([lun, isDirty, unknownWrites, flushErrors.map(({ error }) => error.code), holders]);
    });
    const lost = await channelMessages(async () => {
      await hit.write(0, block);
      session.isStuck = ({ dataOut }) => dataOut !== undefined;
      const write = assert.rejects(hit.write(8192, block), { code: 'ISCSI_DRAIN_TIMEOUT' });
      takeAway(bench, 1);
      session.unit(0).script({ sense: lunsChanged });
      await kept.read(0, new Uint8Array(512));
      await settle();
      assert.deepEqual(requests, [
        { device: deviceName(1), lun: 1, reason: 'gone', isForced: true, answerWithinMs: 1000 },
      ]);
      assert.deepEqual(losses, []);
      await clock.advance(limits.drainTimeoutMs);
      await write;
      await settle();
    });
    const holder = { device: deviceName(1), label: 'hit', pid: 7 };
    assert.deepEqual(losses, [
      [
        1,
        true,
        [{ device: deviceName(1), label: 'hit', offset: 8192, length: 512 }],
        ['ISCSI_DEVICE_GONE'],
        [{ ...holder, reason: 'in use' }],
      ],
    ]);
    assert.deepEqual(lost, [{ targetName, lun: 1, how: 'removed', holders: [holder], isDirty: true }]);
  });

  test('one that nobody held and that was not dirty costs nothing, and nothing is told of that', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    await (await bench.stack.open(1, { label: 'gone' })).close();
    let losses = 0;
    bench.stack.events.on('deviceLossReported', () => {
      losses += 1;
    });
    const lost = await channelMessages(async () => {
      takeAway(bench, 1);
      bench.stack.attention(scsi.lunFromNumber(1), scsi.encodeSense(lunsChanged));
      await settle();
    });
    assert.deepEqual([losses, lost], [0, []]);
  });

  test('the requests of a device that was opened at the LUN since are not ended with those of the old one', async () => {
    const bench = openBench({ 1: {} });
    const { session, stack, clock } = bench;
    const old = await stack.open(1, { label: 'old' });
    session.isStuck = ({ dataOut }) => dataOut !== undefined;
    old.write(0, block).catch(() => undefined);
    await settle();
    takeAway(bench, 1);
    await assert.rejects(old.read(0, new Uint8Array(512)));
    await settle();
    session.units.set(1, session.absent!);
    const fresh = await stack.open(1, { label: 'fresh' });
    const write = fresh.write(512, block);
    await clock.advance(limits.drainTimeoutMs + endTasksTimeoutMs);
    assert.equal(session.stuck, 2);
    session.letGo();
    await write;
  });

  test('a LUN that comes back is another device', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const old = await bench.stack.open(1, { label: 'old' });
    takeAway(bench, 1);
    await assert.rejects(old.read(0, new Uint8Array(512)));
    await settle();
    bench.session.units.set(1, bench.session.absent!);
    await (await bench.stack.open(1, { label: 'new' })).read(0, new Uint8Array(512));
    await assert.rejects(old.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
  });
});

suite('devices that are exchanged', () => {
  test('not one command goes to the other device: those that come after the unit attention wait for the comparison', async () => {
    const bench = openBench({ 0: { serial: 'A' }, 1: { serial: 'C' } });
    const handle = await bench.stack.open(0, { label: 'writer', pid: 7 });
    const other = await bench.stack.open(1, { label: 'other' });
    const told: unknown[] = [];
    bench.stack.events.on('deviceReplaced', ({ device, from, to }) => {
      told.push([device.lun, device.holders[0]?.label, from.serial, to.serial]);
    });
    const impostor = new FakeScsiDevice({ serial: 'B' });
    impostor.script({ opcode: scsi.scsiOpcode.write10, sense: lunsChanged });
    bench.session.units.set(0, impostor);
    const writes = [0, 512, 1024].map((offset) => handle.write(offset, block));
    for (const write of writes.slice(0, 1)) await assert.rejects(write, { code: 'ISCSI_DEVICE_CHANGED' });
    await Promise.allSettled(writes);
    await settle();
    assert.deepEqual(told, [[0, 'writer', 'A', 'B']]);
    const sent = impostor.takeCommands().filter((name) => name.startsWith('WRITE'));
    assert.equal(sent.length, writes.length); // all three were on their way; none was sent again
    await assert.rejects(handle.read(0, new Uint8Array(512)), { name: 'BlockError', code: 'ISCSI_DEVICE_CHANGED' });
    await other.read(0, new Uint8Array(512));
  });

  test('the LUN stays closed until its old holders have let go; then it is the new device', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.units.set(0, new FakeScsiDevice({ serial: 'B' }));
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(inquiryChanged));
    await settle();
    assert.equal((await bench.stack.devices())[0]?.state, 'changed');
    await assert.rejects(bench.stack.open(0, { label: 'hasty' }), { code: 'ISCSI_DEVICE_CHANGED' });
    await handle.close();
    const fresh = await bench.stack.open(0, { label: 'fresh' });
    assert.equal(fresh.disk.identity.serial, 'B');
  });

  test('its holders are told to let go, and the LUN is the new device as soon as they have', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const reasons: string[] = [];
    const opened = bench.stack.open(0, {
      label: 'polite',
      onRemoveRequested: async ({ reason, isForced }) => {
        reasons.push(`${reason} ${isForced}`);
        await (await opened).close();
        return undefined;
      },
    });
    await opened;
    const lost = await channelMessages(async () => {
      bench.session.units.set(0, new FakeScsiDevice({ serial: 'B' }));
      bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(inquiryChanged));
      await settle();
    });
    assert.deepEqual(reasons, ['changed true']);
    assert.equal((lost[0] as DeviceLost).how, 'replaced');
    assert.equal((await bench.stack.open(0, { label: 'next' })).disk.identity.serial, 'B');
    assert.equal(bench.clock.pendingTimers, 0);
  });

  test('what was under way then and may have been carried out is in the report of a removal', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.isStuck = ({ dataOut }) => dataOut !== undefined;
    const write = assert.rejects(handle.write(512, block), { code: 'ISCSI_DEVICE_CHANGED', effect: 'unknown' });
    await settle();
    bench.session.units.set(0, new FakeScsiDevice({ serial: 'B' }));
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(inquiryChanged));
    await write;
    const { unknownWrites } = await bench.stack.removeAll({ force: true });
    assert.deepEqual(
      unknownWrites.map(({ offset, length }) => [offset, length]),
      [[512, 512]],
    );
  });

  test('who holds a changed device cannot refuse a removal, and what was not flushed is reported', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    await handle.write(0, block);
    bench.session.units.set(0, new FakeScsiDevice({ serial: 'B' }));
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(inquiryChanged));
    await settle();
    await assert.rejects(bench.stack.removeAll(), { code: 'ISCSI_DEVICE_CHANGED' });
    const { flushErrors, holders } = await bench.stack.removeAll({ force: true });
    assert.deepEqual(
      [holders.map(({ label }) => label), flushErrors.map(({ error }) => error.code)],
      [['writer'], ['ISCSI_DEVICE_CHANGED']],
    );
    assert.deepEqual(bench.session.unit(0).takeCommands().includes('SYNCHRONIZE CACHE(10)'), false);
  });

  test('a device that cannot say who it is any more counts as gone after three questions', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'reader' });
    const told = watch(bench);
    const broken = scsi.makeSense(scsi.senseKey.hardwareError, 0x4400);
    bench.session.unit(0).requests.length = 0;
    bench.session.unit(0).script({ opcode: scsi.scsiOpcode.inquiry, times: 100, sense: broken });
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(inquiryChanged));
    await bench.clock.advance(2000);
    const asked = bench.session.unit(0).takeCommands();
    assert.equal(asked.filter((name) => name === 'TEST UNIT READY').length, 3);
    assert.deepEqual(told.slice(0, 1), ['deviceRemovedInUse 0']);
    await assert.rejects(handle.read(0, new Uint8Array(512)), { code: 'ISCSI_DEVICE_GONE' });
  });
});
