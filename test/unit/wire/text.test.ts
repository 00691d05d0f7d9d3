// Text keys against RFC 7143 §6.1, bytes typed by hand.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeTextKeys, parseTextKeys } from '../../../src/wire/index.ts';
import { hex } from './hex.ts';

function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

test('§6.1 every pair is followed by one NUL, the last one too', () => {
  assert.deepStrictEqual(
    encodeTextKeys([
      ['A', 'b'],
      ['SessionType', ''],
    ]),
    hex('41 3d 62 00 53 65 73 73 69 6f 6e 54 79 70 65 3d 00'),
  );
  assert.deepStrictEqual(parseTextKeys(hex('41 3d 62 00 53 65 73 73 69 6f 6e 54 79 70 65 3d 00')), [
    ['A', 'b'],
    ['SessionType', ''],
  ]);
});

test('§6.1 the value is all that follows the first =', () => {
  assert.deepStrictEqual(parseTextKeys(latin('CHAP_R=0bAbc=\0')), [['CHAP_R', '0bAbc=']]);
  assert.deepStrictEqual(encodeTextKeys([['CHAP_R', '0bAbc=']]), latin('CHAP_R=0bAbc=\0'));
});

test('§6.1 a value is UTF-8', () => {
  const bytes = hex('54 61 72 67 65 74 41 6c 69 61 73 3d c3 a9 e2 82 ac f0 9f 92 be 00');
  assert.deepStrictEqual(parseTextKeys(bytes), [['TargetAlias', 'é€💾']]);
  assert.deepStrictEqual(encodeTextKeys([['TargetAlias', 'é€💾']]), bytes);
});

test('§6.1 a segment that is empty, or NULs alone, is an empty list', () => {
  assert.deepStrictEqual(parseTextKeys(hex('')), []);
  assert.deepStrictEqual(parseTextKeys(hex('00')), []);
  assert.deepStrictEqual(parseTextKeys(hex('00000000')), []);
  assert.deepStrictEqual(encodeTextKeys([]), hex(''));
});

test('§6.1 NULs that end nothing are passed over', () => {
  assert.deepStrictEqual(parseTextKeys(latin('\0A=1\0\0B=2\0\0\0')), [
    ['A', '1'],
    ['B', '2'],
  ]);
});

test('§6.1 keys keep their order, their case and their repetition', () => {
  const pairs: [string, string][] = [
    ['TargetName', 'iqn.a'],
    ['TargetAddress', '10.0.0.1:3260,1'],
    ['TargetName', 'iqn.b'],
    ['AUTH', 'x'],
    ['Auth', 'x'],
  ];
  assert.deepStrictEqual(parseTextKeys(encodeTextKeys(pairs)), pairs);
});

test('§6.1 a key may have 63 characters, and every character of a standard-label', () => {
  const longest = `K${'x'.repeat(62)}`;
  assert.deepStrictEqual(parseTextKeys(latin(`${longest}=1\0`)), [[longest, '1']]);
  for (const key of ['X-com.example.bar', 'Z09+@_', 'X#NodeArchitecture']) {
    assert.deepStrictEqual(parseTextKeys(encodeTextKeys([[key, '1']])), [[key, '1']]);
  }
});

const junk: readonly (readonly [title: string, bytes: Uint8Array, offset: number])[] = [
  ['a last pair without a NUL', latin('A=1\0B=2'), 4],
  ['a pair without an =', latin('A=1\0Junk\0'), 4],
  ['an = that belongs to the next pair', latin('Junk\0A=1\0'), 0],
  ['an empty key', latin('=1\0'), 0],
  ['a key of 64 characters', latin(`K${'x'.repeat(63)}=1\0`), 0],
  ['a key that begins with a small letter', latin('key=1\0'), 0],
  ['a key that begins with a digit', latin('1Key=1\0'), 0],
  ['a key with a space', latin('A Key=1\0'), 0],
  ['a key with a letter beyond ASCII', hex('41 c3 a9 3d 31 00'), 0],
  ['a key with a line end after it', latin('Key\n=1\0'), 0],
  ['bytes that are not UTF-8', hex('41 3d ff 00'), 4],
];

suite('§6.1 junk is refused', () => {
  for (const [title, bytes, offset] of junk) {
    test(title, () => {
      assert.throws(() => parseTextKeys(bytes), {
        name: 'ProtocolError',
        code: 'ISCSI_BAD_TEXT',
        byte: offset,
        clause: 'RFC 7143 §6.1',
      });
    });
  }
});

test('§6.1 what is no key or no value is not encoded', () => {
  assert.throws(() => encodeTextKeys([['key', '1']]), { code: 'ISCSI_BAD_ARGUMENT', argument: 'key' });
  assert.throws(() => encodeTextKeys([['A=B', '1']]), { code: 'ISCSI_BAD_ARGUMENT' });
  assert.throws(() => encodeTextKeys([['InitiatorAlias', 'a\0B=c']]), {
    code: 'ISCSI_BAD_ARGUMENT',
    argument: 'InitiatorAlias',
  });
});
