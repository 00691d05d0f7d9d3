// Commands that are kept back until it is known who answers: for as long as that takes, and not for another device's sake.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { SessionError, TimeoutError } from '../../../src/base/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import type { ScsiRequest } from '../../../src/session/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { openBench, type StackBench, settle, watch } from './stack-bench.ts';

const block = new Uint8Array(512).fill(1);
const lunsChanged = scsi.encodeSense(scsi.makeSense(scsi.senseKey.unitAttention, 0x3f0e));
const silent = new TimeoutError('ISCSI_TASK_TIMEOUT', 'late', { operation: 'SCSI command', limitMs: 1 });

/** The target tells LUN 0 that its inventory has changed. */
function tellChange({ stack }: StackBench): void {
  stack.attention(scsi.lunFromNumber(0), lunsChanged);
}

function isQuestionTo(lun: number): (request: ScsiRequest) => boolean {
  return (request) => request.cdb[0] === 0x00 && scsi.lunToNumber(request.lun) === lun;
}

/** Another disk takes the place of LUN 0. */
function exchange({ session }: StackBench): FakeScsiDevice {
  const impostor = new FakeScsiDevice({ serial: 'B' });
  session.units.set(0, impostor);
  return impostor;
}

function writes(device: FakeScsiDevice): number {
  return device.takeCommands().filter((name) => name.startsWith('WRITE')).length;
}

suite('commands that are kept back', () => {
  test('go out as soon as their own device is known; one that is stuck holds up nobody else', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const well = await bench.stack.open(0, { label: 'well' });
    const stuck = await bench.stack.open(1, { label: 'stuck' });
    bench.session.isStuck = isQuestionTo(1);
    tellChange(bench);
    await well.write(0, block);
    const write = stuck.write(0, block);
    await settle();
    assert.equal(writes(bench.session.unit(1)), 0);
    bench.session.letGo();
    await write;
  });

  test('wait on where a question does not get through, and it is asked again after a second', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    const impostor = exchange(bench);
    const full = new SessionError('ISCSI_QUEUE_FULL', '65536 commands wait already');
    impostor.script({ opcode: 0x00, error: full });
    tellChange(bench);
    const write = assert.rejects(handle.write(0, block), { code: 'ISCSI_DEVICE_CHANGED', effect: 'none' });
    await settle();
    await bench.clock.advance(999);
    assert.equal(impostor.takeCommands().length, 1);
    await bench.clock.advance(1);
    await write;
    assert.equal(writes(impostor), 0);
  });

  test('wait over a loss that a session goes on after without a reinstatement', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.isStuck = () => true;
    tellChange(bench);
    await settle();
    const impostor = exchange(bench);
    bench.stack.sessionLost();
    const write = assert.rejects(handle.write(0, block), { code: 'ISCSI_DEVICE_CHANGED', effect: 'none' });
    await settle();
    bench.session.letGo();
    bench.stack.sessionResumed();
    await write;
    assert.equal(writes(impostor), 0);
  });

  test('go out after a reinstatement, when the comparison has been made', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.isStuck = () => true;
    tellChange(bench);
    await settle();
    bench.stack.sessionLost();
    const write = handle.write(0, block);
    await bench.stack.beforeResume(bench.session.unit(0), new AbortController().signal);
    bench.session.letGo();
    bench.stack.sessionResumed();
    await write;
  });

  test('end at once when their device goes', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.isStuck = () => true;
    tellChange(bench);
    const write = assert.rejects(handle.write(0, block), { code: 'ISCSI_DEVICE_GONE', effect: 'none' });
    await settle();
    bench.stack.sessionLost();
    bench.stack.sessionGone();
    await write;
  });

  test('are not kept back by a change of size alone', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    bench.session.isStuck = isQuestionTo(0);
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(scsi.makeSense(scsi.senseKey.unitAttention, 0x2a09)));
    await handle.write(0, block);
    bench.session.letGo();
  });
});

suite('a list of units', () => {
  test('is not kept from its readers by one that does not answer', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    bench.session.unit(0).script({ opcode: scsi.scsiOpcode.inquiry, error: silent });
    assert.deepEqual(
      (await bench.stack.devices()).map(({ lun }) => lun),
      [1],
    );
    assert.deepEqual(
      (await bench.stack.devices()).map(({ lun }) => lun),
      [0, 1],
    );
  });

  test('SPC-4 3Fh/0Eh met while a unit that is missing is asked for: the units are listed again', async () => {
    const bench = openBench({ 0: {}, 9: {} });
    bench.session.hidden.add(9);
    const handle = await bench.stack.open(9, { label: 'insider' });
    await bench.stack.devices();
    // It is known by the list from now on, and then is not listed any more.
    bench.session.hidden.delete(9);
    await bench.stack.devices({ rescan: true });
    bench.session.hidden.add(9);
    const told = watch(bench);
    bench.session.unit(9).carriedOut = () => {
      if (!bench.session.units.has(3)) bench.session.units.set(3, new FakeScsiDevice());
    };
    bench.session.unit(9).attentions.push(scsi.makeSense(scsi.senseKey.unitAttention, 0x3f0e));
    await bench.stack.devices({ rescan: true });
    await settle();
    assert.deepEqual(told, ['deviceAdded 3']);
    await handle.read(0, new Uint8Array(512));
  });
});
