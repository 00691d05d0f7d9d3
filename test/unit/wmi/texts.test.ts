// Strings of structures: a length in bytes, then UTF-16 in a fixed room.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { decodeStructure, encodeStructure } from '../../../src/wmi/index.ts';

function encoded(name: string): Uint8Array {
  return encodeStructure('AddiSNSServer_IN', { iSNSServerName: name });
}

function decoded(bytes: Uint8Array): string {
  return decodeStructure('AddiSNSServer_IN', bytes).iSNSServerName;
}

/** 448 bytes: a length, units, zeros. */
function room(length: number, ...units: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(448);
  bytes[0] = length & 0xff;
  bytes[1] = length >>> 8;
  units.forEach((unit, index) => {
    bytes[2 + 2 * index] = unit & 0xff;
    bytes[3 + 2 * index] = unit >>> 8;
  });
  return bytes;
}

suite('strings', () => {
  test('are their length in bytes, then UTF-16LE, then zeros to the end of their room', () => {
    assert.deepEqual(encoded('aé€'), room(6, 0x61, 0xe9, 0x20ac));
    assert.deepEqual(encoded(''), room(0));
    assert.equal(decoded(room(6, 0x61, 0xe9, 0x20ac, 0x7a)), 'aé€', 'what is behind the text is not looked at');
  });

  test('keep pairs, lone surrogates and NULs within', () => {
    for (const text of ['😀', '\ud800', 'a\udc00b', 'a\0b']) assert.equal(decoded(encoded(text)), text);
    assert.deepEqual(encoded('\ud800'), room(2, 0xd800));
  });

  test('lose the terminator that a writer has counted, and the zeros of one who has counted all of the room', () => {
    assert.equal(decoded(room(4, 0x61, 0)), 'a');
    assert.equal(decoded(room(446, 0x61)), 'a');
    assert.equal(decoded(room(2, 0)), '');
  });

  test('may fill their room, and not more', () => {
    const longest = 'n'.repeat(223);
    assert.equal(decoded(encoded(longest)), longest);
    assert.throws(() => encoded('n'.repeat(224)), {
      code: 'ISCSI_BAD_ARGUMENT',
      argument: 'AddiSNSServer_IN.iSNSServerName',
      message: 'AddiSNSServer_IN.iSNSServerName has 224 characters, 223 at most',
    });
  });

  test('of an odd length, or longer than their room, are refused', () => {
    for (const length of [1, 3, 445, 448, 0xfffe, 0xffff]) {
      assert.throws(
        () => decoded(room(length)),
        { code: 'WMI_BAD_BUFFER', member: 'AddiSNSServer_IN.iSNSServerName', offset: 0 },
        String(length),
      );
    }
  });

  test('need all of their room, not the text alone', () => {
    assert.throws(() => decoded(room(2, 0x61).subarray(0, 447)), { code: 'WMI_BAD_BUFFER' });
  });

  test('that end with a NUL are refused when they are written, since they would not come back', () => {
    assert.throws(() => encoded('a\0'), { code: 'ISCSI_BAD_ARGUMENT', argument: 'AddiSNSServer_IN.iSNSServerName' });
  });
});
