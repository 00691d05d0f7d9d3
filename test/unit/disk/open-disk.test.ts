// What openDisk learns of a logical unit, and from whom it takes no for an answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalLun, lunZero } from '../../../src/base/index.ts';
import { identifyDisk, isSameDevice, openDisk, reportLuns } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

const naa = scsi.encodeDesignator({ type: 'naa', naa: 3, value: Uint8Array.of(0x30, 1, 2, 3, 4, 5, 6, 7) });

test('a disk knows what its device told: identity, limits, features, details', async () => {
  const device = new FakeScsiDevice({
    serial: 'HW-7',
    designators: [naa],
    limits: {
      maximumTransferLength: 64,
      optimalTransferLength: 32,
      maximumUnmapLbaCount: 1000,
      maximumUnmapBlockDescriptorCount: 2,
      optimalUnmapGranularity: 8,
      maximumWriteSameLength: 2000,
      maximumCompareAndWriteLength: 4,
    },
    lbpme: true,
    lbprz: true,
    provisioning: { lbpu: true },
    writeCache: false,
  });
  const disk = await openDisk(device, 5);
  assert.equal(disk.size, 4096 * 512);
  assert.equal(disk.blockSize, 512);
  assert.equal(disk.readOnly, false);
  assert.deepEqual(disk.identity, {
    vendor: 'FAKE',
    product: 'DISK IN MEMORY',
    revision: '1',
    serial: 'HW-7',
    designators: [naa],
  });
  assert.deepEqual(disk.limits, {
    maxTransferLength: 64 * 512,
    optimalTransferLength: 32 * 512,
    maxUnmapLength: 1000 * 512,
    maxUnmapDescriptors: 2,
    unmapGranularity: 8 * 512,
    maxWriteSameLength: 2000 * 512,
    maxCompareAndWriteLength: 4 * 512,
  });
  assert.deepEqual(disk.features, { fua: true, flush: false, trim: true, zero: true, extents: true });
  assert.deepEqual(disk.details, {
    lun: { high: 0x0005_0000, low: 0 },
    physicalBlockSize: 4096,
    isWriteCacheEnabled: false,
    isThin: true,
    rotationRate: 1,
  });
  assert.ok(device.requests.every((request) => equalLun(request.lun, { high: 0x0005_0000, low: 0 })));
});

test('the LUN field itself may be given, as REPORT LUNS told it', async () => {
  const device = new FakeScsiDevice();
  const flat = scsi.encodeLunAddress({ method: 'flat', lun: 5 });
  await openDisk(device, flat);
  assert.ok(device.requests.every((request) => equalLun(request.lun, flat)));
});

test('a disk that offers little is a disk all the same', async () => {
  const device = new FakeScsiDevice({ pages: [], writeCache: undefined, unsupported: [0x9e, 0x1a, 0x5a] });
  const disk = await openDisk(device, 0);
  assert.deepEqual(disk.identity.serial, undefined);
  assert.deepEqual(disk.identity.designators, []);
  assert.deepEqual(disk.features, { fua: true, flush: true, trim: false, zero: true, extents: true });
  assert.equal(disk.trim, undefined);
  assert.equal(disk.details.isWriteCacheEnabled, undefined);
  assert.equal(disk.limits.maxTransferLength, 1_048_576);
  assert.equal(disk.limits.maxCompareAndWriteLength, 0);
  assert.equal(disk.size, 4096 * 512);
});

test('SPC-4 MODE SENSE: the 10-byte form and the page of all pages are asked where others are refused', async () => {
  const device = new FakeScsiDevice({ unsupported: [0x1a], isWriteProtected: true, writeCache: undefined });
  const disk = await openDisk(device, 0);
  assert.equal(disk.readOnly, true);
  assert.deepEqual(
    device.takeCommands().filter((name) => name.startsWith('MODE')),
    ['MODE SENSE(6)', 'MODE SENSE(10)', 'MODE SENSE(6)', 'MODE SENSE(10)'],
  );
});

test('a VPD page longer than was asked for is asked for again, whole', async () => {
  const designators = Array.from({ length: 30 }, (_, i) => {
    return scsi.encodeDesignator({ type: 'naa', naa: 3, value: Uint8Array.of(0x30, 0, 0, 0, 0, 0, 0, i) });
  });
  const disk = await openDisk(new FakeScsiDevice({ designators }), 0);
  assert.equal(disk.identity.designators.length, 30);
});

test('unit attentions are waited out and told', async () => {
  const device = new FakeScsiDevice();
  const { unitAttention } = scsi.senseKey;
  device.script({ opcode: 0x12, sense: scsi.makeSense(unitAttention, scsi.additionalSense.powerOnOrReset) });
  device.script({ opcode: 0x00, times: 3, sense: scsi.makeSense(unitAttention, scsi.additionalSense.nexusLoss) });
  const heard: number[] = [];
  await openDisk(device, 0, { onUnitAttention: (sense) => heard.push(sense.asc * 0x100 + sense.ascq) });
  assert.deepEqual(heard, [0x2900, 0x2907, 0x2907, 0x2907]);
});

