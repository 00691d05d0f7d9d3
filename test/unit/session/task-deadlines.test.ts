// One timer for all deadlines: it fires for the earliest, and there is none where there is nothing to wait for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskDeadlines } from '../../../src/session/task-deadlines.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Fixture {
  readonly clock: FakeClock;
  readonly deadlines: TaskDeadlines;
  /** Deadlines that are waited for. */
  readonly open: Set<number>;
  readonly ended: [deadline: number, at: number][];
}

function fixture(startMs = 0): Fixture {
  const clock = new FakeClock(startMs);
  const open = new Set<number>();
  const ended: [number, number][] = [];
  const deadlines = new TaskDeadlines(clock, (now) => {
    for (const deadline of open) {
      if (deadline > now) continue;
      open.delete(deadline);
      ended.push([deadline, now]);
    }
    return Math.min(Number.POSITIVE_INFINITY, ...open);
  });
  return { clock, deadlines, open, ended };
}

test('each deadline is met at its time, in whatever order they were set', async () => {
  const { clock, deadlines, open, ended } = fixture();
  for (const limitMs of [500, 100, 300]) open.add(deadlines.start(limitMs));
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(1000);
  assert.deepEqual(ended, [
    [100, 100],
    [300, 300],
    [500, 500],
  ]);
  assert.equal(clock.pendingTimers, 0);
});

test('a later, shorter limit moves the timer forward', async () => {
  const { clock, deadlines, open, ended } = fixture();
  open.add(deadlines.start(1000));
  await clock.advance(200);
  open.add(deadlines.start(100));
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(100);
  assert.deepEqual(ended, [[300, 300]]);
});

test('limit 0 is no limit and no timer', () => {
  const { clock, deadlines } = fixture();
  assert.equal(deadlines.start(0), Number.POSITIVE_INFINITY);
  assert.equal(clock.pendingTimers, 0);
});

test('a fraction of a millisecond in the clock never makes the timer fire too early for good', async () => {
  const { clock, deadlines, open, ended } = fixture(0.4);
  open.add(deadlines.start(10));
  await clock.advance(20);
  assert.equal(ended.length, 1);
  assert.ok(ended[0]![1] >= 10.4);
});

test('stopped, it holds no timer and makes none', async () => {
  const { clock, deadlines, open, ended } = fixture();
  open.add(deadlines.start(100));
  deadlines.stop();
  assert.equal(clock.pendingTimers, 0);
  deadlines.start(50);
  assert.equal(clock.pendingTimers, 0);
  await clock.advance(1000);
  assert.deepEqual(ended, []);
});
