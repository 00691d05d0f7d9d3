// Draining, flushing and removing: nothing is lost silently, and every step ends by its deadline.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type IscsiError, nextTurn } from '../../../src/base/index.ts';
import { encodeSense, lunFromNumber, makeSense, scsiOpcode, senseKey } from '../../../src/scsi/index.ts';
import { deviceName, endTasksTimeoutMs, limits, openBench } from './stack-bench.ts';

const block = new Uint8Array(512);
const writeError = makeSense(senseKey.mediumError, 0x0c00);

suite('draining', () => {
  test('a forced removal waits for requests in flight and takes no more', async () => {
    const { stack, session } = openBench();
    const handle = await stack.open(0, { label: 'writer' });
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    session.unit(0).pace = () => held;
    const write = handle.write(0, block);
    const removal = stack.removeAll({ force: true });
    await nextTurn();
    await assert.rejects(handle.write(0, block), { code: 'ISCSI_CLOSED' });
    letGo();
    await write;
    const report = await removal;
    assert.deepEqual(report.unknownWrites, []);
    assert.deepEqual(
      report.holders.map(({ label }) => label),
      ['writer'],
    );
  });

  test('what is not done by the drain deadline is ended, and the report says which writes nobody knows of', async () => {
    const { stack, session, clock } = openBench({ 0: {}, 1: {} });
    const handle = await stack.open(0, { label: 'writer' });
    await stack.open(1, { label: 'idle' });
    session.isStuck = ({ dataOut, dataIn }) => dataOut !== undefined || dataIn?.length === 512;
    const requests = [handle.read(0, new Uint8Array(512)), handle.write(1024, block), handle.write(4096, block)];
    const ends = Promise.allSettled(requests);
    const removal = stack.removeAll({ force: true });
    await clock.advance(limits.drainTimeoutMs - 1);
    assert.equal(session.stuck, 3);
    await clock.advance(1);
    const report = await removal;
    assert.deepEqual(report.unknownWrites, [
      { device: deviceName(0), label: 'writer', offset: 1024, length: 512 },
      { device: deviceName(0), label: 'writer', offset: 4096, length: 512 },
    ]);
    const errors = (await ends).map((end) => (end.status === 'rejected' ? (end.reason as IscsiError) : undefined));
    assert.deepEqual(
      errors.map((error) => [error?.code, error?.effect]),
      [
        ['ISCSI_DRAIN_TIMEOUT', 'none'],
        ['ISCSI_DRAIN_TIMEOUT', 'unknown'],
        ['ISCSI_DRAIN_TIMEOUT', 'unknown'],
      ],
    );
    assert.equal(clock.pendingTimers, 0);
  });

  test('requests that are kept back until their device is known again end there, too', async () => {
    const { stack, session, clock } = openBench({ 0: { serial: 'A' } });
    const handle = await stack.open(0, { label: 'writer' });
    session.isStuck = ({ cdb }) => cdb[0] === scsiOpcode.testUnitReady;
    session.isDeaf = true;
    stack.attention(lunFromNumber(0), encodeSense(makeSense(senseKey.unitAttention, 0x3f0e)));
    const write = assert.rejects(handle.write(0, block), { code: 'ISCSI_DRAIN_TIMEOUT', effect: 'none' });
    const removal = stack.removeAll({ force: true, flushTimeoutMs: 10 });
    await clock.advance(limits.drainTimeoutMs);
    await write;
    await clock.advance(10);
    assert.deepEqual((await removal).unknownWrites, []);
    assert.equal(session.unit(0).takeCommands().includes('WRITE(10)'), false);
  });

  test('requests that will not even end are left to themselves and reported', async () => {
    const { stack, session, clock } = openBench();
    const handle = await stack.open(0, { label: 'writer' });
    session.isStuck = ({ dataOut }) => dataOut !== undefined;
    session.isDeaf = true;
    handle.write(0, block).catch(() => undefined);
    const removal = stack.removeAll({ force: true, drainTimeoutMs: 100 });
    await clock.advance(100);
    await clock.advance(endTasksTimeoutMs);
    assert.deepEqual((await removal).unknownWrites, [
      { device: deviceName(0), label: 'writer', offset: 0, length: 512 },
    ]);
    assert.equal(clock.pendingTimers, 0);
  });
});