const refused: readonly (readonly [claim: string, options: FakeScsiOptions, code: string])[] = [
  ['no disk', { deviceType: scsi.deviceType.tape }, 'SCSI_UNSUPPORTED'],
  ['nothing at this LUN', { peripheralQualifier: 3, deviceType: 0x1f }, 'SCSI_UNSUPPORTED'],
  ['not connected', { peripheralQualifier: 1 }, 'SCSI_UNSUPPORTED'],
  ['blocks of an odd size', { blockSize: 520 }, 'SCSI_UNSUPPORTED'],
  ['blocks of 256 bytes', { blockSize: 256 }, 'SCSI_UNSUPPORTED'],
  ['over 2^53-1 bytes', { reportedLastLba: 2 ** 53 - 1 }, 'SCSI_UNSUPPORTED'],
  ['too large for READ CAPACITY(10)', { reportedLastLba: 0xffff_ffff, unsupported: [0x9e] }, 'SCSI_UNSUPPORTED'],
];
for (const [claim, options, code] of refused) {
  test(`openDisk refuses what is ${claim}`, async () => {
    await assert.rejects(openDisk(new FakeScsiDevice(options), 0), { name: 'ScsiError', code });
  });
}

test("openDisk gives the device's own words when it is not ready", async () => {
  const device = new FakeScsiDevice();
  const sense = scsi.makeSense(scsi.senseKey.notReady, scsi.additionalSense.mediumNotPresent);
  device.script({ opcode: 0x00, times: 100, sense });
  await assert.rejects(openDisk(device, 3), {
    code: 'SCSI_CHECK_CONDITION',
    message: 'TEST UNIT READY of LUN 3 ended with CHECK CONDITION: NOT READY, MEDIUM NOT PRESENT',
  });
});

test('openDisk refuses data that contradict themselves', async () => {
  const device = new FakeScsiDevice();
  device.script({ opcode: 0x9e, dataIn: new Uint8Array(4) });
  await assert.rejects(openDisk(device, 0), { code: 'SCSI_BAD_DATA' });
});

test('openDisk takes only options within bounds', async () => {
  for (const options of [{ maxTransferLength: 0 }, { maxInFlight: 0 }, { maxResends: 1.5 }, { backoffMs: -1 }]) {
    await assert.rejects(openDisk(new FakeScsiDevice(), 0, options), {
      code: 'ISCSI_BAD_ARGUMENT',
      argument: Object.keys(options)[0],
    });
  }
  await assert.rejects(openDisk(new FakeScsiDevice(), -1), { code: 'ISCSI_BAD_ARGUMENT', argument: 'lun' });
});

test("openDisk is cut short by its signal, with the signal's reason", async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const device = new FakeScsiDevice();
  device.pace = async (request) => {
    if (request.cdb[0] === 0x25 || request.cdb[0] === 0x9e) controller.abort(reason);
    await Promise.resolve();
  };
  await assert.rejects(openDisk(device, 0, { signal: controller.signal }), (error) => error === reason);
});

test('a disk opened read-only is read-only, whatever the device says', async () => {
  const disk = await openDisk(new FakeScsiDevice(), 0, { readOnly: true });
  await assert.rejects(disk.write(0, new Uint8Array(512)), { code: 'BLOCK_READ_ONLY' });
});

test("isSameDevice goes by the unit's own names, then by serial, vendor and product", async () => {
  const identity = async (options: FakeScsiOptions): Promise<Awaited<ReturnType<typeof identifyDisk>>> =>
    await identifyDisk(new FakeScsiDevice(options), 0);
  const other = scsi.encodeDesignator({ type: 'naa', naa: 3, value: Uint8Array.of(0x30, 9, 9, 9, 9, 9, 9, 9) });
  const port = scsi.encodeDesignator({ type: 'relativeTargetPort', port: 1 }, scsi.designatorAssociation.targetPort);
  const t10 = scsi.encodeDesignator({ type: 't10VendorId', vendor: 'FAKE', identifier: 'x' });
  const a = await identity({ designators: [naa, port], serial: 'A' });
  assert.equal(isSameDevice(a, await identity({ designators: [other, naa], serial: 'B' })), true);
  assert.equal(isSameDevice(a, await identity({ designators: [other, port], serial: 'A' })), false);
  assert.equal(isSameDevice(a, await identity({ designators: [port], serial: 'A' })), false);
  const plain = await identity({ designators: [port], serial: 'A' });
  assert.equal(isSameDevice(plain, await identity({ serial: 'A' })), true);
  assert.equal(isSameDevice(plain, await identity({ serial: 'B' })), false);
  const named = await identity({ designators: [t10] });
  assert.equal(isSameDevice(named, await identity({ designators: [t10, port] })), true);
});

test("REPORT LUNS: the list comes whole, in the target's order, from LUN 0", async () => {
  const luns = Array.from({ length: 700 }, (_, i) => 700 - i);
  const device = new FakeScsiDevice({ luns });
  const found = await reportLuns(device);
  assert.deepEqual(found.map(scsi.lunToNumber), luns);
  assert.ok(device.requests.every((request) => equalLun(request.lun, lunZero)));
  assert.deepEqual(device.takeCommands(), ['REPORT LUNS', 'REPORT LUNS']);
});

test('REPORT LUNS: a list that announces more than any target shows is refused', async () => {
  const device = new FakeScsiDevice();
  device.script({ opcode: 0xa0, dataIn: Uint8Array.of(0xff, 0xff, 0xff, 0xf8, 0, 0, 0, 0) });
  await assert.rejects(reportLuns(device), { code: 'SCSI_BAD_DATA' });
});
