// Batches: the same bytes in fewer pieces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchBuilder, mergeAdjacent } from '../../../src/engine/send-batch.ts';
import { SendQueue } from '../../../src/engine/send-queue.ts';

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

test('headers carved one after the other out of a slab go out as one view of the slab', () => {
  const slab = Uint8Array.from({ length: 480 }, (_, index) => index);
  const headers = Array.from({ length: 10 }, (_, index) => slab.subarray(index * 48, index * 48 + 48));
  const merged = mergeAdjacent(headers);
  assert.equal(merged.length, 1);
  assert.equal(merged[0]?.buffer, slab.buffer);
  assert.deepEqual(merged[0], slab);
});

test('pieces with a gap, in another order or of another buffer stay apart', () => {
  const slab = new Uint8Array(100);
  const apart = [slab.subarray(0, 10), slab.subarray(20, 30), slab.subarray(10, 20), new Uint8Array(10)];
  assert.deepEqual(mergeAdjacent(apart), apart);
  assert.deepEqual(mergeAdjacent([]), []);
});

test('neighbours of up to 2048 bytes are copied together, longer pieces go out in place', () => {
  const pieces = [
    filled(48, 1),
    filled(2048, 2),
    filled(2049, 3),
    filled(48, 4),
    filled(8192, 5),
    filled(1, 6),
    filled(2, 7),
  ];
  const batch = new BatchBuilder().build(pieces);
  assert.deepEqual(
    batch.map((piece) => piece.length),
    [2096, 2049, 48, 8192, 3],
  );
  assert.equal(batch[1], pieces[2]);
  assert.equal(batch[2], pieces[3]);
  assert.equal(batch[3], pieces[4]);
  assert.deepEqual(Buffer.concat(batch), Buffer.concat(pieces));
});

test('what does not fit the scratch goes out in place, and the scratch is used again by the next batch', () => {
  const builder = new BatchBuilder();
  const pieces = Array.from({ length: 60 }, (_, index) => filled(index % 2 === 0 ? 2000 : 1000, index));
  const batch = builder.build(pieces);
  assert.deepEqual(Buffer.concat(batch), Buffer.concat(pieces));
  const scratch = batch[0]?.buffer;
  assert.equal(scratch?.byteLength, 65_536);
  assert.equal(batch.filter((piece) => piece.buffer === scratch).length, 1);
  const next = builder.build([filled(1, 1), filled(1, 2)]);
  assert.equal(next[0]?.buffer, scratch);
});

test('a single piece is handed on untouched', () => {
  const piece = filled(10, 1);
  assert.deepEqual(new BatchBuilder().build([piece])[0], piece);
});

test('the queue hands out one batch at a time, by length and by count, and counts what is pending', () => {
  const queue = new SendQueue();
  queue.push([filled(700_000, 1), new Uint8Array(0), filled(700_000, 2), filled(5, 3)]);
  assert.equal(queue.pendingBytes, 1_400_005);
  assert.equal(queue.take()?.length, 2);
  assert.deepEqual([queue.pendingBytes, queue.isUnderWay, queue.sentBytes], [1_400_005, true, 0]);
  queue.settle();
  assert.deepEqual([queue.pendingBytes, queue.isUnderWay, queue.sentBytes], [5, false, 1_400_000]);
  queue.push(Array.from({ length: 2000 }, () => filled(3000, 4)));
  assert.equal(Buffer.concat(queue.take() ?? []).length, 5 + 350 * 3000);
  queue.clear();
  assert.deepEqual([queue.pendingBytes, queue.take()], [0, undefined]);
});

test('a batch holds no more than 1024 pieces', () => {
  const queue = new SendQueue();
  queue.push(Array.from({ length: 1500 }, () => filled(1, 1)));
  assert.equal(Buffer.concat(queue.take() ?? []).length, 1024);
});
