// Unit attentions are told once to a session: whoever meets one, the disks and their users hear of it.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { TimeoutError, TransportError } from '../../../src/base/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { FakeSession, openBench, type StackBench, settle, watch } from './stack-bench.ts';

const block = new Uint8Array(512).fill(1);
const lun0 = scsi.lunFromNumber(0);
const { signal } = new AbortController();

function attention(code: number): scsi.Sense {
  return scsi.makeSense(scsi.senseKey.unitAttention, code);
}

const powerOn = attention(0x2901);

/** The unit attentions that a stack tells of, as LUN and code. */
function listen({ stack }: StackBench): string[] {
  const told: string[] = [];
  stack.events.on('unitAttention', ({ lun, asc, ascq }) => {
    told.push(`${lun} ${(asc * 0x100 + ascq).toString(16)}`);
  });
  return told;
}

/** Ways in which a unit attention of LUN 0 is met by something else than the disk. */
const ways: Readonly<Record<string, (bench: StackBench) => Promise<unknown>>> = {
  'a raw command': ({ session, stack }) => {
    session.unit(0).attentions.push(powerOn);
    return stack.execute({ lun: lun0, cdb: scsi.encodeTestUnitReadyCdb() });
  },
  'an Asynchronous Message': ({ stack }) => {
    stack.attention(lun0, scsi.encodeSense(powerOn));
    return settle();
  },
  'the question who is there': ({ session, stack }) => {
    session.unit(0).script({ opcode: scsi.scsiOpcode.reportLuns, sense: powerOn });
    return stack.devices({ rescan: true });
  },
  'the question for the LUNs': ({ session, stack }) => {
    session.unit(0).script({ opcode: scsi.scsiOpcode.reportLuns, sense: powerOn });
    return stack.luns();
  },
  'the question what it is': ({ session, stack }) => {
    session.unit(0).script({ opcode: scsi.scsiOpcode.inquiry, sense: powerOn });
    return stack.inquiry(0);
  },
  'the comparison after another unit attention': ({ session, stack }) => {
    session.unit(0).attentions.push(powerOn);
    stack.attention(lun0, scsi.encodeSense(attention(0x3f03)));
    return settle();
  },
};

suite('a unit attention that is met by something else than the disk', () => {
  for (const [way, meet] of Object.entries(ways)) {
    test(`SAM-5 §5.14: ${way} meets POWER ON OCCURRED, and the next flush calls nothing safe that may be lost`, async () => {
      const bench = openBench({ 0: { serial: 'A' }, 1: {} });
      const hit = await bench.stack.open(0, { label: 'hit' });
      const spared = await bench.stack.open(1, { label: 'spared' });
      await hit.write(0, block);
      await spared.write(0, block);
      const told = listen(bench);
      await meet(bench);
      assert.deepEqual(
        told.filter((each) => each.endsWith('2901')),
        ['0 2901'],
      );
      await assert.rejects(hit.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0, length: 512 });
      await spared.flush();
    });
  }

  test('sense data that tell of a deferred error count too, and are no unit attention', async () => {
    const bench = openBench();
    const handle = await bench.stack.open(0, { label: 'writer' });
    await handle.write(0, block);
    const told = listen(bench);
    const deferred = { ...scsi.makeSense(scsi.senseKey.mediumError, 0x0c00), isDeferred: true };
    bench.session.unit(0).script({ opcode: 0x00, sense: deferred });
    await bench.stack.execute({ lun: lun0, cdb: scsi.encodeTestUnitReadyCdb() });
    await assert.rejects(handle.flush(), { code: 'BLOCK_WRITES_LOST' });
    assert.deepEqual(told, []);
  });

  test('what it says does not concern a device that another has taken the place of', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    await handle.write(0, block);
    bench.session.units.set(0, new FakeScsiDevice({ serial: 'B' }));
    bench.stack.attention(lun0, scsi.encodeSense(attention(0x3f03)));
    await settle();
    bench.stack.attention(lun0, scsi.encodeSense(powerOn));
    await assert.rejects(handle.flush(), { code: 'ISCSI_DEVICE_CHANGED' });
  });
});

