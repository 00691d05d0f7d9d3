// Task tags: unique while in use, found by tag, and not used again soon.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostTags, TagPool } from '../../../src/session/tag-pool.ts';

test('§4.2.5.3 tags in use differ from each other and find their holders', () => {
  const pool = new TagPool<string>(100);
  const tags = Array.from({ length: 100 }, (_, index) => pool.acquire(`holder ${index}`)!);
  assert.equal(new Set(tags).size, 100);
  tags.forEach((tag, index) => {
    assert.equal(pool.get(tag), `holder ${index}`);
  });
  assert.equal(pool.size, 100);
});

test('a full pool gives no tag until one is given back', () => {
  const pool = new TagPool<string>(2);
  const [first] = [pool.acquire('a')!, pool.acquire('b')!];
  assert.equal(pool.isFull, true);
  assert.equal(pool.acquire('c'), undefined);
  pool.release(first);
  assert.equal(pool.isFull, false);
  assert.notEqual(pool.acquire('c'), undefined);
  assert.deepEqual(pool.holders().sort(), ['b', 'c']);
});

test('a tag that was given back names nobody, and its place comes with another tag', () => {
  const pool = new TagPool<string>(1);
  const seen = new Set<number>();
  for (let use = 0; use < 0x1_0000; use += 1) {
    const tag = pool.acquire('x')!;
    assert.ok(!seen.has(tag), `tag ${tag} came again after ${use} uses`);
    seen.add(tag);
    pool.release(tag);
    assert.equal(pool.get(tag), undefined);
  }
  assert.equal(pool.acquire('again'), 0, 'after 65536 uses the generations start again');
});

test('giving a tag back twice, or one that was never given, changes nothing', () => {
  const pool = new TagPool<string>(4);
  const tag = pool.acquire('a')!;
  pool.release(tag);
  const next = pool.acquire('b')!;
  pool.release(tag);
  pool.release(0xffff_ffff);
  pool.release(3);
  assert.equal(pool.get(next), 'b');
  assert.equal(pool.size, 1);
});

test('§11.2.1.8 the reserved tag ffffffffh is never given, however full the pool and late the generation', () => {
  const pool = new TagPool<number>(mostTags);
  for (let index = 0; index < mostTags; index += 1) {
    const tag = pool.acquire(index)!;
    assert.notEqual(tag & 0xffff, 0xffff);
  }
  assert.equal(pool.acquire(-1), undefined);
  assert.equal(pool.get(0xffff_ffff), undefined);
});

test('holders are a list of their own', () => {
  const pool = new TagPool<string>(3);
  pool.acquire('a');
  const list = pool.holders();
  pool.acquire('b');
  assert.deepEqual(list, ['a']);
});
