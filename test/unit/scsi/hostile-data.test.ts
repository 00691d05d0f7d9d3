// What devices send that they should not: cut off, contradicting, or random bytes. Decoders read nothing out of bounds
// and throw nothing but SCSI_BAD_DATA.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScsiError } from '../../../src/base/index.ts';
import * as scsi from '../../../src/scsi/index.ts';

const badData = { name: 'ScsiError', code: 'SCSI_BAD_DATA' };

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  decodeInquiryData: scsi.decodeInquiryData,
  decodeSupportedPages: scsi.decodeSupportedPages,
  decodeUnitSerialNumber: scsi.decodeUnitSerialNumber,
  decodeDeviceIdentification: scsi.decodeDeviceIdentification,
  decodeBlockLimits: scsi.decodeBlockLimits,
  decodeBlockDeviceCharacteristics: scsi.decodeBlockDeviceCharacteristics,
  decodeLogicalBlockProvisioning: scsi.decodeLogicalBlockProvisioning,
  decodeLunList: scsi.decodeLunList,
  decodeCapacity10: scsi.decodeCapacity10,
  decodeCapacity16: scsi.decodeCapacity16,
  decodeLbaStatusList: scsi.decodeLbaStatusList,
  decodeUnmapList: scsi.decodeUnmapList,
  decodeModeParameters6: scsi.decodeModeParameters6,
  decodeModeParameters10: scsi.decodeModeParameters10,
  decodeSense: scsi.decodeSense,
};

/** Beginnings that get random bytes past the first checks. */
const beginnings: Readonly<Record<string, number[]>> = {
  decodeSupportedPages: [0, 0x00],
  decodeUnitSerialNumber: [0, 0x80],
  decodeDeviceIdentification: [0, 0x83, 0],
  decodeBlockLimits: [0, 0xb0, 0],
  decodeBlockDeviceCharacteristics: [0, 0xb1, 0],
  decodeLogicalBlockProvisioning: [0, 0xb2, 0],
  decodeLunList: [0, 0, 0],
  decodeLbaStatusList: [0, 0, 0],
  decodeUnmapList: [0, 30, 0],
  decodeModeParameters10: [0],
  decodeSense: [0x72],
};

