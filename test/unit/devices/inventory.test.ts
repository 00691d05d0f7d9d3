// What is there: listed, kept up with the target, and told of.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { DeviceFacts } from '../../../src/devices/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';
import { deviceName, openBench, settle, takeAway, watch } from './stack-bench.ts';

const block = new Uint8Array(512);
const lunsChanged = scsi.makeSense(scsi.senseKey.unitAttention, 0x3f0e);
const capacityChanged = scsi.makeSense(scsi.senseKey.unitAttention, 0x2a09);
const inquiryChanged = scsi.makeSense(scsi.senseKey.unitAttention, 0x3f03);

function lunsOf(facts: readonly DeviceFacts[]): number[] {
  return facts.map(({ lun }) => lun);
}

suite('listing', () => {
  test('the first question asks the target, the next one does not', async () => {
    const bench = openBench({ 0: {}, 5: { deviceType: 5 } });
    const told = watch(bench);
    const devices = await bench.stack.devices();
    assert.deepEqual(devices[0], {
      lun: 0,
      name: deviceName(0),
      vendor: 'FAKE',
      product: 'DISK IN MEMORY',
      revision: '1',
      deviceType: 0,
      state: 'present',
      size: undefined,
      isDirty: false,
      holders: [],
    });
    assert.deepEqual([devices[1]?.lun, devices[1]?.deviceType], [5, 5]);
    assert.deepEqual(told, ['deviceAdded 0', 'deviceAdded 5']);
    const asked = bench.session.commands.length;
    assert.deepEqual(await bench.stack.devices(), devices);
    assert.equal(bench.session.commands.length, asked);
  });

  test('an opened device shows its size, its holders, and what has not been flushed', async () => {
    const { stack } = openBench();
    const handle = await stack.open(0, { label: 'writer', pid: 7 });
    await handle.write(0, block);
    const [facts] = await stack.devices();
    assert.deepEqual(
      [facts?.size, facts?.isDirty, facts?.holders],
      [4096 * 512, true, [{ device: deviceName(0), label: 'writer', pid: 7 }]],
    );
    await handle.flush();
    assert.equal((await stack.devices())[0]?.isDirty, false);
  });

  test('a device that was removed by hand is listed again by rescan, or when it is opened', async () => {
    const { stack } = openBench({ 0: {}, 1: {} });
    assert.deepEqual(lunsOf(await stack.devices()), [0, 1]);
    await stack.remove(1);
    assert.deepEqual(lunsOf(await stack.devices()), [0]);
    assert.deepEqual(lunsOf(await stack.devices({ rescan: true })), [0, 1]);
    await stack.remove(1);
    await stack.open(1, { label: 'again' });
    assert.deepEqual(lunsOf(await stack.devices()), [0, 1]);
  });

  test('a device that cannot say what it is does not hide the others', async () => {
    const { stack, session } = openBench({ 0: {}, 1: {} });
    const broken = scsi.makeSense(scsi.senseKey.hardwareError, 0x4400);
    session.unit(1).script({ opcode: scsi.scsiOpcode.inquiry, sense: broken });
    assert.deepEqual(lunsOf(await stack.devices()), [0]);
    assert.deepEqual(lunsOf(await stack.devices()), [0, 1]);
  });

  test('what the question fails with is passed on, and it can be asked again', async () => {
    const { stack, session } = openBench();
    session.unit(0).script({ opcode: scsi.scsiOpcode.reportLuns, error: new Error('cut') });
    await assert.rejects(stack.devices(), /cut/);
    assert.deepEqual(lunsOf(await stack.devices()), [0]);
  });

  test('waiting for a list can be given up', async () => {
    const { stack, session } = openBench();
    session.isStuck = () => true;
    const controller = new AbortController();
    const listing = stack.devices({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(listing, /enough/);
  });
});

suite('changes', () => {
  test('SPC-4 3Fh/0Eh met by a command of a disk: new and gone units are told of', async () => {
    const bench = openBench({ 0: {}, 1: {} });
    const handle = await bench.stack.open(0, { label: 'reader' });
    await bench.stack.devices();
    const told = watch(bench);
    takeAway(bench, 1);
    bench.session.units.set(2, new FakeScsiDevice());
    bench.session.unit(0).script({ sense: lunsChanged });
    await handle.read(0, new Uint8Array(512));
    await settle();
    assert.deepEqual(told, ['deviceRemoved 1', 'deviceAdded 2']);
    assert.deepEqual(lunsOf(await bench.stack.devices()), [0, 2]);
  });

  test('the same met by a raw command, and told by an Asynchronous Message', async () => {
    const bench = openBench();
    await bench.stack.devices();
    const told = watch(bench);
    bench.session.units.set(1, new FakeScsiDevice());
    bench.session.unit(0).script({ sense: lunsChanged });
    await bench.stack.execute({ lun: scsi.lunFromNumber(0), cdb: scsi.encodeTestUnitReadyCdb() });
    await settle();
    bench.session.units.set(2, new FakeScsiDevice());
    bench.stack.attention(scsi.lunFromNumber(0), scsi.encodeSense(lunsChanged));
    await settle();
    assert.deepEqual(told, ['deviceAdded 1', 'deviceAdded 2']);
  });

  test('a flood of unit attentions leads to one question more, not to one each', async () => {
    const { stack, session } = openBench({ 0: {}, 1: {}, 2: {} });
    await stack.devices();
    const asked = session.commands.length;
    for (const lun of [0, 1, 2, 0, 1, 2]) stack.attention(scsi.lunFromNumber(lun), scsi.encodeSense(lunsChanged));
    await settle();
    assert.deepEqual(session.commands.slice(asked), ['REPORT LUNS']);
  });

  test('SPC-4 2Ah/09h: a disk that grows has its new size for all its holders; beyond a shrunken one requests fail', async () => {
    const bench = openBench();
    const first = await bench.stack.open(0, { label: 'first' });
    const second = await bench.stack.open(0, { label: 'second' });
    const resized: unknown[] = [];
    bench.stack.events.on('deviceResized', (change) => resized.push(change));
    for (const blockCount of [8192, 1000]) {
      bench.session.unit(0).blockCount = blockCount;
      bench.session.unit(0).script({ sense: capacityChanged });
      await first.read(0, new Uint8Array(512));
      await settle();
    }
    assert.deepEqual(resized, [
      { lun: 0, name: deviceName(0), from: 4096 * 512, to: 8192 * 512 },
      { lun: 0, name: deviceName(0), from: 8192 * 512, to: 1000 * 512 },
    ]);
    assert.deepEqual([first.size, second.size], [512_000, 512_000]);
    await assert.rejects(second.read(512_000, new Uint8Array(512)), { code: 'BLOCK_OUT_OF_RANGE' });
    await second.read(511_488, new Uint8Array(512));
  });

  test('SPC-4 3Fh/03h: other INQUIRY data of the same device are told of', async () => {
    const bench = openBench({ 0: { serial: 'A' }, 1: {} });
    await bench.stack.devices();
    const handle = await bench.stack.open(0, { label: 'reader' });
    const told = watch(bench);
    bench.session.unit(0).script(
      { opcode: scsi.scsiOpcode.read10, sense: inquiryChanged },
      // The first INQUIRY is that of the identity, the last one that of the list.
      ...Array.from({ length: 6 }, () => ({
        opcode: scsi.scsiOpcode.inquiry,
        when: ({ cdb }: { cdb: Uint8Array }) => cdb[1] === 0,
        dataIn: scsi.encodeInquiryData({ ...scsi.decodeInquiryData(inquiryBytes), revision: '2' }),
      })),
    );
    await handle.read(0, new Uint8Array(512));
    await settle();
    assert.deepEqual(told, ['deviceChanged 0']);
    assert.equal((await bench.stack.devices())[0]?.revision, '2');
    await handle.read(0, new Uint8Array(512));
  });
});

const inquiryBytes = scsi.encodeInquiryData({
  peripheralQualifier: 0,
  deviceType: 0,
  isRemovable: false,
  version: 6,
  normAca: false,
  hiSup: true,
  tpgs: 0,
  thirdPartyCopy: false,
  protect: false,
  multiP: false,
  cmdQue: true,
  vendor: 'FAKE',
  product: 'DISK IN MEMORY',
  revision: '1',
  versionDescriptors: [],
});
