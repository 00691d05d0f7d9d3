// Initiator session ids against RFC 7143 §11.12.5.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IsidAllocator } from '../../../src/adapter/isid.ts';

test('§11.12.5: T is 10b (random), A is 0, B and C are the random number, D counts', () => {
  const isids = new IsidAllocator((length) => Uint8Array.from({ length }, (_unused, index) => 0xa1 + index));
  const hex = (isid: number): string => isid.toString(16).padStart(12, '0');
  assert.equal(hex(isids.allocate()), '80a1a2a30001');
  assert.equal(hex(isids.allocate()), '80a1a2a30002');
});

test('§10.1.1: no two sessions of an initiator have the same, as long as 65536 are not open', () => {
  const isids = new IsidAllocator();
  const seen = new Set(Array.from({ length: 65_536 }, () => isids.allocate()));
  assert.equal(seen.size, 65_536);
  for (const isid of seen) assert.ok(isid > 0x8000_0000_0000 && isid < 0x8100_0000_0000);
});

test('§11.12.5: two initiators of the same name are told apart by chance', () => {
  assert.notEqual(new IsidAllocator().allocate(), new IsidAllocator().allocate());
});
