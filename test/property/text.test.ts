// Text keys: whatever pairs are encoded come back, cut by the C bit in any way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeTextKeys, parseTextKeys, splitText, TextAccumulator } from '../../src/wire/index.ts';

const key = fc.stringMatching(/^[A-Z][A-Za-z0-9.+@_-]{0,62}$/);
const value = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
const pairs = fc.array(fc.tuple(key, value), { maxLength: 12 });

test('§6.1 pairs come back from any cutting of their text', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 64 }), (list, maxLength) => {
      const pieces = splitText(encodeTextKeys(list), maxLength);
      const accumulator = new TextAccumulator(65536);
      const results = pieces.map((piece, index) => accumulator.add(piece, index < pieces.length - 1));
      assert(pieces.every((piece) => piece.length <= maxLength));
      assert.deepStrictEqual(results.at(-1), list);
      assert(results.slice(0, -1).every((result) => result === undefined));
    }),
  );
});

test('§6.1 no bytes at all make the parser fail in another way than by ISCSI_BAD_TEXT', () => {
  const nearText = fc.array(fc.constantFrom(0x00, 0x3d, 0x41, 0x61, 0x2d, 0x80, 0xc3, 0xa9), { maxLength: 40 });
  fc.assert(
    fc.property(nearText, (bytes) => {
      try {
        for (const [name, text] of parseTextKeys(Uint8Array.from(bytes))) {
          assert.match(name, /^[A-Z][^=\0]*$/);
          assert(!text.includes('\0'));
        }
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ISCSI_BAD_TEXT');
      }
    }),
    { numRuns: 500 },
  );
});
