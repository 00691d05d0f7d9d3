// Waits that end: by their answer, their deadline or their cancellation, and leave no timer or listener behind.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { suite, test } from 'node:test';

import { deferred, onAbort, raceAbort, sleep, withDeadline } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

suite('raceAbort', () => {
  test('gives the answer, and takes its listener away', async () => {
    const { signal } = new AbortController();
    assert.equal(await raceAbort(Promise.resolve(7), signal), 7);
    assert.equal(await raceAbort(Promise.resolve(8), undefined), 8);
    assert.equal(listeners(signal), 0);
  });

  test('rejects with the reason itself, before or during the wait; a late failure is nobody’s', async () => {
    const controller = new AbortController();
    const work = deferred();
    const waiting = raceAbort(work.promise, controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    work.reject(new Error('late'));
    await assert.rejects(raceAbort(new Promise(() => {}), controller.signal), (error) => error === reason);
    assert.equal(listeners(controller.signal), 0);
  });
});

suite('withDeadline', () => {
  const tooLate = new Error('too late');
  const make = (): Error => tooLate;

  test('gives the answer and stops the timer', async () => {
    const clock = new FakeClock();
    assert.equal(await withDeadline(clock, 1000, make, undefined, () => Promise.resolve(7)), 7);
    assert.equal(clock.pendingTimers, 0);
  });

  test('rejects when the limit has passed, and tells the work', async () => {
    const clock = new FakeClock();
    let told: unknown;
    const waiting = withDeadline(clock, 1000, make, undefined, async (signal) => {
      onAbort(signal, () => {
        told = signal.reason;
      });
      await new Promise(() => {});
    });
    waiting.catch(() => undefined);
    await clock.advance(999);
    assert.equal(told, undefined);
    await clock.advance(1);
    await assert.rejects(waiting, (error) => error === tooLate);
    assert.equal(told, tooLate);
    assert.equal(clock.pendingTimers, 0);
  });

  test('a limit of 0 is none; the outer signal ends the wait with its own reason', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const waiting = withDeadline(clock, 0, make, controller.signal, () => new Promise(() => {}));
    assert.equal(clock.pendingTimers, 0);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });

  test('work is not begun under a signal that is aborted already', async () => {
    let isBegun = false;
    const aborted = AbortSignal.abort(new Error('enough'));
    await assert.rejects(
      withDeadline(new FakeClock(), 1000, make, aborted, () => {
        isBegun = true;
        return Promise.resolve();
      }),
      /enough/,
    );
    assert.equal(isBegun, false);
  });
});

suite('sleep', () => {
  test('wakes when its time has come', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    let isAwake = false;
    const asleep = sleep(clock, 100, signal).then(() => {
      isAwake = true;
    });
    await clock.advance(99);
    assert.equal(isAwake, false);
    await clock.advance(1);
    await asleep;
    assert.equal(listeners(signal), 0);
  });

  test('ends with the reason of its signal, without its timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const asleep = sleep(clock, 100, controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(asleep, /enough/);
    assert.equal(clock.pendingTimers, 0);
  });
});