suite('everybody who listens hears of a unit attention once', () => {
  test('whoever met it: RESERVATIONS PREEMPTED by one holder’s read is told to all', async () => {
    const bench = openBench();
    const [first, second] = [await bench.stack.open(0, { label: 'a' }), await bench.stack.open(0, { label: 'b' })];
    const heard: unknown[] = [];
    bench.stack.events.on('unitAttention', (each) => heard.push(each));
    bench.session.unit(0).attentions.push(attention(0x2a03));
    await first.read(0, new Uint8Array(512));
    await second.read(0, new Uint8Array(512));
    assert.deepEqual(heard, [
      { lun: 0, address: lun0, asc: 0x2a, ascq: 0x03, text: 'UNIT ATTENTION, RESERVATIONS PREEMPTED' },
    ]);
  });

  test('of a unit that nobody knows it is told by the address alone', () => {
    const bench = openBench();
    const heard: unknown[] = [];
    bench.stack.events.on('unitAttention', ({ lun, address }) => heard.push(lun, address));
    const address = scsi.lunFromNumber(9);
    bench.stack.attention(address, scsi.encodeSense(powerOn));
    assert.deepEqual(heard, [undefined, address]);
  });

  test('after the devices have been removed nothing is told any more', async () => {
    const bench = openBench();
    const told = listen(bench);
    await bench.stack.removeAll();
    bench.stack.attention(lun0, scsi.encodeSense(powerOn));
    assert.deepEqual(told, []);
  });
});

suite('changes that are told while another is looked into', () => {
  test('SPC-4 3Fh/0Eh met by the comparison of one device: the units are listed', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'reader' });
    await bench.stack.devices();
    const told = watch(bench);
    bench.session.units.set(1, new FakeScsiDevice());
    bench.session.unit(0).attentions.push(attention(0x2a09), attention(0x3f0e));
    await handle.read(0, new Uint8Array(512));
    await settle();
    assert.deepEqual(told, ['deviceAdded 1']);
  });

  test('SPC-4 3Fh/03h behind the answer to INQUIRY: the device is asked again who it is', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'writer' });
    const told = watch(bench);
    const impostor = new FakeScsiDevice({ serial: 'B' });
    const real = bench.session.unit(0);
    real.carriedOut = ({ cdb }) => {
      // The page of the serial number has been read: from here on another device answers.
      if (cdb[0] === scsi.scsiOpcode.inquiry && cdb[2] === 0x80) bench.session.units.set(0, impostor);
    };
    impostor.attentions.push(attention(0x3f03));
    bench.stack.attention(lun0, scsi.encodeSense(attention(0x3f0e)));
    await settle();
    assert.deepEqual(told.slice(0, 1), ['deviceReplaced 0']);
    await assert.rejects(handle.write(0, block), { code: 'ISCSI_DEVICE_CHANGED' });
  });

  test('a device that never stops to tell of changes is believed after ten questions', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    const handle = await bench.stack.open(0, { label: 'reader' });
    bench.session.unit(0).script({ opcode: 0x00, sense: attention(0x2a09), times: 1000, when: everySecond() });
    bench.session.commands.length = 0;
    bench.stack.attention(lun0, scsi.encodeSense(attention(0x2a09)));
    await settle();
    await settle();
    assert.equal(bench.session.commands.filter((name) => name === 'READ CAPACITY(16)').length, 11);
    await handle.read(0, new Uint8Array(512));
  });
});

/** Fits every second command that it is shown. */
function everySecond(): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % 2 === 1;
  };
}

