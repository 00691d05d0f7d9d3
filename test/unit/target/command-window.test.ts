// The command window: order, room and gaps (RFC 7143 §4.2.2.1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandWindow } from '../../../src/target/command-window.ts';

test('§4.2.2.1: commands are delivered in the order of CmdSN, whatever order they come in', () => {
  const order = fc.shuffledSubarray([...Array(16).keys()], { minLength: 16 });
  const first = fc.constantFrom(0, 100, 0xffff_fffa);
  fc.assert(
    fc.property(order, first, (arrival, start) => {
      const window = new CommandWindow<number>(16, start);
      const delivered = arrival.flatMap((i) => window.offer((start + i) >>> 0, i));
      assert.deepEqual(delivered, [...Array(16).keys()]);
      assert.equal(window.expCmdSn, (start + 16) >>> 0);
    }),
  );
});

test('§4.2.2.1: MaxCmdSN tells the room that is left, and never goes back', () => {
  const window = new CommandWindow<string>(4, 10);
  assert.equal(window.maxCmdSn, 13);
  window.offer(10, 'a');
  window.offer(11, 'b');
  assert.deepEqual([window.expCmdSn, window.maxCmdSn], [12, 13]);
  window.release();
  assert.equal(window.maxCmdSn, 14);
  for (const cmdSn of [12, 13, 14]) window.offer(cmdSn, 'c');
  assert.equal(window.isClosed, true);
  // A closed window is MaxCmdSN = ExpCmdSN - 1 (§11.4.11).
  assert.equal(window.maxCmdSn, window.expCmdSn - 1);
});

test('§4.2.2.1: what lies outside of the window and duplicates are ignored', () => {
  const window = new CommandWindow<string>(4, 10);
  assert.equal(window.place(9), 'ignored');
  assert.equal(window.place(14), 'ignored');
  assert.equal(window.place(10), 'next');
  assert.equal(window.place(13), 'ahead');
  assert.deepEqual(window.offer(12, 'first'), []);
  assert.equal(window.place(12), 'ignored');
  assert.deepEqual(window.offer(12, 'second'), []);
  assert.deepEqual(window.offer(14, 'outside'), []);
  window.offer(10, 'a');
  assert.deepEqual(window.offer(11, 'b'), ['b', 'first']);
});

test('§7.11: a plugged CmdSN counts as received and takes up no room', () => {
  const window = new CommandWindow<string>(4, 10);
  window.offer(11, 'b');
  assert.deepEqual(window.plug(10), ['b']);
  assert.deepEqual([window.expCmdSn, window.maxCmdSn], [12, 14]);
  assert.deepEqual(window.plug(13), []);
  assert.equal(window.place(13), 'ignored');
  assert.deepEqual(window.offer(12, 'c'), ['c']);
  assert.equal(window.expCmdSn, 14);
});

test('what a lost connection had sent ahead of a gap can be sent again', () => {
  const window = new CommandWindow<string>(4, 10);
  window.offer(11, 'lost');
  window.discard((item) => item === 'lost');
  assert.equal(window.place(11), 'ahead');
  window.offer(11, 'again');
  assert.deepEqual(window.offer(10, 'a'), ['a', 'again']);
});
