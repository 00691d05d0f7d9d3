// Values of text keys: numbers and binary strings in every encoding. RFC 7143 §6.1.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { formatBinary, parse16Bit, parseBinary, parseNumber } from '../../../src/login/values.ts';

suite('§6.1 values', () => {
  const numbers: [string, number | undefined][] = [
    ['0', 0],
    ['10', 10],
    ['0x0', 0],
    ['0x00ff', 255],
    ['0XfF', 255],
    ['18446744073709551615', 2 ** 64],
    ['01', undefined],
    ['+1', undefined],
    ['1 ', undefined],
    ['0x', undefined],
    ['0b1', undefined],
    ['0o7', undefined],
    ['Infinity', undefined],
    ['1_0', undefined],
  ];
  for (const [text, value] of numbers) {
    test(`§6.1 numerical-value: ${JSON.stringify(text)} is ${String(value)}`, () => {
      assert.equal(parseNumber(text), value);
    });
  }
  const binaries: [string, string | undefined][] = [
    ['0x00', '00'],
    ['0x0', '00'],
    ['0xabc', '0abc'],
    ['0xABCDEF', 'abcdef'],
    ['0bAAEC', '000102'],
    ['0bAAE=', '0001'],
    ['0BAA==', '00'],
    ['0b', ''],
    ['0x', undefined],
    ['0bA', undefined],
    ['0bAA', undefined],
    ['0bAA=A', undefined],
    ['0b====', undefined],
    ['abcd', undefined],
    ['17', undefined],
    ['0x00 ', undefined],
    ['0x000102030405', undefined],
    ['0bAAECAwQF', undefined],
    ['0bAAECAwQFBgcI', undefined],
    ['0xg0', undefined],
  ];
  for (const [text, hex] of binaries) {
    test(`§6.1 binary-value of at most 5 bytes: ${JSON.stringify(text)} is ${hex ?? 'none'}`, () => {
      const bytes = parseBinary(text, 5);
      assert.equal(bytes === undefined ? undefined : Buffer.from(bytes).toString('hex'), hex);
    });
  }
  test('§6.1 hex-constant: n digits make (n + 1) / 2 bytes', () => {
    for (let digits = 1; digits <= 20; digits += 1) {
      assert.equal(parseBinary(`0x${'f'.repeat(digits)}`, 20)?.length, Math.floor((digits + 1) / 2));
    }
  });
  test('§6.1: binary values are written as hexadecimal', () => {
    assert.equal(formatBinary(Uint8Array.of(0, 0x0a, 0xff)), '0x000aff');
  });
  test('§13.9: a 16-bit value has at most 16 bits and at least one byte', () => {
    assert.deepEqual(
      ['0', '65535', '0bAQI=', '65536', '0b', '0bAQID', ''].map((text) => parse16Bit(text)),
      [0, 65535, 258, undefined, undefined, undefined, undefined],
    );
  });
});
