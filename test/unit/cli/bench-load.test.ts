// The load of a measurement: where it goes, that it can be repeated, and that it ends.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { Latency } from '../../../src/cli/bench-latency.ts';
import { AccessPattern, keepBusy, type LoadKind, type LoadRun, SeededRandom } from '../../../src/cli/bench-load.ts';

function makePattern(kind: LoadKind, blockCount: number, seed = 1, readShare = 0.7): AccessPattern {
  return new AccessPattern({ kind, blockSize: 4096, blockCount, readShare, seed });
}

function offsets(pattern: AccessPattern, count: number): number[] {
  return Array.from({ length: count }, () => pattern.nextOffset());
}

suite('access pattern', () => {
  test('sequential loads go block by block and begin again at the end of the span', () => {
    assert.deepEqual(offsets(makePattern('read', 3), 7), [0, 4096, 8192, 0, 4096, 8192, 0]);
  });

  test('random loads reach every block of the span and none outside', () => {
    const seen = new Set(offsets(makePattern('randread', 16), 2000));
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      Array.from({ length: 16 }, (_unused, block) => block * 4096),
    );
  });

  test('random loads reach the far end of a device of 8 PiB', () => {
    const far = offsets(makePattern('randread', 2 ** 41), 1000);
    assert.ok(far.every((offset) => Number.isSafeInteger(offset) && offset < 2 ** 53 && offset % 4096 === 0));
    assert.ok(Math.max(...far) > 2 ** 52);
  });

  test('are the same for the same seed, and others for another', () => {
    const of = (seed: number): number[] => offsets(makePattern('randwrite', 1_000_000, seed), 20);
    assert.deepEqual(of(7), of(7));
    assert.notDeepEqual(of(7), of(8));
  });

  test('mixed loads read the share that was asked for', () => {
    const pattern = makePattern('randrw', 10);
    const reads = Array.from({ length: 10_000 }, () => pattern.nextReads()).filter(Boolean).length;
    assert.ok(reads > 6_700 && reads < 7_300, String(reads));
    assert.deepEqual(
      (['read', 'randread', 'write', 'randwrite'] as const).map((kind) => makePattern(kind, 1).nextReads()),
      [true, true, false, false],
    );
  });

  test('random bytes fill a buffer', () => {
    const bytes = new Uint8Array(4096);
    new SeededRandom(3).fill(bytes);
    const counts = new Map<number, number>();
    for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
    assert.ok(counts.size > 250);
  });
});

suite('load', () => {
  function makeRun(kind: LoadKind, changes: Partial<LoadRun> = {}): LoadRun {
    let ms = 0;
    return {
      device: createMemoryDevice(65_536),
      pattern: makePattern(kind, 16),
      latency: new Latency(),
      count: { reads: 0, writes: 0 },
      deadlineMs: 10,
      now: () => (ms += 1),
      signal: new AbortController().signal,
      ...changes,
    };
  }

  test('goes on until its deadline and counts what it did', async () => {
    const run = makeRun('read');
    await keepBusy(run, new Uint8Array(4096));
    assert.deepEqual(run.count, { reads: 9, writes: 0 });
    const { mean, max } = run.latency.summary();
    assert.deepEqual([mean, Math.round(max)], [1, 1]);
  });

  test('ends when it is interrupted', async () => {
    const aborter = new AbortController();
    aborter.abort();
    const run = makeRun('write', { signal: aborter.signal });
    await keepBusy(run, new Uint8Array(4096));
    assert.deepEqual(run.count, { reads: 0, writes: 0 });
  });

  test('ends with the first failure', async () => {
    const run = makeRun('read', { device: createMemoryDevice(4096) });
    await assert.rejects(keepBusy(run, new Uint8Array(4096)), { code: 'BLOCK_OUT_OF_RANGE' });
  });
});

suite('latency', () => {
  test('tells percentiles to three digits, in milliseconds', () => {
    const latency = new Latency();
    for (let ms = 1; ms <= 1000; ms += 1) latency.record(ms);
    const { p50, p90, p99, p999, max, mean } = latency.summary();
    const near = (value: number, expected: number): void => {
      assert.ok(Math.abs(value - expected) <= expected / 500, `${value} is not ${expected}`);
    };
    near(p50, 500);
    near(p90, 900);
    near(p99, 990);
    near(p999, 999);
    assert.equal(max, 1000);
    assert.ok(p999 <= max);
    assert.equal(mean, 500.5);
  });

  test('is 0 where nothing was measured', () => {
    assert.deepEqual(new Latency().summary(), { p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 });
  });
});
