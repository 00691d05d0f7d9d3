// The block-device suite: what the contract of src/block/device.ts promises, run on every device and every layer.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { BlockDevice } from '../../src/block/index.ts';

/** What a suite run may count on. */
export interface BlockDeviceSuiteOptions {
  /** The device cannot be written; then it reads as zeros. */
  readonly isReadOnly?: boolean;
}

/** Runs the suite. `open` gives a device of at least 1 MiB that reads as zeros. */
export function blockDeviceSuite(
  name: string,
  open: () => Promise<BlockDevice>,
  options: BlockDeviceSuiteOptions = {},
): void {
  suite(`block device: ${name}`, () => {
    sharedTests(open);
    if (options.isReadOnly === true) readOnlyTests(open);
    else writableTests(open);
  });
}

function sharedTests(open: () => Promise<BlockDevice>): void {
  test('states a size, a block size and features that agree with its methods', async () => {
    await using device = await open();
    assert.ok(Number.isSafeInteger(device.size) && device.size >= 1_048_576);
    assert.ok(device.blockSize >= 512);
    assert.equal(device.features.trim, device.trim !== undefined);
    assert.equal(device.features.zero, device.zero !== undefined);
    assert.equal(device.features.extents, device.extents !== undefined);
  });

  test('fills the whole buffer of a read', async () => {
    await using device = await open();
    const into = Buffer.alloc(200_001, 0xaa);
    await device.read(777, into);
    assert.ok(into.equals(Buffer.alloc(200_001)));
  });

  test('takes empty requests, also at its very end', async () => {
    await using device = await open();
    await device.read(device.size, new Uint8Array(0));
  });

  for (const [offset, length] of [
    [-1, 1],
    [0.5, 1],
    [Number.NaN, 1],
    [Number.MAX_SAFE_INTEGER, 1],
  ] as const) {
    test(`refuses ${length} byte at ${offset}`, async () => {
      await using device = await open();
      await assert.rejects(device.read(offset, new Uint8Array(length)), { code: 'BLOCK_OUT_OF_RANGE' });
    });
  }

  test('refuses a read that runs past its end, and reads up to the end', async () => {
    await using device = await open();
    await assert.rejects(device.read(device.size - 1, new Uint8Array(2)), { code: 'BLOCK_OUT_OF_RANGE' });
    await device.read(device.size - 1, new Uint8Array(1));
  });

  test('rejects with the reason of a signal that was aborted', async () => {
    await using device = await open();
    const reason = new Error('enough');
    const request = device.read(0, new Uint8Array(1), { signal: AbortSignal.abort(reason) });
    await assert.rejects(request, (error) => error === reason);
  });

  test('covers a range with extents, without gap or overlap', async () => {
    await using device = await open();
    if (device.extents === undefined) return;
    const runs = await device.extents(1000, 500_000);
    let next = 1000;
    for (const run of runs) {
      assert.equal(run.offset, next);
      assert.ok(run.length > 0);
      next += run.length;
    }
    assert.equal(next, 501_000);
    assert.deepEqual(await device.extents(5, 0), []);
  });

  test('refuses requests after close, and closes twice', async () => {
    const device = await open();
    await Promise.all([device.close(), device.close()]);
    await device.close();
    await assert.rejects(device.read(0, new Uint8Array(1)), { code: 'ISCSI_CLOSED' });
    await assert.rejects(device.write(0, new Uint8Array(1)), { code: 'ISCSI_CLOSED' });
    await assert.rejects(device.flush(), { code: 'ISCSI_CLOSED' });
  });
}

function readOnlyTests(open: () => Promise<BlockDevice>): void {
  test('says that it is read-only and refuses every change', async () => {
    await using device = await open();
    assert.equal(device.readOnly, true);
    await assert.rejects(device.write(0, new Uint8Array(512)), { code: 'BLOCK_READ_ONLY' });
    assert.equal(device.features.zero, device.zero !== undefined);
    if (device.zero !== undefined) await assert.rejects(device.zero(0, 512), { code: 'BLOCK_READ_ONLY' });
    if (device.trim !== undefined) await assert.rejects(device.trim(0, 512), { code: 'BLOCK_READ_ONLY' });
    const into = Buffer.alloc(512, 1);
    await device.read(0, into);
    assert.ok(into.equals(Buffer.alloc(512)));
  });
}

