// The gate that all writes of a disk pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { channels, nextTurn, type QueueFull } from '../../../src/base/index.ts';
import { WriteGate, type WriteHold } from '../../../src/disk/write-gate.ts';

test('the gate is open until an exclusive hold is asked for, and again when it has gone', async () => {
  const gate = new WriteGate();
  assert.equal(gate.isOpen, true);
  const hold = await gate.enter(0, 10, true, undefined);
  assert.equal(gate.isOpen, false);
  gate.leave(hold);
  assert.equal(gate.isOpen, true);
});

test('an exclusive hold waits for all that were only counted in, wherever they write', async () => {
  const gate = new WriteGate();
  gate.enterOpen();
  gate.enterOpen();
  let isGranted = false;
  const waiting = gate.enter(0, 10, true, undefined).then((hold) => {
    isGranted = true;
    return hold;
  });
  gate.leaveOpen();
  await nextTurn();
  assert.equal(isGranted, false);
  gate.leaveOpen();
  gate.leave(await waiting);
});

test('overlapping holds are granted in the order in which they came, beside those that overlap with none', async () => {
  const gate = new WriteGate();
  const first = await gate.enter(0, 10, true, undefined);
  const order: string[] = [];
  const ask = async (name: string, start: number, end: number, isExclusive: boolean): Promise<void> => {
    const hold = await gate.enter(start, end, isExclusive, undefined);
    order.push(name);
    await nextTurn();
    gate.leave(hold);
  };
  const all = [
    ask('shared 5-15', 5, 15, false),
    ask('exclusive 12-20', 12, 20, true),
    ask('shared 0-5', 0, 5, false),
    ask('exclusive 30-40', 30, 40, true),
    ask('shared 15-16', 15, 16, false),
  ];
  await nextTurn();
  assert.deepEqual(order, ['exclusive 30-40']);
  gate.leave(first);
  await Promise.all(all);
  assert.deepEqual(order, ['exclusive 30-40', 'shared 5-15', 'shared 0-5', 'exclusive 12-20', 'shared 15-16']);
  assert.equal(gate.isOpen, true);
});

test('a waiter that is aborted leaves no trace, and those behind it go on', async () => {
  const gate = new WriteGate();
  gate.enterOpen();
  const controller = new AbortController();
  const reason = new Error('enough');
  const aborted = gate.enter(0, 10, true, controller.signal);
  const behind = gate.enter(0, 10, false, undefined);
  controller.abort(reason);
  await assert.rejects(aborted, (error) => error === reason);
  gate.leave(await behind);
  assert.equal(gate.isOpen, true);
  await assert.rejects(gate.enter(0, 10, true, controller.signal), (error) => error === reason);
  assert.equal(gate.isOpen, true);
});

test('a signal that is aborted after the grant changes nothing', async () => {
  const gate = new WriteGate();
  const first = await gate.enter(0, 10, true, undefined);
  const controller = new AbortController();
  const waiting = gate.enter(0, 10, true, controller.signal);
  gate.leave(first);
  controller.abort();
  gate.leave(await waiting);
  assert.equal(gate.isOpen, true);
});

test('the gate turns away who would be one too many, and says so', async () => {
  const gate = new WriteGate();
  const first = await gate.enter(0, 10, true, undefined);
  const told: QueueFull[] = [];
  const listen = (message: QueueFull): void => {
    told.push(message);
  };
  channels.queueFull.subscribe(listen);
  const waiting = Array.from({ length: 4096 }, async () => {
    gate.leave(await gate.enter(0, 10, true, undefined));
  });
  await assert.rejects(gate.enter(0, 10, true, undefined), { code: 'ISCSI_QUEUE_FULL', isRetryable: true });
  channels.queueFull.unsubscribe(listen);
  assert.deepEqual(told, [{ name: 'disk writes', bound: 4096 }]);
  gate.leave(first);
  await Promise.all(waiting);
  assert.equal(gate.isOpen, true);
});

test('pass releases the gate when the work fails, counted or held', async () => {
  const gate = new WriteGate();
  const fail = async (): Promise<never> => await Promise.reject(new Error('no'));
  await assert.rejects(gate.pass(0, 10, false, undefined, fail), /no/);
  await assert.rejects(gate.pass(0, 10, true, undefined, fail), /no/);
  assert.equal(await gate.pass(0, 10, true, undefined, async () => await Promise.resolve(7)), 7);
  assert.equal(gate.isOpen, true);
});

test('no exclusive hold ever stands beside another that overlaps with it, nor beside a counted one', async () => {
  const request = fc.record({ start: fc.nat(20), length: fc.integer({ min: 1, max: 8 }), isExclusive: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), fc.scheduler(), async (requests, scheduler) => {
      const gate = new WriteGate();
      const held = new Set<WriteHold>();
      let counted = 0;
      const use = requests.map(async ({ start, length, isExclusive }) => {
        await scheduler.schedule(Promise.resolve());
        if (!isExclusive && gate.isOpen) {
          gate.enterOpen();
          counted += 1;
          assert.ok([...held].every((other) => !other.isExclusive));
          await scheduler.schedule(Promise.resolve());
          counted -= 1;
          gate.leaveOpen();
          return;
        }
        const hold = await gate.enter(start, start + length, isExclusive, undefined);
        if (isExclusive) assert.equal(counted, 0);
        for (const other of held) {
          const overlap = hold.start < other.end && other.start < hold.end;
          assert.ok(!overlap || (!hold.isExclusive && !other.isExclusive));
        }
        held.add(hold);
        await scheduler.schedule(Promise.resolve());
        held.delete(hold);
        gate.leave(hold);
      });
      await scheduler.waitFor(Promise.all(use));
      assert.equal(gate.isOpen, true);
    }),
    { numRuns: 500 },
  );
});
