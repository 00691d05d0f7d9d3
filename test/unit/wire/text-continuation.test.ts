// Text over several PDUs: RFC 7143 §6.1 and the C bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTextKeys, splitText, TextAccumulator } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

const text = encodeTextKeys([
  ['TargetName', 'iqn.é'],
  ['HeaderDigest', 'CRC32C,None'],
]);
const pairs = [
  ['TargetName', 'iqn.é'],
  ['HeaderDigest', 'CRC32C,None'],
];

test('§6.1 C bit: a text may be cut anywhere, inside a key and inside a character too', () => {
  for (let cut = 0; cut <= text.length; cut++) {
    const accumulator = new TextAccumulator(8192);
    assert.equal(accumulator.add(text.subarray(0, cut), true), undefined);
    assert.deepStrictEqual(accumulator.add(text.subarray(cut), false), pairs);
  }
});

test('§6.1 C bit: bytes may come one by one, and what they came in may be reused', () => {
  const accumulator = new TextAccumulator(8192);
  const one = new Uint8Array(1);
  for (const byte of text) {
    one[0] = byte;
    assert.equal(accumulator.add(one, true), undefined);
    one[0] = 0xff;
  }
  assert.deepStrictEqual(accumulator.add(hex(''), false), pairs);
});

test('§6.1 C bit: one accumulator serves one text after the other', () => {
  const accumulator = new TextAccumulator(text.length);
  for (let round = 0; round < 3; round++) {
    assert.equal(accumulator.add(text.subarray(0, 5), true), undefined);
    assert.deepStrictEqual(accumulator.add(text.subarray(5), false), pairs);
    assert.deepStrictEqual(accumulator.add(text, false), pairs);
  }
});

test('§6.1 a text of exactly the bound is taken, a longer one is refused as soon as it is longer', () => {
  assert.deepStrictEqual(new TextAccumulator(text.length).add(text, false), pairs);
  assert.throws(() => new TextAccumulator(text.length - 1).add(text, false), {
    code: 'ISCSI_BAD_TEXT',
    value: text.length,
  });
  const accumulator = new TextAccumulator(10);
  assert.equal(accumulator.add(text.subarray(0, 10), true), undefined);
  assert.throws(() => accumulator.add(text.subarray(10, 11), true), { code: 'ISCSI_BAD_TEXT', value: 11 });
});

test('§6.1 after a refusal the accumulator is empty', () => {
  const accumulator = new TextAccumulator(text.length);
  accumulator.add(hex('41'), true);
  assert.throws(() => accumulator.add(text, false), { code: 'ISCSI_BAD_TEXT' });
  assert.deepStrictEqual(accumulator.add(text, false), pairs);
  assert.throws(() => accumulator.add(hex('41'), false), { code: 'ISCSI_BAD_TEXT' });
  assert.deepStrictEqual(accumulator.add(text, false), pairs);
});

test('§6.1 a text that is given up leaves nothing behind', () => {
  const accumulator = new TextAccumulator(text.length);
  accumulator.add(hex('41'), true);
  accumulator.reset();
  assert.deepStrictEqual(accumulator.add(text, false), pairs);
});

test('§6.2 C bit: a text that is sent is cut into pieces of at most the given length', () => {
  const bytes = hex('00010203040506');
  assert.deepStrictEqual(splitText(bytes, 3), [hex('000102'), hex('030405'), hex('06')]);
  assert.deepStrictEqual(splitText(bytes, 7), [bytes]);
  assert.deepStrictEqual(splitText(bytes, 8), [bytes]);
  assert.deepStrictEqual(splitText(bytes.subarray(0, 6), 3), [hex('000102'), hex('030405')]);
});

test('§6.2 an empty text is one empty piece', () => {
  assert.deepStrictEqual(splitText(hex(''), 8192), [hex('')]);
});