function writableTests(open: () => Promise<BlockDevice>): void {
  test('reads back what was written, at any alignment, and nothing beside it', async () => {
    await using device = await open();
    const data = pattern(150_000, 7);
    await device.write(65_001, data);
    const into = Buffer.alloc(150_002, 0xee);
    await device.read(65_000, into);
    assert.equal(into[0], 0);
    assert.ok(into.subarray(1, -1).equals(data));
    assert.equal(into[150_001], 0);
  });

  test('writes up to its end and refuses to go past it, changing nothing', async () => {
    await using device = await open();
    const data = pattern(600, 3);
    await device.write(device.size - 600, data);
    await assert.rejects(device.write(device.size - 599, pattern(600, 9)), { code: 'BLOCK_OUT_OF_RANGE' });
    const into = Buffer.alloc(600);
    await device.read(device.size - 600, into);
    assert.ok(into.equals(data));
  });

  test('keeps its own copy of what was written', async () => {
    await using device = await open();
    const data = pattern(4096, 5);
    await device.write(4096, data);
    const expected = Buffer.from(data);
    data.fill(0);
    const into = Buffer.alloc(4096);
    await device.read(4096, into);
    assert.ok(into.equals(expected));
  });

  test('carries many writes at a time', async () => {
    await using device = await open();
    const count = 32;
    await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        await device.write(i * 5000, pattern(5000, i));
      }),
    );
    await device.flush();
    const into = Buffer.alloc(5000 * count);
    await device.read(0, into);
    for (let i = 0; i < count; i += 1) assert.ok(into.subarray(i * 5000, (i + 1) * 5000).equals(pattern(5000, i)));
  });

  test('honours forced unit access where it offers it', async () => {
    await using device = await open();
    if (device.features.fua) await device.write(0, pattern(512, 1), { fua: true });
    await device.flush();
  });

  test('zero: the range reads as zeros and its neighbours stay', async () => {
    await using device = await open();
    if (device.zero === undefined) return;
    await device.write(0, Buffer.alloc(400_000, 0x55));
    await device.zero(1001, 300_003);
    const into = Buffer.alloc(400_000);
    await device.read(0, into);
    assert.ok(into.subarray(0, 1001).equals(Buffer.alloc(1001, 0x55)));
    assert.ok(into.subarray(1001, 301_004).equals(Buffer.alloc(300_003)));
    assert.ok(into.subarray(301_004).equals(Buffer.alloc(400_000 - 301_004, 0x55)));
    await assert.rejects(device.zero(device.size, 1), { code: 'BLOCK_OUT_OF_RANGE' });
  });

  test('trim: the neighbours of the range stay', async () => {
    await using device = await open();
    if (device.trim === undefined) return;
    await device.write(0, Buffer.alloc(400_000, 0x55));
    await device.trim(1001, 300_003);
    const into = Buffer.alloc(1001);
    await device.read(0, into);
    assert.ok(into.equals(Buffer.alloc(1001, 0x55)));
    await device.read(301_004, into);
    assert.ok(into.equals(Buffer.alloc(1001, 0x55)));
    await assert.rejects(device.trim(device.size, 1), { code: 'BLOCK_OUT_OF_RANGE' });
  });

  test('extents: what was written is data, and holes read as zeros', async () => {
    await using device = await open();
    if (device.extents === undefined) return;
    await device.write(300_000, pattern(1000, 2));
    const runs = await device.extents(0, device.size);
    const holding = runs.filter((run) => run.offset < 301_000 && run.offset + run.length > 300_000);
    assert.ok(holding.length > 0 && holding.every((run) => run.kind === 'data'));
    for (const run of runs.filter((each) => each.kind !== 'data')) {
      const into = Buffer.alloc(Math.min(run.length, 65_536), 1);
      await device.read(run.offset, into);
      assert.ok(into.equals(Buffer.alloc(into.length)));
    }
  });
}

function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + seed * 17 + (i >>> 8)) & 0xff;
  return bytes;
}