suite('flushing', () => {
  test('every device with a write cache is flushed, before it is gone', async () => {
    const { stack, session } = openBench({ 0: {}, 1: { writeCache: false }, 2: {} });
    for (const lun of [0, 1, 2]) {
      const handle = await stack.open(lun, { label: 'writer' });
      await handle.write(0, Buffer.alloc(512, 9));
      await handle.close();
      session.unit(lun).requests.length = 0;
    }
    await stack.removeAll();
    assert.deepEqual(
      [0, 1, 2].map((lun) => session.unit(lun).takeCommands()),
      [['SYNCHRONIZE CACHE(10)'], [], ['SYNCHRONIZE CACHE(10)']],
    );
    assert.equal(session.unit(0).stable[0], 9);
  });

  test('a flush that fails keeps all devices as they were', async () => {
    const { stack, session } = openBench({ 0: {}, 1: {} });
    for (const lun of [0, 1]) await (await stack.open(lun, { label: 'writer' })).close();
    session.unit(1).script({ opcode: scsiOpcode.synchronizeCache10, sense: writeError });
    await assert.rejects(stack.removeAll(), { code: 'SCSI_CHECK_CONDITION', senseKey: senseKey.mediumError });
    const handle = await stack.open(0, { label: 'again' });
    await handle.write(0, block);
    await handle.close();
    await stack.removeAll();
  });

  test('forced, it goes on and the report says what could not be flushed', async () => {
    const { stack, session } = openBench({ 0: {}, 1: {} });
    for (const lun of [0, 1]) await (await stack.open(lun, { label: 'writer' })).close();
    session.unit(1).script({ opcode: scsiOpcode.synchronizeCache10, sense: writeError });
    const { flushErrors } = await stack.removeAll({ force: true });
    assert.deepEqual(
      flushErrors.map(({ device, error }) => [device, error.code]),
      [[deviceName(1), 'SCSI_CHECK_CONDITION']],
    );
  });

  test('a flush ends by its deadline: refused without force, reported with it', async () => {
    const { stack, session, clock } = openBench();
    await (await stack.open(0, { label: 'writer' })).close();
    session.isStuck = ({ cdb }) => cdb[0] === scsiOpcode.synchronizeCache10;
    const refused = assert.rejects(stack.removeAll(), { name: 'TimeoutError', code: 'ISCSI_FLUSH_TIMEOUT' });
    await clock.advance(limits.flushTimeoutMs);
    await refused;
    const forced = stack.removeAll({ force: true, flushTimeoutMs: 10 });
    await clock.advance(10);
    assert.deepEqual(
      (await forced).flushErrors.map(({ error }) => [error.code, error.effect]),
      [['ISCSI_FLUSH_TIMEOUT', 'unknown']],
    );
    assert.equal(clock.pendingTimers, 0);
  });

  test('while the session is lost only what was written since the last flush stands against a removal', async () => {
    const { stack } = openBench({ 0: {}, 1: {} });
    const clean = await stack.open(0, { label: 'clean' });
    await clean.write(0, block);
    await clean.flush();
    await clean.close();
    const dirty = await stack.open(1, { label: 'dirty' });
    await dirty.flush();
    await dirty.write(0, block);
    await dirty.close();
    stack.sessionLost();
    await assert.rejects(stack.removeAll(), { code: 'ISCSI_SESSION_LOST', effect: 'unknown' });
    const { flushErrors } = await stack.removeAll({ force: true });
    assert.deepEqual(
      flushErrors.map(({ device, error }) => [device, error.code]),
      [[deviceName(1), 'ISCSI_SESSION_LOST']],
    );
  });

  test('a flush amid a write does not count as having covered it', async () => {
    const { stack, session } = openBench();
    const handle = await stack.open(0, { label: 'writer' });
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    session.unit(0).pace = ({ dataOut }) => (dataOut === undefined ? Promise.resolve() : held);
    const write = handle.write(0, block);
    await handle.flush();
    letGo();
    await write;
    await handle.close();
    stack.sessionLost();
    await assert.rejects(stack.removeAll(), { code: 'ISCSI_SESSION_LOST' });
  });
});

suite('removing', () => {
  test('one device goes, the others and their holders stay', async () => {
    const { stack } = openBench({ 0: {}, 1: {} });
    const kept = await stack.open(0, { label: 'kept' });
    const taken = await stack.open(1, { label: 'taken' });
    const report = await stack.remove(1, { force: true });
    assert.deepEqual(
      report.holders.map(({ device, label }) => [device, label]),
      [[deviceName(1), 'taken']],
    );
    await assert.rejects(taken.read(0, new Uint8Array(512)), { code: 'ISCSI_CLOSED' });
    await kept.read(0, new Uint8Array(512));
    assert.deepEqual(
      stack.holders.map(({ label }) => label),
      ['kept'],
    );
  });

  test('a LUN that was removed is identified anew when it is opened again', async () => {
    const { stack, session } = openBench();
    await (await stack.open(0, { label: 'first' })).close();
    await stack.remove(0);
    session.unit(0).requests.length = 0;
    const handle = await stack.open(0, { label: 'second' });
    assert.ok(session.unit(0).takeCommands().includes('INQUIRY'));
    await handle.read(0, new Uint8Array(512));
  });

  test('a LUN that nobody opened goes at once', async () => {
    const { stack, session } = openBench();
    assert.deepEqual(await stack.remove(0), { holders: [], unknownWrites: [], flushErrors: [] });
    assert.deepEqual(session.unit(0).requests, []);
  });

  test('removals take turns: the second of one device finds nothing left', async () => {
    const { stack } = openBench();
    await stack.open(0, { label: 'holder' });
    const [first, second] = await Promise.all([stack.remove(0, { force: true }), stack.removeAll()]);
    assert.equal(first.holders.length, 1);
    assert.equal(second.holders.length, 0);
    await assert.rejects(stack.open(0, { label: 'late' }), { name: 'SessionError', code: 'ISCSI_CLOSED' });
  });

  test('a disk that could not be opened is not kept', async () => {
    const { stack, session } = openBench();
    session.unit(0).script({ opcode: scsiOpcode.inquiry, sense: makeSense(senseKey.hardwareError, 0x4400) });
    await assert.rejects(stack.open(0, { label: 'unlucky' }), { code: 'SCSI_CHECK_CONDITION' });
    assert.deepEqual(stack.holders, []);
    await (await stack.open(0, { label: 'lucky' })).close();
  });

  test('who gives up opening ends the questions too, when nobody else waits for them', async () => {
    const { stack, session } = openBench();
    session.isStuck = () => true;
    const controller = new AbortController();
    const opening = stack.open(0, { label: 'impatient' }, controller.signal);
    await nextTurn();
    controller.abort(new Error('enough'));
    await assert.rejects(opening, /enough/);
    session.isStuck = () => false;
    await (await stack.open(0, { label: 'patient' })).close();
  });
});
