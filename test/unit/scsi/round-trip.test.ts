// Every structure comes back from its bytes as it went in. What the bytes are is the business of vectors.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as scsi from '../../../src/scsi/index.ts';

const bit = fc.boolean();
const bits = (width: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** width - 1 });
const flags = { dpo: bit, fua: bit, protect: bits(3) };

function roundTrip<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): void {
  test(`${name} comes back as it went in`, () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        assert.deepStrictEqual(decode(encode(value)), value);
      }),
    );
  });
}

/** fast-check gives records without a prototype unless told otherwise. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const plain = { lba: bits(53), blocks: bits(32), immed: bit };
roundTrip(
  'READ(10)',
  record({ lba: bits(32), blocks: bits(16), ...flags }),
  scsi.encodeRead10Cdb,
  scsi.decodeTransfer10Cdb,
);
roundTrip(
  'WRITE(16)',
  record({ lba: bits(53), blocks: bits(32), ...flags }),
  scsi.encodeWrite16Cdb,
  scsi.decodeTransfer16Cdb,
);
roundTrip('SYNCHRONIZE CACHE(16)', record(plain), scsi.encodeSynchronizeCache16Cdb, scsi.decodeSynchronizeCache16Cdb);
roundTrip(
  'SYNCHRONIZE CACHE(10)',
  record({ lba: bits(32), blocks: bits(16), immed: bit }),
  scsi.encodeSynchronizeCache10Cdb,
  scsi.decodeSynchronizeCache10Cdb,
);
roundTrip('UNMAP', record({ anchor: bit, parameterListLength: bits(16) }), scsi.encodeUnmapCdb, scsi.decodeUnmapCdb);
roundTrip(
  'WRITE SAME(16)',
  record({ lba: bits(53), blocks: bits(32), unmap: bit, anchor: bit, ndob: bit, protect: bits(3) }),
  scsi.encodeWriteSame16Cdb,
  scsi.decodeWriteSame16Cdb,
);
roundTrip(
  'REQUEST SENSE',
  record({ desc: bit, allocationLength: bits(8) }),
  scsi.encodeRequestSenseCdb,
  scsi.decodeRequestSenseCdb,
);
roundTrip(
  'INQUIRY data',
  record({
    peripheralQualifier: bits(3),
    deviceType: bits(5),
    isRemovable: bit,
    version: bits(8),
    normAca: bit,
    hiSup: bit,
    tpgs: bits(2),
    thirdPartyCopy: bit,
    protect: bit,
    multiP: bit,
    cmdQue: bit,
    vendor: fc.constantFrom('', 'A', 'EIGHTCHR'),
    product: fc.constantFrom('', 'A B', 'SIXTEEN CHARS...'),
    revision: fc.constantFrom('', '1', '1.23'),
    versionDescriptors: fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 8 }),
  }),
  scsi.encodeInquiryData,
  scsi.decodeInquiryData,
);
roundTrip(
  'Block Limits',
  record<scsi.BlockLimits>({
    wsnz: bit,
    maximumCompareAndWriteLength: bits(8),
    optimalTransferLengthGranularity: bits(16),
    maximumTransferLength: bits(32),
    optimalTransferLength: bits(32),
    maximumPrefetchLength: bits(32),
    maximumUnmapLbaCount: bits(32),
    maximumUnmapBlockDescriptorCount: bits(32),
    optimalUnmapGranularity: bits(32),
    unmapGranularityAlignment: fc.option(bits(31), { nil: undefined }),
    maximumWriteSameLength: bits(53),
    maximumAtomicTransferLength: bits(32),
    atomicAlignment: bits(32),
    atomicTransferLengthGranularity: bits(32),
  }),
  scsi.encodeBlockLimits,
  scsi.decodeBlockLimits,
);
roundTrip(
  'Block Device Characteristics',
  record({
    mediumRotationRate: bits(16),
    productType: bits(8),
    nominalFormFactor: bits(4),
    zoned: bits(2),
    fuab: bit,
    vbuls: bit,
  }),
  scsi.encodeBlockDeviceCharacteristics,
  scsi.decodeBlockDeviceCharacteristics,
);
roundTrip(
  'Logical Block Provisioning',
  record<scsi.LogicalBlockProvisioning>({
    thresholdExponent: bits(8),
    lbpu: bit,
    lbpws: bit,
    lbpws10: bit,
    lbprz: bits(3),
    anchorSupported: bit,
    minimumPercentage: bits(5),
    provisioningType: bits(3),
    thresholdPercentage: bits(8),
    provisioningGroup: fc.option(fc.constant(scsi.encodeDesignator({ type: 'targetPortGroup', group: 7 })), {
      nil: undefined,
    }),
  }),
  scsi.encodeLogicalBlockProvisioning,
  scsi.decodeLogicalBlockProvisioning,
);
roundTrip(
  'READ CAPACITY(16) data',
  record({
    lastLba: bits(53),
    blockLength: bits(32),
    protEn: bit,
    pType: bits(3),
    pIExponent: bits(4),
    physicalBlockExponent: bits(4),
    lbpme: bit,
    lbprz: bit,
    lowestAlignedLba: bits(14),
  }),
  scsi.encodeCapacity16,
  scsi.decodeCapacity16,
);

const page = record({ pageCode: bits(6), subpageCode: bits(8), ps: bit, body: fc.uint8Array({ maxLength: 20 }) });
const parameters = record({
  mediumType: bits(8),
  isWriteProtected: bit,
  dpoFua: bit,
  blockDescriptors: fc.array(record({ blocks: bits(32), blockLength: bits(24) }), { maxLength: 1 }),
  pages: fc.array(page, { maxLength: 4 }),
});
roundTrip('MODE SENSE(6) data', parameters, scsi.encodeModeParameters6, scsi.decodeModeParameters6);
for (const longLba of [false, true]) {
  const encode = (value: scsi.ModeParameters): Uint8Array => scsi.encodeModeParameters10(value, longLba);
  const name = `MODE SENSE(10) data with ${longLba ? 'long' : 'short'} block descriptors`;
  roundTrip(name, parameters, encode, scsi.decodeModeParameters10);
}
roundTrip(
  'Caching mode page',
  record({ ic: bit, wce: bit, rcd: bit, dra: bit, nvDis: bit }),
  (value) => scsi.encodeCachingPage(value).body,
  (body) => scsi.decodeCachingPage({ pageCode: 8, subpageCode: 0, ps: false, body }),
);
roundTrip(
  'Control mode page',
  record({
    tst: bits(3),
    dSense: bit,
    qErr: bits(2),
    queueAlgorithmModifier: bits(4),
    uaIntlckCtrl: bits(2),
    swp: bit,
    tas: bit,
    busyTimeoutPeriod: bits(16),
  }),
  (value) => scsi.encodeControlPage(value).body,
  (body) => scsi.decodeControlPage({ pageCode: 10, subpageCode: 0, ps: false, body }),
);

test('SBC-4 short block descriptor: a block count that does not fit is all ones', () => {
  const list = { mediumType: 0, isWriteProtected: false, dpoFua: false, pages: [] };
  const bytes = scsi.encodeModeParameters6({ ...list, blockDescriptors: [{ blocks: 2 ** 40, blockLength: 512 }] });
  assert.equal(scsi.decodeModeParameters6(bytes).blockDescriptors[0]!.blocks, 0xffff_ffff);
});

test('MODE SENSE data: a page is found by its code and subpage', () => {
  const pages = [scsi.encodeControlPage({ ...scsi.decodeControlPage(controlPage()), tas: true }), controlPage(1)];
  const list = { mediumType: 0, isWriteProtected: false, dpoFua: false, blockDescriptors: [], pages };
  assert.equal(scsi.findModePage(list, scsi.modePage.control), pages[0]);
  assert.equal(scsi.findModePage(list, scsi.modePage.control, 1), pages[1]);
  assert.equal(scsi.findModePage(list, scsi.modePage.caching), undefined);
});

function controlPage(subpageCode = 0): scsi.ModePage {
  return { pageCode: scsi.modePage.control, subpageCode, ps: false, body: new Uint8Array(10) };
}
