// The secret box: what is sealed can be opened with the same key and name, and with nothing else.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SecretBox, secretLength } from '../../../src/store/secret-box.ts';

const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const secret = Buffer.from('a CHAP secret');

suite('the secret box', () => {
  test('opens what it sealed, of any length', () => {
    const box = new SecretBox(key);
    for (const bytes of [secret, new Uint8Array(), new Uint8Array(255)]) {
      const sealed = box.seal('chap', bytes);
      assert.deepEqual(box.open('chap', sealed), new Uint8Array(bytes));
      assert.equal(secretLength(sealed.length), bytes.length);
    }
  });

  test('seals the same secret otherwise each time', () => {
    const box = new SecretBox(key);
    assert.notDeepEqual(box.seal('chap', secret), box.seal('chap', secret));
  });

  test('refuses every bit that differs, and every byte that is missing or too many', () => {
    const box = new SecretBox(key);
    const sealed = box.seal('chap', secret);
    const refuses = (bytes: Uint8Array): void => {
      assert.throws(() => box.open('chap', bytes), { code: 'STORE_CORRUPT', record: 'secret/chap' });
    };
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const damaged = Uint8Array.from(sealed);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      refuses(damaged);
    }
    for (let length = 0; length < sealed.length; length += 1) refuses(sealed.subarray(0, length));
    refuses(Buffer.concat([sealed, new Uint8Array(1)]));
  });

  test('refuses another name and another key', () => {
    const sealed = new SecretBox(key).seal('chap', secret);
    const otherKey = key.map((byte) => byte ^ 1);
    assert.throws(() => new SecretBox(key).open('radius', sealed), { code: 'STORE_CORRUPT' });
    assert.throws(() => new SecretBox(otherKey).open('chap', sealed), { code: 'STORE_CORRUPT' });
    assert.notDeepEqual(new SecretBox(key).keyDigest, new SecretBox(otherKey).keyDigest);
  });
});
