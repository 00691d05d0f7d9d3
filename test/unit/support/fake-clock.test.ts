// The clock that all tests of timed code trust.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextTurn, sleep } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

suite('FakeClock', () => {
  test('stands still until it is moved, and then shows exactly the time it was moved to', async () => {
    const clock = new FakeClock(1000);
    assert.equal(clock.now(), 1000);
    await clock.advance(250);
    assert.equal(clock.now(), 1250);
  });

  test('runs timers in the order of their due times, and equal ones in the order they were made', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ] as const) {
      clock.schedule(delayMs, () => ran.push(`${name}@${clock.now()}`));
    }
    await clock.advance(30);
    assert.deepEqual(ran, ['a@10', 'b1@20', 'b2@20', 'c@30']);
  });

  test('runs a timer at its due time but not a millisecond before', async () => {
    const clock = new FakeClock();
    let ran = 0;
    clock.schedule(10, () => (ran += 1));
    await clock.advance(9);
    assert.equal(ran, 0);
    await clock.advance(1);
    assert.equal(ran, 1);
    await clock.advance(100);
    assert.equal(ran, 1);
  });

  test('runs what a timer schedules within the same advance, at its own time', async () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.schedule(10, again);
    };
    clock.schedule(10, again);
    await clock.advance(35);
    assert.deepEqual(ran, [10, 20, 30]);
    assert.equal(clock.pendingTimers, 1);
  });

  test('lets promises settle between two timers', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const sleeper = async (): Promise<void> => {
      await sleep(clock, 10);
      seen.push(`first ${clock.now()}`);
      await nextTurn();
      await sleep(clock, 10);
      seen.push(`second ${clock.now()}`);
    };
    const done = sleeper();
    clock.schedule(15, () => seen.push(`between ${clock.now()}`));
    await clock.advance(25);
    await done;
    assert.deepEqual(seen, ['first 10', 'between 15', 'second 20']);
  });

  test('jumps without letting promises settle', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const done = sleep(clock, 10).then(() => seen.push('slept'));
    clock.schedule(20, () => seen.push('timer'));
    clock.jump(20);
    assert.deepEqual([seen, clock.now()], [['timer'], 20]);
    await done;
    assert.deepEqual(seen, ['timer', 'slept']);
  });

  test('never runs a cancelled timer, and cancelling a fired one does nothing', async () => {
    const clock = new FakeClock();
    let ran = 0;
    const cancelled = clock.schedule(5, () => assert.fail('ran though cancelled'));
    const fired = clock.schedule(5, () => (ran += 1));
    cancelled.cancel();
    await clock.advance(5);
    fired.cancel();
    assert.equal(ran, 1);
    assert.equal(clock.pendingTimers, 0);
  });

  test('rejects with what a callback throws', async () => {
    const clock = new FakeClock();
    const thrown = new Error('from the callback');
    clock.schedule(1, () => {
      throw thrown;
    });
    await assert.rejects(clock.advance(1), thrown);
  });

  test('moves to the next due time, and says so when there is none', async () => {
    const clock = new FakeClock();
    let ran = 0;
    clock.schedule(40, () => (ran += 1));
    await clock.advanceToNext();
    assert.deepEqual([clock.now(), ran], [40, 1]);
    await assert.rejects(clock.advanceToNext(), /nothing is scheduled/);
  });

  test('tells of a timer that schedules itself without delay instead of running for ever', async () => {
    const clock = new FakeClock();
    const again = (): void => {
      for (let n = 0; n < 2; n += 1) clock.schedule(0, () => undefined);
    };
    const forever = (): void => {
      clock.schedule(0, forever);
    };
    again();
    await clock.advance(0);
    assert.equal(clock.pendingTimers, 0);
    clock.schedule(0, forever);
    await assert.rejects(clock.advance(0), /timers fell due/);
  });
});