for (const [name, decode] of Object.entries(decoders)) {
  test(`${name} throws nothing but SCSI_BAD_DATA, whatever comes`, () => {
    const start = beginnings[name] ?? [];
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 80 }), (isRaw, bytes) => {
        try {
          decode(isRaw ? bytes : new Uint8Array([...start, ...bytes]));
        } catch (error) {
          assert.ok(error instanceof ScsiError && error.code === 'SCSI_BAD_DATA', String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  test(`${name} refuses no data at all`, () => {
    assert.throws(() => decode(new Uint8Array(0)), badData);
  });
}

test('SPC-4 ALLOCATION LENGTH: data are cut at it and their lengths still tell of the whole', () => {
  const page = scsi.encodeSupportedPages([0x00, 0x80, 0x83]);
  const cut = scsi.clampToAllocation(page, 5);
  assert.equal(cut.length, 5);
  assert.equal(scsi.vpdDeclaredLength(cut, 0x00), 7);
  assert.deepEqual(scsi.decodeSupportedPages(cut), [0x00]);
  assert.equal(scsi.clampToAllocation(page, 100), page);
});

test('SPC-4 INQUIRY: what lies behind the additional length does not count', () => {
  const bytes = bytesOf('00 00 05 02 03 00 00 02 56 45 4e 44 4f 52 20 20'.padEnd(72, '41'));
  const data = scsi.decodeInquiryData(bytes);
  assert.equal(data.vendor, '');
  assert.equal(data.cmdQue, true);
});

test('SPC-4 INQUIRY: text that is not printable ASCII comes out harmless', () => {
  const bytes = new Uint8Array(36);
  bytes[4] = 31;
  bytes.set([0x1b, 0x5b, 0x32, 0x4a, 0x80, 0x41, 0x00, 0x00], 8);
  assert.equal(scsi.decodeInquiryData(bytes).vendor, '?[2J?A');
});

test('SPC-4 INQUIRY: text that does not fit its field is refused when encoding', () => {
  const data = scsi.decodeInquiryData(new Uint8Array(36));
  for (const wrong of [{ vendor: 'NINECHARS' }, { product: 'é' }, { revision: '1.0\n' }]) {
    assert.throws(() => scsi.encodeInquiryData({ ...data, ...wrong }), { code: 'ISCSI_BAD_ARGUMENT' });
  }
});

test('SPC-4 VPD: another page than was asked for is refused', () => {
  assert.throws(() => scsi.decodeUnitSerialNumber(bytesOf('00 00 05 02 5b 00')), badData);
  assert.throws(() => scsi.decodeBlockLimits(bytesOf('00 b0 00')), badData);
});

test('SPC-4 Device Identification: a designator over the end of its page is refused, one cut off is left out', () => {
  assert.throws(() => scsi.decodeDeviceIdentification(bytesOf('00 83 00 08 01 03 00 08 50 00 00 00')), badData);
  assert.throws(() => scsi.decodeDeviceIdentification(bytesOf('00 83 00 02 01 03')), badData);
  const whole = bytesOf('00 83 00 14 51 94 00 04 00 00 00 01 01 03 00 08 50 00 c5 00 00 00 00 01');
  assert.equal(scsi.decodeDeviceIdentification(whole).length, 2);
  for (let length = 12; length < whole.length; length += 1) {
    assert.equal(scsi.decodeDeviceIdentification(whole.subarray(0, length)).length, 1, `${length} bytes`);
  }
});

test('SBC-4 Logical Block Provisioning: the group designator is whole, cut off, or an error', () => {
  const whole = bytesOf('00 b2 00 10 00 01 00 00 01 03 00 08 50 00 c5 00 11 22 33 44');
  assert.ok(scsi.decodeLogicalBlockProvisioning(whole).provisioningGroup !== undefined);
  assert.equal(scsi.decodeLogicalBlockProvisioning(whole.subarray(0, 10)).provisioningGroup, undefined);
  assert.equal(scsi.decodeLogicalBlockProvisioning(whole.subarray(0, 15)).provisioningGroup, undefined);
  assert.throws(() => scsi.decodeLogicalBlockProvisioning(bytesOf('00 b2 00 04 00 01 00 00')), badData);
  assert.throws(() => scsi.decodeLogicalBlockProvisioning(bytesOf('00 b2 00 08 00 01 00 00 01 03 00 08')), badData);
});

test('SPC-4 REPORT LUNS: a list that is no multiple of 8 is refused, one cut off tells how long it is', () => {
  assert.throws(() => scsi.decodeLunList(bytesOf('00 00 00 0c 00 00 00 00')), badData);
  const list = scsi.decodeLunList(bytesOf('00 00 00 18 00 00 00 00 00 01 00 00 00 00 00 00 00 02'));
  assert.deepEqual(list, { luns: [{ high: 0x10000, low: 0 }], declaredLength: 32 });
});

test('SBC-4 GET LBA STATUS: a length that is no header and whole descriptors is refused', () => {
  assert.throws(() => scsi.decodeLbaStatusList(bytesOf('00 00 00 05 00 00 00 00')), badData);
  assert.throws(() => scsi.decodeLbaStatusList(bytesOf('00 00 00 00 00 00 00 00')), badData);
});

test('SBC-4 UNMAP: descriptors beyond the list are refused, odd bytes behind the last one ignored', () => {
  assert.throws(() => scsi.decodeUnmapList(bytesOf('00 16 00 10 00 00 00 00')), badData);
  assert.throws(() => scsi.decodeUnmapList(bytesOf('00 06 00 10 00 00 00 00'.padEnd(72, '0'))), badData);
  assert.deepEqual(scsi.decodeUnmapList(bytesOf('00 0a 00 04 00 00 00 00 00 00 00 00')), []);
});

test('SPC-4 MODE SENSE: descriptors or pages beyond the list are refused, cut-off pages left out', () => {
  assert.throws(() => scsi.decodeModeParameters6(bytesOf('03 00 00 08')), badData);
  assert.throws(() => scsi.decodeModeParameters6(bytesOf('06 00 00 00 08 12 04')), badData);
  assert.throws(() => scsi.decodeModeParameters6(bytesOf('06 00 00 00 48 01 00')), badData);
  const cut = scsi.decodeModeParameters6(bytesOf('17 00 80 00 08 12 04'));
  assert.deepEqual([cut.isWriteProtected, cut.pages.length], [true, 0]);
  assert.equal(scsi.decodeModeParameters6(bytesOf('17 00 80 00 48 01 00')).pages.length, 0);
});

test('SPC-4 mode pages: another page is refused, a shorter one has its missing bits clear', () => {
  const page = { pageCode: 0x08, subpageCode: 0, ps: false, body: bytesOf('04') };
  assert.equal(scsi.decodeCachingPage(page).wce, true);
  assert.equal(scsi.decodeCachingPage(page).dra, false);
  assert.throws(() => scsi.decodeControlPage(page), badData);
  assert.throws(() => scsi.decodeCachingPage({ ...page, subpageCode: 1 }), badData);
});
