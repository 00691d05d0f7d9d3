// Additional header segments against the pictures of RFC 7143 §11.2.2.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAhs, encodeAhs } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

/** A CDB of 32 bytes leaves 16 for the AHS: AHSLength is CDBLength - 15 = 17. */
const cdb32 = hex('00110100 a1a2a3a4 b1b2b3b4 c1c2c3c4 d1d2d3d4');
/** A CDB of 17 bytes, the shortest that needs an AHS: AHSLength 2, three bytes of padding. */
const cdb17 = hex('00020100 e1000000');
const bidi = hex('00050200 80010203');

test('§11.2.2.3 extended CDB: the length is that of the CDB less 15', () => {
  assert.deepStrictEqual(encodeAhs({ extendedCdb: cdb32.slice(4) }), cdb32);
  assert.deepStrictEqual(decodeAhs(cdb32), { extendedCdb: cdb32.slice(4) });
});

test('§11.2.2.3 extended CDB: is padded to four bytes, and the padding is no part of it', () => {
  assert.deepStrictEqual(encodeAhs({ extendedCdb: hex('e1') }), cdb17);
  assert.deepStrictEqual(decodeAhs(cdb17), { extendedCdb: hex('e1') });
});

test('§11.2.2.4 bidirectional read length: 5 bytes after the type', () => {
  assert.deepStrictEqual(encodeAhs({ bidiReadExpectedDataTransferLength: 0x80010203 }), bidi);
  assert.deepStrictEqual(decodeAhs(bidi), { bidiReadExpectedDataTransferLength: 0x80010203 });
});

test('§11.2.2 both segments follow each other, in either order', () => {
  const both = { extendedCdb: hex('e1'), bidiReadExpectedDataTransferLength: 0x80010203 };
  assert.deepStrictEqual(encodeAhs(both), hex('00020100 e1000000 00050200 80010203'));
  assert.deepStrictEqual(decodeAhs(hex('00020100 e1000000 00050200 80010203')), both);
  assert.deepStrictEqual(decodeAhs(hex('00050200 80010203 00020100 e1000000')), both);
});

test('§11.2.2 none at all is none at all', () => {
  assert.deepStrictEqual(encodeAhs({}), hex(''));
  assert.deepStrictEqual(decodeAhs(hex('')), {});
});

test('§11.2.2.1 AHSType: the two reserved bits are ignored', () => {
  assert.deepStrictEqual(decodeAhs(hex('0005c200 80010203')), { bidiReadExpectedDataTransferLength: 0x80010203 });
});

test('§11.2.2.1 AHSType: reserved types are refused', () => {
  for (const type of ['00', '03', '3f']) {
    assert.throws(() => decodeAhs(hex(`0005${type}00 80010203`)), {
      code: 'ISCSI_BAD_FIELD',
      byte: 50,
      value: Number.parseInt(type, 16),
      clause: 'RFC 7143 §11.2.2.1',
    });
  }
});

test('§11.2.2.2 AHSLength: a segment that is empty or goes beyond the header is refused', () => {
  for (const bytes of ['00000100', '00060200 80010203', 'ffff0100 00000000', '0005']) {
    assert.throws(() => decodeAhs(hex(bytes)), { code: 'ISCSI_BAD_FIELD', clause: 'RFC 7143 §11.2.2.2' });
  }
});

test('§11.2.2 a fault in the second segment is told at its place', () => {
  assert.throws(() => decodeAhs(hex('00020100 e1000000 00050700 80010203')), { byte: 48 + 8 + 2, value: 7 });
});

test('§11.2.2.3 extended CDB: an empty one is refused both ways, and one beyond 260 bytes is not sent', () => {
  assert.throws(() => decodeAhs(hex('00010100')), { code: 'ISCSI_BAD_FIELD', clause: 'RFC 7143 §11.2.2.3' });
  assert.throws(() => encodeAhs({ extendedCdb: hex('') }), { code: 'ISCSI_BAD_ARGUMENT' });
  assert.throws(() => encodeAhs({ extendedCdb: new Uint8Array(245) }), { code: 'ISCSI_BAD_ARGUMENT' });
});

test('§11.2.2.4 bidirectional read length: another length than 5 is refused', () => {
  assert.throws(() => decodeAhs(hex('00040200 80010203')), {
    code: 'ISCSI_BAD_FIELD',
    clause: 'RFC 7143 §11.2.2.4',
  });
});
