// Runs test/vectors/scsi.json: bytes and values typed by hand from the standards, against decoders and encoders.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { equalBytes, toHex } from '../../../src/base/index.ts';
import * as scsi from '../../../src/scsi/index.ts';

interface Vector {
  readonly codec: string;
  readonly clause: string;
  readonly note?: string;
  /** `decode` where the bytes are not what our encoder chooses. */
  readonly direction?: 'decode';
  readonly bytes: string;
  readonly value: unknown;
}

interface Codec {
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: never) => Uint8Array;
}

const codecs: Readonly<Record<string, Codec>> = {
  inquiryCdb: { decode: scsi.decodeInquiryCdb, encode: scsi.encodeInquiryCdb },
  reportLunsCdb: { decode: scsi.decodeReportLunsCdb, encode: scsi.encodeReportLunsCdb },
  readCapacity16Cdb: {
    decode: scsi.decodeReadCapacity16Cdb,
    encode: (value: { allocationLength: number }) => scsi.encodeReadCapacity16Cdb(value.allocationLength),
  },
  read10Cdb: { decode: scsi.decodeTransfer10Cdb, encode: scsi.encodeRead10Cdb },
  read16Cdb: { decode: scsi.decodeTransfer16Cdb, encode: scsi.encodeRead16Cdb },
  write10Cdb: { decode: scsi.decodeTransfer10Cdb, encode: scsi.encodeWrite10Cdb },
  write16Cdb: { decode: scsi.decodeTransfer16Cdb, encode: scsi.encodeWrite16Cdb },
  compareAndWriteCdb: { decode: scsi.decodeCompareAndWriteCdb, encode: scsi.encodeCompareAndWriteCdb },
  synchronizeCache10Cdb: { decode: scsi.decodeSynchronizeCache10Cdb, encode: scsi.encodeSynchronizeCache10Cdb },
  synchronizeCache16Cdb: { decode: scsi.decodeSynchronizeCache16Cdb, encode: scsi.encodeSynchronizeCache16Cdb },
  unmapCdb: { decode: scsi.decodeUnmapCdb, encode: scsi.encodeUnmapCdb },
  unmapList: { decode: scsi.decodeUnmapList, encode: scsi.encodeUnmapList },
  writeSame16Cdb: { decode: scsi.decodeWriteSame16Cdb, encode: scsi.encodeWriteSame16Cdb },
  getLbaStatusCdb: { decode: scsi.decodeGetLbaStatusCdb, encode: scsi.encodeGetLbaStatusCdb },
  modeSense6Cdb: { decode: scsi.decodeModeSense6Cdb, encode: scsi.encodeModeSense6Cdb },
  modeSense10Cdb: { decode: scsi.decodeModeSense10Cdb, encode: scsi.encodeModeSense10Cdb },
  requestSenseCdb: { decode: scsi.decodeRequestSenseCdb, encode: scsi.encodeRequestSenseCdb },
  startStopUnitCdb: { decode: scsi.decodeStartStopUnitCdb, encode: scsi.encodeStartStopUnitCdb },
  inquiryData: { decode: scsi.decodeInquiryData, encode: scsi.encodeInquiryData },
  supportedPages: { decode: scsi.decodeSupportedPages, encode: scsi.encodeSupportedPages },
  unitSerialNumber: { decode: scsi.decodeUnitSerialNumber, encode: scsi.encodeUnitSerialNumber },
  deviceIdentification: { decode: scsi.decodeDeviceIdentification, encode: scsi.encodeDeviceIdentification },
  blockLimits: { decode: scsi.decodeBlockLimits, encode: scsi.encodeBlockLimits },
  blockDeviceCharacteristics: {
    decode: scsi.decodeBlockDeviceCharacteristics,
    encode: scsi.encodeBlockDeviceCharacteristics,
  },
  logicalBlockProvisioning: {
    decode: scsi.decodeLogicalBlockProvisioning,
    encode: scsi.encodeLogicalBlockProvisioning,
  },
  lunList: { decode: (bytes) => scsi.decodeLunList(bytes).luns, encode: scsi.encodeLunList },
  capacity10: { decode: scsi.decodeCapacity10, encode: scsi.encodeCapacity10 },
  capacity16: { decode: scsi.decodeCapacity16, encode: scsi.encodeCapacity16 },
  lbaStatusList: { decode: scsi.decodeLbaStatusList, encode: scsi.encodeLbaStatusList },
  modeParameters6: { decode: scsi.decodeModeParameters6, encode: scsi.encodeModeParameters6 },
  modeParameters10Long: {
    decode: scsi.decodeModeParameters10,
    encode: (value: scsi.ModeParameters) => scsi.encodeModeParameters10(value, true),
  },
  cachingPage: {
    decode: (body) => scsi.decodeCachingPage({ pageCode: 0x08, subpageCode: 0, ps: false, body }),
    encode: (value: scsi.CachingPage) => scsi.encodeCachingPage(value).body,
  },
  controlPage: {
    decode: (body) => scsi.decodeControlPage({ pageCode: 0x0a, subpageCode: 0, ps: false, body }),
    encode: (value: scsi.ControlPage) => scsi.encodeControlPage(value).body,
  },
  sense: { decode: scsi.decodeSense, encode: scsi.encodeSense },
};

const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/scsi.json', import.meta.url), 'utf8'),
) as readonly Vector[];

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** JSON has neither undefined nor bytes: null and `hex:` strings stand for them. */
function revive(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === 'string' && value.startsWith('hex:')) return fromHex(value.slice(4));
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
  return value;
}

for (const [i, vector] of vectors.entries()) {
  const { codec: name, clause, note } = vector;
  const title = `${clause} ${name} (vector ${i}${note === undefined ? '' : `: ${note}`})`;
  const codec = codecs[name];
  test(`${title} decodes to the values typed by hand`, () => {
    assert.ok(codec !== undefined, `no codec ${name}`);
    assert.deepStrictEqual(codec.decode(fromHex(vector.bytes)), revive(vector.value));
  });
  if (vector.direction === 'decode') continue;
  test(`${title} encodes to the bytes typed by hand`, () => {
    assert.ok(codec !== undefined, `no codec ${name}`);
    const encoded = codec.encode(revive(vector.value) as never);
    const expected = fromHex(vector.bytes);
    if (name.endsWith('Cdb')) {
      assert.equal(encoded.length, 16);
      assert.ok(
        encoded.subarray(expected.length).every((byte) => byte === 0),
        'zeros behind the CDB',
      );
      assert.equal(toHex(encoded.subarray(0, expected.length)), toHex(expected));
    } else {
      assert.equal(toHex(encoded), toHex(expected));
    }
  });
}

test('every codec of the vectors table has a vector', () => {
  const used = new Set(vectors.map((vector) => vector.codec));
  assert.deepEqual(
    Object.keys(codecs).filter((name) => !used.has(name)),
    [],
  );
});

test('the two CDBs without fields are all zeros but for the opcode', () => {
  assert.ok(equalBytes(scsi.encodeTestUnitReadyCdb(), new Uint8Array(16)));
  assert.equal(toHex(scsi.encodeReadCapacity10Cdb()), '25'.padEnd(32, '0'));
});
