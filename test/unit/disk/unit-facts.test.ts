// Which logical units there are, what they say of themselves, and whether one is still the one that was opened.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { equalLun } from '../../../src/base/index.ts';
import {
  attentionOf,
  type CheckedUnit,
  checkUnit,
  type DiskIdentity,
  inquireUnit,
  isSameUnit,
  isUnitMissing,
  listUnits,
  openDisk,
} from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice } from '../../support/fake-scsi-device.ts';

const missing = scsi.makeSense(scsi.senseKey.illegalRequest, 0x2500);
const attention = scsi.makeSense(scsi.senseKey.unitAttention, 0x2900);

suite('listing units', () => {
  test('SPC-4 REPORT LUNS: units are given by number, with the field that was reported', async () => {
    const device = new FakeScsiDevice({ luns: [0, 300] });
    const units = await listUnits(device);
    assert.deepEqual(
      units.map(({ lun }) => lun),
      [0, 300],
    );
    assert.ok(units.every(({ lun, address }) => equalLun(address, scsi.lunFromNumber(lun))));
  });

  test('INQUIRY tells what a unit is', async () => {
    const { vendor, product, revision, deviceType, lun } = (await inquireUnit(new FakeScsiDevice(), 3))!;
    assert.deepEqual([vendor, product, revision, deviceType, lun], ['FAKE', 'DISK IN MEMORY', '1', 0, 3]);
  });

  test('there is no unit where INQUIRY says so, by its qualifier or by refusing', async () => {
    assert.equal(await inquireUnit(new FakeScsiDevice({ peripheralQualifier: 3 }), 0), undefined);
    assert.equal(await inquireUnit(new FakeScsiDevice({ peripheralQualifier: 1 }), 0), undefined);
    const device = new FakeScsiDevice();
    device.script({ sense: missing });
    assert.equal(await inquireUnit(device, 0), undefined);
    device.script({ sense: scsi.makeSense(scsi.senseKey.hardwareError, 0x4400) });
    await assert.rejects(inquireUnit(device, 0), { code: 'SCSI_CHECK_CONDITION' });
  });
});

suite('checking a unit', () => {
  test('waits out unit attentions before it asks who answers', async () => {
    const device = new FakeScsiDevice({ serial: 'A', blockCount: 100 });
    device.script({ opcode: scsi.scsiOpcode.testUnitReady, times: 3, sense: attention });
    const checked = await checkUnit(device, scsi.lunFromNumber(0));
    assert.equal(checked?.identity.serial, 'A');
    assert.deepEqual(checked.capacity, { blockSize: 512, size: 51_200 });
    assert.equal(device.takeCommands().filter((name) => name === 'TEST UNIT READY').length, 4);
  });

  test('nothing is there: undefined', async () => {
    const device = new FakeScsiDevice();
    device.script({ times: 100, sense: missing });
    assert.equal(await checkUnit(device, scsi.lunFromNumber(0)), undefined);
    assert.equal(await checkUnit(new FakeScsiDevice({ peripheralQualifier: 3 }), scsi.lunFromNumber(0)), undefined);
  });

  test('a device that is not ready tells who it is, and no size', async () => {
    const device = new FakeScsiDevice({ serial: 'A' });
    const notReady = scsi.makeSense(scsi.senseKey.notReady, 0x0403);
    for (const opcode of [scsi.scsiOpcode.testUnitReady, scsi.scsiOpcode.serviceActionIn16]) {
      device.script({ opcode, times: 100, sense: notReady });
    }
    const checked = await checkUnit(device, scsi.lunFromNumber(0));
    assert.deepEqual([checked?.identity.serial, checked?.capacity], ['A', undefined]);
  });

  test('what keeps the question from the device is passed on', async () => {
    const device = new FakeScsiDevice();
    device.script({ times: 100, error: new Error('cut') });
    await assert.rejects(checkUnit(device, scsi.lunFromNumber(0)), /cut/);
  });
});

