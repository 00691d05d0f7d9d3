// What holders leave behind that close without a flush: told apart up to a bound, and never told of as less than it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LeftStakes } from '../../../src/devices/write-stake.ts';

test('of two handles of one holder the one that was told less counts', () => {
  const left = new LeftStakes();
  left.leave('a', { seen: 2 });
  left.leave('a', { seen: 1 });
  left.leave('a', { seen: 3 });
  assert.equal(left.least?.seen, 1);
  assert.equal(left.take('a')?.seen, 1);
  assert.equal(left.take('a'), undefined);
  assert.equal(left.least, undefined);
});

test('the 65th holder and those after it are told apart no more, but not forgotten', () => {
  const left = new LeftStakes();
  for (let holder = 0; holder < 70; holder += 1) left.leave(String(holder), { seen: 100 - holder });
  assert.equal(left.claim().size, 65);
  assert.equal(left.take('69'), undefined);
  const least = (): number | undefined => left.least?.seen;
  assert.equal(least(), 31);
  left.settle(left.claim(), 31);
  assert.equal(least(), 37);
});

test('what is left while a flush is under way is not covered by it', () => {
  const left = new LeftStakes();
  left.leave('a', { seen: 1 });
  const claim = left.claim();
  left.take('a');
  left.leave('a', { seen: 1 });
  left.leave('b', { seen: 1 });
  left.settle(claim, 1);
  assert.equal(left.claim().size, 2);
});
