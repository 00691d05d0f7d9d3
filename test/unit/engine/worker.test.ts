// The worker: order, bound, contexts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, nextTurn, type QueueFull } from '../../../src/base/index.ts';
import { Worker, type WorkerContext } from '../../../src/engine/worker.ts';

test('items run one after the other, never inside run, and settle as they end', async () => {
  const worker = new Worker(10);
  const order: string[] = [];
  const first = worker.run(async () => {
    order.push('first begins');
    await nextTurn();
    order.push('first ends');
    return 1;
  });
  const second = worker.run(() => {
    order.push('second');
    throw new Error('of the second');
  });
  const third = worker.run(() => order.push('third'));
  assert.deepEqual([order, worker.length], [[], 3]);
  assert.equal(await first, 1);
  await assert.rejects(second, { message: 'of the second' });
  await third;
  assert.deepEqual(order, ['first begins', 'first ends', 'second', 'third']);
  assert.equal(worker.length, 0);
});

test('an item that queues another does not run it inside itself', async () => {
  const worker = new Worker(10);
  const order: string[] = [];
  let inner: Promise<unknown> | undefined;
  await worker.run(() => {
    inner = worker.run(() => order.push('inner'));
    order.push('outer');
  });
  await inner;
  assert.deepEqual(order, ['outer', 'inner']);
});

test('a full queue refuses with ISCSI_QUEUE_FULL and tells the channel, and takes work again later', async () => {
  const worker = new Worker(2);
  const told: QueueFull[] = [];
  const listener = (message: QueueFull): void => {
    told.push(message);
  };
  channels.queueFull.subscribe(listener);
  try {
    const waiting = [worker.run(() => 1), worker.run(() => 2)];
    await assert.rejects(
      worker.run(() => 3),
      { code: 'ISCSI_QUEUE_FULL' },
    );
    assert.deepEqual(told, [{ name: 'engine:worker', bound: 2 }]);
    const reserved = worker.runReserved(() => 4);
    assert.deepEqual(await Promise.all([...waiting, reserved]), [1, 2, 4]);
    assert.equal(await worker.run(() => 5), 5);
  } finally {
    channels.queueFull.unsubscribe(listener);
  }
});

test('a context is current while its item runs, across awaits, and never after', async () => {
  const worker = new Worker(10);
  let kept: WorkerContext | undefined;
  const late: boolean[] = [];
  await worker.run(async (context) => {
    kept = context;
    assert.equal(worker.isCurrent(context), true);
    await nextTurn();
    assert.equal(worker.isCurrent(context), true);
    void nextTurn().then(() => late.push(worker.isCurrent(context)));
  });
  assert.equal(worker.isCurrent(kept!), false);
  await worker.run(async (context) => {
    await nextTurn();
    await nextTurn();
    assert.equal(worker.isCurrent(kept!), false);
    assert.equal(worker.isCurrent(context), true);
    assert.equal(new Worker(1).isCurrent(context), false);
  });
  assert.deepEqual(late, [false]);
});

test('nothing that was not handed out is a context', async () => {
  const worker = new Worker(10);
  await worker.run(() => {
    assert.equal(worker.isCurrent({} as unknown as WorkerContext), false);
    assert.equal(worker.isCurrent(undefined as unknown as WorkerContext), false);
  });
});

test('close refuses what waits and what comes, and lets the running item end', async () => {
  const worker = new Worker(10);
  const running = worker.run(async () => {
    await nextTurn();
    return 'done';
  });
  const waiting = worker.run(() => 'never');
  await Promise.resolve();
  await Promise.resolve();
  worker.close();
  await assert.rejects(waiting, { code: 'ISCSI_CLOSED' });
  await assert.rejects(
    worker.run(() => 'never'),
    { code: 'ISCSI_CLOSED' },
  );
  assert.equal(await running, 'done');
});