suite('comparing units', () => {
  const named: DiskIdentity = { vendor: 'V', product: 'P', revision: '1', serial: 'A', designators: [] };
  const nameless: DiskIdentity = { ...named, serial: undefined };
  const known = (identity: DiskIdentity): Parameters<typeof isSameUnit>[0] => ({
    identity,
    blockSize: 512,
    size: 5120,
  });
  const now = (identity: DiskIdentity, size = 5120, blockSize = 512): CheckedUnit => {
    return { identity, capacity: { size, blockSize } };
  };

  test('a device with a name may change its size and revision, not its blocks, and not its name', () => {
    assert.equal(isSameUnit(known(named), now(named)), true);
    assert.equal(isSameUnit(known(named), now({ ...named, revision: '2' }, 10_240)), true);
    assert.equal(isSameUnit(known(named), now(named, 40_960, 4096)), false);
    assert.equal(isSameUnit(known(named), now({ ...named, serial: 'B' })), false);
  });

  test('VPD 83h and 80h: a name that stays does not make up for another serial number', () => {
    const designators = [
      {
        codeSet: scsi.designatorCodeSet.binary,
        association: scsi.designatorAssociation.logicalUnit,
        type: scsi.designatorType.naa,
        protocolIdentifier: undefined,
        value: Uint8Array.of(0x30, 1, 2, 3, 4, 5, 6, 7),
      },
    ];
    const whole = { ...named, designators };
    assert.equal(isSameUnit(known(whole), now(whole)), true);
    assert.equal(isSameUnit(known(whole), now({ ...whole, serial: 'B' })), false);
    assert.equal(isSameUnit(known(whole), now({ ...whole, serial: undefined })), true);
  });

  test('a device without a name or with an empty serial number is known by its size', () => {
    for (const identity of [nameless, { ...nameless, serial: '' }]) {
      assert.equal(isSameUnit(known(identity), now(identity)), true);
      assert.equal(isSameUnit(known(identity), now(identity, 10_240)), false);
      assert.equal(isSameUnit(known(identity), { identity, capacity: undefined }), true);
    }
  });
});

suite('what a device says', () => {
  test('SPC-4 unit attentions tell which change they are of', () => {
    const of = (key: number, code: number): unknown => attentionOf(scsi.makeSense(key, code))?.change;
    assert.equal(of(6, 0x3f0e), 'inventory');
    assert.equal(of(6, 0x2a09), 'capacity');
    assert.equal(of(6, 0x3f03), 'inquiry');
    assert.equal(of(6, 0x2900), undefined);
    assert.equal(of(5, 0x3f0e), undefined);
    assert.equal(attentionOf(scsi.encodeSense(scsi.makeSense(6, 0x3f0e)))?.change, 'inventory');
    assert.equal(attentionOf(Uint8Array.of(1)), undefined);
    assert.equal(attentionOf(undefined), undefined);
    assert.deepEqual(attentionOf(scsi.makeSense(6, 0x2a03)), {
      asc: 0x2a,
      ascq: 0x03,
      text: 'UNIT ATTENTION, RESERVATIONS PREEMPTED',
      change: undefined,
    });
  });

  test('SPC-4 25h/00h: LOGICAL UNIT NOT SUPPORTED is told from other refusals', async () => {
    const device = new FakeScsiDevice();
    const disk = await openDisk(device, 0);
    const failure = async (sense: scsi.Sense): Promise<unknown> => {
      device.script({ sense });
      return await disk.read(0, new Uint8Array(512)).catch((error: unknown) => error);
    };
    assert.equal(isUnitMissing(await failure(missing)), true);
    assert.equal(isUnitMissing(await failure(scsi.makeSense(scsi.senseKey.illegalRequest, 0x2400))), false);
    assert.equal(isUnitMissing(await failure(scsi.makeSense(scsi.senseKey.hardwareError, 0x2500))), false);
    assert.equal(isUnitMissing(new Error('no')), false);
  });
});
