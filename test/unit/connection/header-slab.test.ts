// Header memory: zeroed, never handed out twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderSlab } from '../../../src/connection/header-slab.ts';

test('§11.2 a header starts as zeros, whatever was written into the headers before it', () => {
  const slab = new HeaderSlab();
  for (let count = 0; count < 2000; count += 1) {
    const piece = slab.take(count % 3 === 0 ? 52 : 48);
    assert.ok(
      piece.every((byte) => byte === 0),
      `piece ${count}`,
    );
    piece.fill(0xff);
  }
});

test('no two headers share memory, and neighbours lie side by side', () => {
  const slab = new HeaderSlab();
  const pieces = Array.from({ length: 1000 }, () => slab.take(48));
  pieces.forEach((piece, index) => piece.fill(index & 0xff));
  pieces.forEach((piece, index) => {
    assert.equal(piece.length, 48);
    assert.ok(
      piece.every((byte) => byte === (index & 0xff)),
      `piece ${index}`,
    );
  });
  assert.equal(pieces[1]!.buffer, pieces[0]!.buffer);
  assert.equal(pieces[1]!.byteOffset, pieces[0]!.byteOffset + 48);
});

test('a header with all additional segments fits, at the end of a slab too', () => {
  const slab = new HeaderSlab();
  for (let count = 0; count < 40; count += 1) assert.equal(slab.take(48 + 1020 + 4).length, 1072);
});
