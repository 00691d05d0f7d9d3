// What all headers have in common: opcode, segment lengths, padding.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bhsLength,
  dataSegmentLength,
  decodePdu,
  opcodeOf,
  paddedLength,
  putSegmentLengths,
  totalAhsLength,
} from '../../../src/wire/index.ts';
import { hex, patched } from './hex.ts';

const zeros = new Uint8Array(bhsLength);
const known = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x31, 0x32, 0x3f,
];

test('§11.2.1.2 Opcode: every code that the RFC does not define is refused', () => {
  for (let code = 0; code < 0x40; code++) {
    if (known.includes(code)) continue;
    const bhs = patched(zeros, 0, code.toString(16).padStart(2, '0'));
    assert.throws(() => decodePdu(bhs), { code: 'ISCSI_BAD_OPCODE', opcode: code, byte: 0, value: code });
  }
});

test('§11.2.1.2 Opcode: the immediate bit and the reserved bit above it are no part of it', () => {
  assert.equal(opcodeOf(hex('c1')), 0x01);
  assert.equal(opcodeOf(hex('3f')), 0x3f);
});

test('§11.2.1.5 TotalAHSLength: counts words of four bytes', () => {
  assert.equal(totalAhsLength(patched(zeros, 4, '03')), 12);
  assert.equal(totalAhsLength(patched(zeros, 4, 'ff')), 1020);
});

test('§11.2.1.6 DataSegmentLength: three bytes', () => {
  assert.equal(dataSegmentLength(patched(zeros, 4, 'ff010203')), 0x010203);
  assert.equal(dataSegmentLength(patched(zeros, 4, '00ffffff')), 16_777_215);
});

test('§11.2.1.5 lengths are written where they are read', () => {
  const bhs = new Uint8Array(bhsLength);
  putSegmentLengths(bhs, 12, 0x010203);
  assert.deepStrictEqual(bhs, patched(zeros, 4, '03010203'));
});

test('§11.1 padding goes to the next multiple of four', () => {
  assert.deepStrictEqual([0, 1, 2, 3, 4, 5, 16_777_215].map(paddedLength), [0, 4, 4, 4, 4, 8, 16_777_216]);
});