suite('a session that comes back', () => {
  function lose({ session, stack }: StackBench): void {
    session.isStuck = () => true;
    stack.sessionLost();
  }

  async function resume({ session, stack }: StackBench): Promise<void> {
    const ahead = new FakeSession();
    for (const [lun, unit] of session.units) ahead.units.set(lun, unit);
    await stack.beforeResume(ahead, signal);
    session.letGo();
    stack.sessionResumed();
    await settle();
  }

  test('POWER ON OCCURRED waits behind the reinstatement: every holder’s flush tells what may be lost', async () => {
    const bench = openBench();
    const handle = await bench.stack.open(0, { label: 'writer' });
    await handle.write(512, block);
    const told = listen(bench);
    lose(bench);
    bench.session.unit(0).attentions.push(powerOn);
    await resume(bench);
    assert.deepEqual(told, ['0 2901']);
    await assert.rejects(handle.flush(), { code: 'BLOCK_WRITES_LOST', offset: 512, length: 512 });
  });

  test('an answer that was lost before the comparison may have told of it: the flush looks whether what was written is there', async () => {
    const bench = openBench();
    const handle = await bench.stack.open(0, { label: 'writer' });
    await handle.write(0, block);
    lose(bench);
    const lostAnswer = new TransportError('ISCSI_CONNECTION_LOST', 'lost', { address: 'x', effect: 'unknown' });
    bench.session.unit(0).script({ opcode: 0x00, error: lostAnswer });
    await assert.rejects(resume(bench), { code: 'ISCSI_CONNECTION_LOST' });
    await resume(bench);
    bench.session.unit(0).medium.fill(0);
    await assert.rejects(handle.flush(), { code: 'BLOCK_WRITES_LOST', offset: 0 });
  });

  test('a write that waited for the reinstatement was sent after it, on whatever connection, and is not lost', async () => {
    const bench = openBench();
    const handle = await bench.stack.open(0, { label: 'writer' });
    lose(bench);
    const write = handle.write(0, block);
    await settle();
    bench.session.unit(0).attentions.push(powerOn);
    bench.session.unit(0).script({ opcode: scsi.scsiOpcode.write10, patch: { cid: 7 } });
    await resume(bench);
    await write;
    await handle.flush();
  });

  test('a device whose unit attentions cannot be met counts as gone after three times, like one that cannot be asked', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    await bench.stack.open(0, { label: 'sick' });
    const well = await bench.stack.open(1, { label: 'well' });
    const told = watch(bench);
    lose(bench);
    const silent = new TimeoutError('ISCSI_TASK_TIMEOUT', 'late', { operation: 'SCSI command', limitMs: 1 });
    bench.session.unit(0).script({ opcode: 0x00, error: silent, times: 100 });
    await resume(bench);
    await well.read(0, new Uint8Array(512));
    await bench.clock.advance(1000);
    assert.deepEqual(told, ['deviceRemovedInUse 0']);
  });

  test('what waits behind a reinstatement is met once: later comparisons have writes under way beside them', async () => {
    const bench = openBench({ 0: { serial: 'A' } });
    await bench.stack.open(0, { label: 'holder' });
    lose(bench);
    await resume(bench);
    bench.session.commands.length = 0;
    bench.stack.attention(lun0, scsi.encodeSense(attention(0x2a09)));
    await settle();
    assert.equal(bench.session.commands.filter((name) => name === 'TEST UNIT READY').length, 1);
  });

  test('other INQUIRY data of a unit that nobody has open are told of when the session is back', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    await bench.stack.open(0, { label: 'holder' });
    await bench.stack.devices();
    const told: unknown[] = [];
    bench.stack.events.on('deviceChanged', ({ lun, from, to }) => told.push(lun, from.deviceType, to.deviceType));
    lose(bench);
    bench.session.units.set(1, new FakeScsiDevice({ deviceType: 5 }));
    await resume(bench);
    assert.deepEqual(told, [1, 0, 5]);
  });

  test('a change that is told amid the comparison is followed up when the session is back', async () => {
    const bench = openBench({ 0: {} });
    await bench.stack.open(0, { label: 'holder' });
    const told = watch(bench);
    lose(bench);
    bench.session.units.set(1, new FakeScsiDevice());
    bench.session.unit(0).attentions.push(attention(0x3f0e));
    await resume(bench);
    assert.deepEqual(told, ['deviceAdded 0', 'deviceAdded 1']);
  });
});
