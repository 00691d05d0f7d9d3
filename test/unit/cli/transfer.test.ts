// Moving bytes: all of them, in order, several at a time, and no further than the first failure.

import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { type BlockDevice, createMemoryDevice } from '../../../src/block/index.ts';
import {
  type Chunk,
  fromDevice,
  fromStream,
  type TransferOptions,
  toDevice,
  toStream,
  transfer,
} from '../../../src/cli/transfer.ts';
import { Kept } from '../../support/cli-world.ts';

const { signal } = new AbortController();
const options: TransferOptions = { depth: 4, chunkLength: 1000, signal };

function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_unused, index) => (index * 31 + (index >> 8)) & 0xff));
}

async function deviceWith(bytes: Uint8Array): Promise<BlockDevice> {
  const device = createMemoryDevice(Math.ceil(bytes.length / 512) * 512);
  await device.write(0, bytes);
  return device;
}

async function contents(device: BlockDevice, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await device.read(0, bytes);
  return bytes;
}

/** A device whose requests wait until they are let go, and which counts how many wait. */
function slowDevice(device: BlockDevice): { slow: BlockDevice; most: () => number } {
  let waiting = 0;
  let most = 0;
  const late = async (work: () => Promise<void>): Promise<void> => {
    waiting += 1;
    most = Math.max(most, waiting);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    waiting -= 1;
    await work();
  };
  const slow: BlockDevice = {
    size: device.size,
    blockSize: device.blockSize,
    readOnly: false,
    features: device.features,
    read: async (offset, into) => {
      await late(() => device.read(offset, into));
    },
    write: async (offset, from) => {
      await late(() => device.write(offset, from));
    },
    flush: () => device.flush(),
    close: () => device.close(),
    [Symbol.asyncDispose]: () => device.close(),
  };
  return { slow, most: () => most };
}

suite('transfer', () => {
  test('moves every byte from device to device, whatever the lengths', async () => {
    for (const [length, chunkLength, depth] of [
      [0, 1000, 4],
      [1, 1000, 1],
      [999, 1000, 4],
      [1000, 1000, 4],
      [123_457, 1000, 7],
      [5000, 65_536, 4],
    ] as const) {
      const bytes = pattern(length);
      const from = await deviceWith(bytes);
      const to = createMemoryDevice(200_192);
      const moved = await transfer(fromDevice(from, 0, length), toDevice(to, 512, signal), {
        depth,
        chunkLength,
        signal,
      });
      assert.equal(moved, length);
      const copied = Buffer.alloc(length);
      await to.read(512, copied);
      assert.ok(copied.equals(bytes));
    }
  });

  test('keeps depth requests in flight at either end, and no more', async () => {
    const { slow: from, most: mostReads } = slowDevice(await deviceWith(pattern(50_000)));
    const { slow: to, most: mostWrites } = slowDevice(createMemoryDevice(50_176));
    await transfer(fromDevice(from, 0, 50_000), toDevice(to, 0, signal), options);
    assert.ok(mostReads() > 1 && mostReads() <= 4, String(mostReads()));
    assert.ok(mostWrites() > 1 && mostWrites() <= 4, String(mostWrites()));
  });

  test('reads a stream whose pieces have any lengths into full chunks', async () => {
    const bytes = pattern(10_000);
    const pieces = [1, 999, 1000, 1, 5000, 2999].map((length, index, all) => {
      const at = all.slice(0, index).reduce((sum, each) => sum + each, 0);
      return bytes.subarray(at, at + length);
    });
    const lengths: number[] = [];
    const to = createMemoryDevice(10_240);
    const onChunk = (chunk: Chunk): void => {
      lengths.push(chunk.bytes.length);
    };
    await transfer(fromStream(Readable.from(pieces)), toDevice(to, 0, signal), { ...options, onChunk });
    assert.deepEqual(
      lengths,
      Array.from({ length: 10 }, () => 1000),
    );
    assert.ok((await contents(to, 10_000)).equals(bytes));
  });

  test('takes no more of a stream than was asked for', async () => {
    const to = createMemoryDevice(10_240);
    const moved = await transfer(fromStream(Readable.from([pattern(5000)]), 2500), toDevice(to, 0, signal), options);
    assert.equal(moved, 2500);
    assert.ok((await contents(to, 3000)).equals(Buffer.concat([pattern(2500), Buffer.alloc(500)])));
  });

  test('writes to a stream in order and at its pace', async () => {
    const bytes = pattern(30_000);
    const kept = new Kept({ highWaterMark: 10 });
    await transfer(fromDevice(await deviceWith(bytes), 0, 30_000), toStream(kept, signal), options);
    assert.ok(kept.bytes.equals(bytes));
  });

  test('ends with the first failure of the source, when nothing is in flight', async () => {
    const device = await deviceWith(pattern(1024));
    const to = createMemoryDevice(10_240);
    await assert.rejects(transfer(fromDevice(device, 0, 5000), toDevice(to, 0, signal), options), {
      code: 'BLOCK_OUT_OF_RANGE',
    });
  });

  test('ends with the first failure of the sink, and asks for little more', async () => {
    const device = await deviceWith(pattern(100_000));
    let taken = 0;
    const sink = async ({ offset }: Chunk): Promise<void> => {
      taken += 1;
      await Promise.resolve();
      if (offset === 5000) throw new Error('full');
    };
    await assert.rejects(transfer(fromDevice(device, 0, 100_000), sink, options), /full/);
    assert.ok(taken <= 6 + 2 * options.depth, String(taken));
  });

  test('ends with the reason of its signal, at once even while a stream says nothing', async () => {
    const aborter = new AbortController();
    const silent = new Readable({ read() {} });
    const to = createMemoryDevice(10_240);
    const moving = transfer(fromStream(silent), toDevice(to, 0, aborter.signal), {
      ...options,
      signal: aborter.signal,
    });
    aborter.abort(new Error('enough'));
    await assert.rejects(moving, /enough/);
    assert.equal(silent.destroyed, true);
  });

  test('does not wait for a reader that has stopped reading', async () => {
    const aborter = new AbortController();
    const stuck = new Writable({ highWaterMark: 1, write() {} });
    const device = await deviceWith(pattern(100_000));
    const moving = transfer(fromDevice(device, 0, 100_000), toStream(stuck, aborter.signal), {
      ...options,
      signal: aborter.signal,
    });
    aborter.abort(new Error('enough'));
    await assert.rejects(moving, /enough/);
  });
});
