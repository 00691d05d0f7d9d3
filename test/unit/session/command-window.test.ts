// The command window by the rules of RFC 7143 §4.2.2.1, around the end of the number space too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandWindow } from '../../../src/session/command-window.ts';

/** Starts near 0, in the middle and before the wrap. */
const starts = [0, 1, 0x7fff_fffd, 0x8000_0000, 0xffff_fffb, 0xffff_ffff];
const sn = (value: number): number => value >>> 0;

for (const start of starts) {
  test(`§4.2.2.1 CmdSN: from ${start}, the window takes MaxCmdSN - CmdSN + 1 commands, numbered without a gap`, () => {
    const window = new CommandWindow(start, start, sn(start - 1));
    assert.equal(window.isOpen, false);
    assert.equal(window.room, 0);
    window.update(start, sn(start + 7));
    for (let count = 0; count < 8; count += 1) {
      assert.equal(window.isOpen, true);
      assert.equal(window.room, 8 - count);
      assert.equal(window.cmdSn, sn(start + count));
      assert.equal(window.take(), sn(start + count));
    }
    assert.equal(window.isOpen, false);
    assert.equal(window.room, 0);
    assert.equal(window.cmdSn, sn(start + 8));
  });

  test(`§4.2.2.1 MaxCmdSN and ExpCmdSN: from ${start}, neither ever goes back`, () => {
    const window = new CommandWindow(start, start, sn(start + 10));
    window.update(sn(start + 5), sn(start + 9));
    assert.deepEqual([window.expCmdSn, window.maxCmdSn], [sn(start + 5), sn(start + 10)]);
    window.update(sn(start + 3), sn(start + 20));
    assert.deepEqual([window.expCmdSn, window.maxCmdSn], [sn(start + 5), sn(start + 20)]);
  });

  test(`§4.2.2.1 MaxCmdSN < ExpCmdSN - 1: from ${start}, both are ignored`, () => {
    const window = new CommandWindow(start, start, sn(start + 10));
    window.update(sn(start + 15), sn(start + 13));
    assert.deepEqual([window.expCmdSn, window.maxCmdSn], [start, sn(start + 10)]);
    window.update(sn(start + 15), sn(start + 14));
    assert.deepEqual([window.expCmdSn, window.maxCmdSn], [sn(start + 15), sn(start + 14)], 'exactly closed is valid');
  });

  test(`§4.2.2.1 ExpCmdSN: from ${start}, it acknowledges what is below it and nothing else`, () => {
    const window = new CommandWindow(start, start, sn(start + 10));
    assert.equal(window.hasArrived(start), false);
    window.update(sn(start + 2), sn(start + 10));
    assert.deepEqual(
      [-1, 0, 1, 2, 3].map((ahead) => window.hasArrived(sn(start + ahead))),
      [true, true, true, false, false],
    );
  });
}

test('§4.2.2.1 a window that lies wholly behind CmdSN is closed, and has no negative room', () => {
  const window = new CommandWindow(20, 5, 10);
  assert.equal(window.isOpen, false);
  assert.equal(window.room, 0);
});
