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

test('§7.9 StatSN: where errors are recovered, ExpStatSN stays at the first missing number, around the end of the space too', () => {
  const tracker = new StatSnTracker(0xffff_fffd, 8);
  assert.equal(tracker.accept(0xffff_ffff), 'ahead');
  assert.equal(tracker.accept(1), 'ahead');
  assert.deepEqual(tracker.missing(), [0xffff_fffd, 0xffff_fffe, 0]);
  assert.equal(tracker.expStatSn, 0xffff_fffd);
  assert.equal(tracker.accept(0xffff_fffd), 'late');
  assert.equal(tracker.accept(0xffff_fffd), 'duplicate');
  assert.equal(tracker.accept(2), 'expected');
  assert.equal(tracker.expStatSn, 0xffff_fffe);
  assert.equal(tracker.accept(0), 'late');
  assert.equal(tracker.expStatSn, 0xffff_fffe);
  assert.equal(tracker.accept(0xffff_fffe), 'late');
  assert.equal(tracker.expStatSn, 3);
  assert.equal(tracker.firstMissing, undefined);
});

test('§7.9 StatSN: a number that is held is not acknowledged, nor those after it, until it is let go', () => {
  const tracker = new StatSnTracker(10, 8);
  for (const statSn of [10, 11]) tracker.accept(statSn);
  tracker.hold(11);
  assert.equal(tracker.accept(12), 'expected');
  assert.equal(tracker.accept(11), 'duplicate');
  tracker.hold(12);
  assert.equal(tracker.expStatSn, 11);
  tracker.release(11);
  assert.equal(tracker.expStatSn, 12);
  tracker.release(11);
  tracker.release(12);
  assert.equal(tracker.expStatSn, 13);
});

test('§4.2.2.2 StatSN: no more numbers may be missing than the constant says, and nothing changes when they are', () => {
  const tracker = new StatSnTracker(0, 4);
  assert.equal(tracker.accept(5), 'gap');
  assert.equal(tracker.showNext(5), false);
  assert.equal(tracker.accept(2), 'ahead');
  assert.equal(tracker.accept(6), 'gap');
  assert.equal(tracker.accept(5), 'ahead');
  assert.deepEqual(tracker.missing(), [0, 1, 3, 4]);
  assert.equal(tracker.showNext(0), true, 'what is known already shows nothing');
  assert.equal(tracker.next, 6);
});
