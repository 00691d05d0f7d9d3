// The volatile write cache: what a crash may lose, and what it must not.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type BlockDevice, createMemoryDevice, volatileCacheLayer } from '../../../src/block/index.ts';

async function contents(device: BlockDevice): Promise<string> {
  const bytes = Buffer.alloc(8);
  const tags: string[] = [];
  for (let block = 0; block < 16; block += 1) {
    await device.read(block * 512, bytes);
    tags.push(bytes[0] === 0 ? '.' : String.fromCharCode(bytes[0]!));
  }
  return tags.join('');
}

function filled(tag: string, blocks = 1): Buffer {
  return Buffer.alloc(512 * blocks, tag);
}

suite('a crash', () => {
  test('with none kept: everything since the flush is gone, and nothing before it', async () => {
    const medium = createMemoryDevice(8192);
    const cache = volatileCacheLayer(medium);
    await cache.write(0, filled('a', 2));
    await cache.flush();
    await cache.write(512, filled('b', 2));
    assert.equal(await contents(cache), 'abb.............');
    assert.equal(cache.dirtyLength, 1024);
    await cache.crash();
    assert.equal(await contents(cache), 'aa..............');
    assert.equal(cache.dirtyLength, 0);
  });

  test('with all kept: the last write of each block wins', async () => {
    const cache = volatileCacheLayer(createMemoryDevice(8192));
    for (const tag of 'abc') await cache.write(0, filled(tag, 2));
    await cache.write(512, filled('d'));
    await cache.crash({ keep: 'all' });
    assert.equal(await contents(cache), 'cd..............');
  });

  test('with some kept: each block reads as one of its writes or as before, by the seed', async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const states: string[] = [];
      for (let turn = 0; turn < 2; turn += 1) {
        const cache = volatileCacheLayer(createMemoryDevice(8192));
        await cache.write(0, filled('a', 3));
        await cache.flush();
        await cache.write(0, filled('b', 3));
        await cache.write(512, filled('c'));
        await cache.crash({ keep: 'some', seed });
        states.push(await contents(cache));
      }
      assert.equal(states[0], states[1]);
      assert.match(states[0]!, /^[ab][abc][ab]\.{13}$/);
      outcomes.add(states[0]!);
    }
    // 2 × 3 × 2 outcomes are possible.
    assert.ok(outcomes.size >= 9, [...outcomes].join(' '));
  });

  test('a forced write is there, and no older write comes back over it', async () => {
    const medium = createMemoryDevice(8192);
    const cache = volatileCacheLayer(medium);
    await cache.write(0, filled('a', 2));
    await cache.write(0, filled('b'), { fua: true });
    assert.equal(await contents(medium), 'b...............');
    await cache.crash({ keep: 'all' });
    assert.equal(await contents(cache), 'ba..............');
  });

  test('a forced write of part of a block takes the rest of it along', async () => {
    const medium = createMemoryDevice(8192);
    const cache = volatileCacheLayer(medium);
    await cache.write(0, filled('a'));
    await cache.write(100, Buffer.from('xyz'), { fua: true });
    const block = Buffer.alloc(512);
    await medium.read(0, block);
    const expected = filled('a');
    expected.write('xyz', 100);
    assert.ok(expected.equals(block));
  });

  test('requests that wait for their turn lose their power', async () => {
    const cache = volatileCacheLayer(createMemoryDevice(8192));
    const first = cache.write(0, filled('a'));
    const crash = cache.crash();
    await assert.rejects(first, { code: 'BLOCK_IO_FAILED' });
    await crash;
    assert.equal(await contents(cache), '................');
    await cache.write(0, filled('b'));
    assert.equal(await contents(cache), 'b...............');
  });

  test('zeroing is not undone by older writes', async () => {
    const cache = volatileCacheLayer(createMemoryDevice(8192));
    await cache.write(0, filled('a', 3));
    await cache.zero?.(512, 512);
    await cache.crash({ keep: 'all' });
    assert.equal(await contents(cache), 'a.a.............');
  });
});

test('beyond its limit the oldest writes go to the device, in order', async () => {
  const medium = createMemoryDevice(8192);
  const cache = volatileCacheLayer(medium, { maxDirtyLength: 1024 });
  await cache.write(0, filled('a'));
  await cache.write(0, filled('b'));
  assert.equal(await contents(medium), '................');
  await cache.write(512, filled('c'));
  assert.equal(await contents(medium), 'a...............');
  assert.equal(await contents(cache), 'bc..............');
  assert.equal(cache.dirtyLength, 1024);
});

test('turned off it holds nothing and flushes what it held', async () => {
  const medium = createMemoryDevice(8192);
  const cache = volatileCacheLayer(medium);
  await cache.write(0, filled('a'));
  await cache.setVolatile(false);
  await cache.write(512, filled('b'));
  assert.equal(await contents(medium), 'ab..............');
  assert.deepEqual([cache.features.flush, cache.features.extents], [false, false]);
  await cache.setVolatile(true);
  assert.equal(cache.features.flush, true);
});

test('writes of parts of one block at the same time all arrive', async () => {
  const cache = volatileCacheLayer(createMemoryDevice(8192));
  await Promise.all(
    Array.from('abcdefgh', async (tag, i) => {
      await cache.write(i * 50, Buffer.alloc(50, tag));
    }),
  );
  const bytes = Buffer.alloc(400);
  await cache.read(0, bytes);
  assert.equal(bytes.toString().replaceAll(/(.)\1*/g, '$1'), 'abcdefgh');
});
