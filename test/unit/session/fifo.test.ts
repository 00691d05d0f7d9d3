// The bounded queue against an array.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, type QueueFull } from '../../../src/base/index.ts';
import { Fifo } from '../../../src/session/fifo.ts';

test('what comes in first goes out first, however far the queue has moved', () => {
  const fifo = new Fifo<number>('test', 10_000);
  const model: number[] = [];
  for (let step = 0; step < 20_000; step += 1) {
    if (step % 7 < 4) {
      assert.equal(fifo.push(step), true);
      model.push(step);
    } else {
      assert.equal(fifo.shift(), model.shift());
    }
    assert.equal(fifo.length, model.length);
  }
  assert.deepEqual(fifo.items(), model);
  for (const item of model) assert.equal(fifo.shift(), item);
  assert.equal(fifo.shift(), undefined);
  assert.equal(fifo.length, 0);
});

test('an item leaves from the middle, once', () => {
  const fifo = new Fifo<string>('test', 10);
  for (const item of ['a', 'b', 'c', 'd']) fifo.push(item);
  assert.equal(fifo.shift(), 'a');
  assert.equal(fifo.remove('a'), false, 'it has gone');
  assert.equal(fifo.remove('c'), true);
  assert.equal(fifo.remove('c'), false);
  assert.deepEqual(fifo.items(), ['b', 'd']);
  assert.equal(fifo.remove('d'), true);
  assert.equal(fifo.remove('b'), true);
  assert.equal(fifo.length, 0);
  assert.equal(fifo.shift(), undefined);
  assert.equal(fifo.push('e'), true);
  assert.deepEqual(fifo.drain(), ['e']);
  assert.equal(fifo.length, 0);
});

test('a full queue turns work away and says so with its name and bound', () => {
  const told: QueueFull[] = [];
  const listener = (message: QueueFull): void => {
    told.push(message);
  };
  channels.queueFull.subscribe(listener);
  try {
    const fifo = new Fifo<number>('orders', 2);
    assert.deepEqual([fifo.push(1), fifo.push(2), fifo.push(3)], [true, true, false]);
    assert.deepEqual(told, [{ name: 'orders', bound: 2 }]);
    fifo.shift();
    assert.equal(fifo.push(4), true);
    assert.deepEqual(fifo.items(), [2, 4]);
  } finally {
    channels.queueFull.unsubscribe(listener);
  }
});

test('the list of items is a copy', () => {
  const fifo = new Fifo<number>('test', 3);
  fifo.push(1);
  const items = fifo.items();
  fifo.push(2);
  assert.deepEqual(items, [1]);
});

test('the first item that matches is taken, wherever it stands, and the others keep their order', () => {
  const fifo = new Fifo<number>('test', 10);
  for (const item of [1, 2, 3, 4, 5]) fifo.push(item);
  assert.equal(fifo.shift(), 1);
  assert.equal(
    fifo.takeFirst((item) => item % 2 === 1),
    3,
  );
  assert.equal(
    fifo.takeFirst((item) => item < 3),
    2,
  );
  assert.equal(
    fifo.takeFirst((item) => item > 9),
    undefined,
  );
  assert.equal(fifo.length, 2);
  assert.deepEqual(fifo.drain(), [4, 5]);
});
