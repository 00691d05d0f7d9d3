// ExpStatSN of a connection, around the end of the number space too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatSnTracker } from '../../../src/connection/stat-sn-tracker.ts';

test('§4.2.2.2 StatSN: the expected number advances ExpStatSN by one, modulo 2^32', () => {
  const tracker = new StatSnTracker(0xffff_fffe);
  assert.equal(tracker.accept(0xffff_fffe), 'expected');
  assert.equal(tracker.accept(0xffff_ffff), 'expected');
  assert.equal(tracker.expStatSn, 0);
  assert.equal(tracker.accept(0), 'expected');
  assert.equal(tracker.expStatSn, 1);
});

test('§7.9 StatSN: a number that was had is a duplicate and moves nothing', () => {
  const tracker = new StatSnTracker(1);
  for (const had of [0, 0xffff_ffff, 0xffff_fff0]) assert.equal(tracker.accept(had), 'duplicate');
  assert.equal(tracker.expStatSn, 1);
});

test('§7.9 StatSN: a number ahead of the expected one is a gap and moves nothing', () => {
  const tracker = new StatSnTracker(0xffff_ffff);
  for (const ahead of [0, 1, 0x7fff_fffe]) assert.equal(tracker.accept(ahead), 'gap', String(ahead));
  assert.equal(tracker.expStatSn, 0xffff_ffff);
});

test('§4.2.2.2 StatSN: a difference of 2^31 in either direction demands recovery', () => {
  for (const expected of [0, 5, 0x8000_0000, 0xffff_ffff]) {
    const tracker = new StatSnTracker(expected);
    assert.equal(tracker.accept((expected + 2 ** 31) >>> 0), 'gap', `2^31 from ${expected}`);
    assert.equal(tracker.accept((expected + 2 ** 31 + 1) >>> 0), 'gap', `2^31 - 1 behind ${expected}`);
    assert.equal(tracker.expStatSn, expected);
  }
});
