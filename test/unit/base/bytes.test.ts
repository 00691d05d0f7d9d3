// Integers in bytes: every width, both directions, at the edges of its range.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  equalBytes,
  equalLun,
  latin1,
  lunZero,
  putLun,
  putU8,
  putU16,
  putU24,
  putU32,
  putU48,
  putU64,
  readLun,
  toHex,
  u8,
  u16,
  u24,
  u32,
  u48,
  u64,
} from '../../../src/base/index.ts';

const bytes = Uint8Array.of(0xff, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88);

suite('big-endian integers', () => {
  test('reading takes the most significant byte first, and never gives a negative number', () => {
    assert.equal(u8(bytes, 1), 0x81);
    assert.equal(u16(bytes, 1), 0x8182);
    assert.equal(u24(bytes, 1), 0x818283);
    assert.equal(u32(bytes, 1), 0x81828384);
    assert.equal(u48(bytes, 1), 0x818283848586);
    assert.equal(u64(bytes, 1), 0x8182838485868788n);
  });

  test('writing is the reverse, and leaves the neighbours alone', () => {
    const writers: [number, (out: Uint8Array) => void][] = [
      [
        1,
        (out) => {
          putU8(out, 1, 0x81);
        },
      ],
      [
        2,
        (out) => {
          putU16(out, 1, 0x8182);
        },
      ],
      [
        3,
        (out) => {
          putU24(out, 1, 0x818283);
        },
      ],
      [
        4,
        (out) => {
          putU32(out, 1, 0x81828384);
        },
      ],
      [
        6,
        (out) => {
          putU48(out, 1, 0x818283848586);
        },
      ],
      [
        8,
        (out) => {
          putU64(out, 1, 0x8182838485868788n);
        },
      ],
    ];
    for (const [width, write] of writers) {
      const out = new Uint8Array(10).fill(0x11);
      write(out);
      assert.deepEqual([...out.subarray(0, 1 + width)], [0x11, ...bytes.subarray(1, 1 + width)]);
      assert.deepEqual([...out.subarray(1 + width)], new Array(9 - width).fill(0x11));
    }
  });

  test('SAM-5 §4.7: a LUN field is eight bytes, compared as a whole', () => {
    const lun = readLun(bytes, 1);
    assert.deepEqual(lun, { high: 0x81828384, low: 0x85868788 });
    const out = new Uint8Array(8);
    putLun(out, 0, lun);
    assert.equal(toHex(out), '8182838485868788');
    assert.equal(equalLun(lun, { ...lun }), true);
    assert.equal(equalLun(lun, { ...lun, low: 0 }), false);
    assert.equal(equalLun(lunZero, { high: 1, low: 0 }), false);
  });

  test('text and comparison look at the view, not at the memory behind it', () => {
    const inside = Buffer.from('..abc..').subarray(2, 5);
    assert.equal(toHex(inside), '616263');
    assert.equal(latin1(inside, 1, 2), 'bc');
    assert.equal(equalBytes(inside, Buffer.from('abc')), true);
    assert.equal(equalBytes(inside, Buffer.from('abd')), false);
    assert.equal(equalBytes(inside, Buffer.from('abcd')), false);
  });
});
