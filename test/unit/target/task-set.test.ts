// The order of tasks in a logical unit, and the gate for atomic commands (SAM-5 §8.6, SBC-4 §5.3).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred, nextTurn } from '../../../src/base/index.ts';
import { MediumGate } from '../../../src/target/device-server/medium-gate.ts';
import { type TaskAttribute, TaskSet, type TaskSetEntry } from '../../../src/target/device-server/task-set.ts';

function entries(started: string[]): (name: string, attribute?: TaskAttribute) => TaskSetEntry {
  return (name, attribute = 'simple') => ({
    attribute,
    start: () => {
      started.push(name);
    },
  });
}

test('SAM-5 §8.6: simple tasks run beside each other, an ordered one between what came before and after it', () => {
  const started: string[] = [];
  const make = entries(started);
  const set = new TaskSet();
  const [a, b, ordered, c, d] = [make('a'), make('b'), make('ordered', 'ordered'), make('c'), make('d')];
  for (const entry of [a, b, ordered, c, d]) set.enter(entry);
  assert.deepEqual(started, ['a', 'b']);
  set.leave(a);
  assert.deepEqual(started, ['a', 'b']);
  set.leave(b);
  assert.deepEqual(started, ['a', 'b', 'ordered']);
  set.leave(ordered);
  assert.deepEqual(started, ['a', 'b', 'ordered', 'c', 'd']);
});

test('SAM-5 §8.6: a head-of-queue task runs at once, and a waiting one that is aborted lets the next run', () => {
  const started: string[] = [];
  const make = entries(started);
  const set = new TaskSet();
  const [a, first, second, c] = [make('a'), make('first', 'ordered'), make('second', 'ordered'), make('c')];
  for (const entry of [a, first, second, c]) set.enter(entry);
  set.enter(make('head', 'headOfQueue'));
  assert.deepEqual(started, ['a', 'head']);
  set.leave(second);
  set.leave(a);
  assert.deepEqual(started, ['a', 'head', 'first']);
  set.leave(first);
  assert.deepEqual(started, ['a', 'head', 'first', 'c']);
});

test('an ordered task in an empty set runs at once', () => {
  const started: string[] = [];
  const set = new TaskSet();
  set.enter(entries(started)('only', 'ordered'));
  assert.deepEqual(started, ['only']);
});

test('SBC-4 §5.3: what needs the medium alone waits for all others, and they for it', async () => {
  const gate = new MediumGate();
  const log: string[] = [];
  const read = deferred();
  const compare = deferred();
  const work = [
    gate.shared(async () => {
      log.push('read');
      await read.promise;
    }),
    gate.exclusive(async () => {
      log.push('compare');
      await compare.promise;
    }),
    gate.shared(async () => {
      log.push('late read');
      await Promise.resolve();
    }),
  ];
  await nextTurn();
  assert.deepEqual(log, ['read']);
  read.resolve();
  await nextTurn();
  assert.deepEqual(log, ['read', 'compare']);
  compare.resolve();
  await Promise.all(work);
  assert.deepEqual(log, ['read', 'compare', 'late read']);
});
