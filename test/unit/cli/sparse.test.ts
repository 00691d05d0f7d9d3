// Zeros that are left out, and copies that are compared.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type BlockDevice, createMemoryDevice } from '../../../src/block/index.ts';
import { toSparseDevice, zeroRuns } from '../../../src/cli/sparse.ts';
import { fromDevice, type TransferOptions, transfer } from '../../../src/cli/transfer.ts';
import { ChunkDigests } from '../../../src/cli/verify.ts';

const grain = 65_536;
const { signal } = new AbortController();

/** Bytes in which each letter stands for 64 KiB: `0` for zeros, `x` for one other byte at the end. */
function bytesOf(picture: string, last: number = grain): Buffer {
  const parts = Array.from(picture, (letter, index) => {
    const part = Buffer.alloc(index === picture.length - 1 ? last : grain);
    if (letter === 'x') part[part.length - 1] = 1;
    return part;
  });
  return Buffer.concat(parts);
}

suite('runs of zeros', () => {
  test('begin and end at multiples of 64 KiB', () => {
    const runs = (picture: string, last?: number): string[] =>
      [...zeroRuns(bytesOf(picture, last))].map(({ start, end, isZero }) => `${start}-${end} ${isZero ? '0' : 'x'}`);
    assert.deepEqual(runs(''), []);
    assert.deepEqual(runs('0'), ['0-65536 0']);
    assert.deepEqual(runs('x', 1), ['0-1 x']);
    assert.deepEqual(runs('00', 7), ['0-65543 0']);
    assert.deepEqual(runs('0x0'), ['0-65536 0', '65536-131072 x', '131072-196608 0']);
    assert.deepEqual(runs('xx00x', 100), ['0-131072 x', '131072-262144 0', '262144-262244 x']);
  });
});

/** A device that keeps a list of what it was asked to do. */
function recorded(device: BlockDevice, canZero: boolean): { device: BlockDevice; done: string[] } {
  const done: string[] = [];
  const recording: BlockDevice = {
    size: device.size,
    blockSize: device.blockSize,
    readOnly: false,
    features: device.features,
    read: (offset, into) => device.read(offset, into),
    write: async (offset, from) => {
      done.push(`write ${offset} ${from.length}`);
      await device.write(offset, from);
    },
    ...(canZero
      ? {
          zero: async (offset: number, length: number) => {
            done.push(`zero ${offset} ${length}`);
            await device.zero?.(offset, length);
          },
        }
      : {}),
    flush: () => device.flush(),
    close: () => device.close(),
    [Symbol.asyncDispose]: () => device.close(),
  };
  return { device: recording, done };
}

suite('a sparse sink', () => {
  const bytes = bytesOf('x0x');
  const asked = async (readsZero: boolean, canZero: boolean): Promise<{ done: string[]; zeroBytes: number }> => {
    const memory = createMemoryDevice(4 * grain);
    await memory.write(0, Buffer.alloc(4 * grain, 0xff));
    if (readsZero) await memory.zero?.(0, 4 * grain);
    const { device, done } = recorded(memory, canZero);
    const tally = { zeroBytes: 0 };
    await toSparseDevice(device, grain, readsZero, tally, signal)({ offset: 0, bytes });
    const written = Buffer.alloc(bytes.length);
    await memory.read(grain, written);
    assert.ok(written.equals(bytes), 'the device holds what it was to hold');
    return { done, ...tally };
  };

  test('skips zeros on a device that reads as zeros', async () => {
    assert.deepEqual(await asked(true, true), { done: ['write 65536 65536', 'write 196608 65536'], zeroBytes: grain });
  });

  test('has any other device make its zeros itself', async () => {
    const { done } = await asked(false, true);
    assert.deepEqual(done, ['write 65536 65536', 'zero 131072 65536', 'write 196608 65536']);
  });

  test('writes zeros where the device cannot', async () => {
    const { done } = await asked(false, false);
    assert.deepEqual(done, ['write 65536 65536', 'write 131072 65536', 'write 196608 65536']);
  });
});

suite('verifying', () => {
  const options: TransferOptions = { depth: 3, chunkLength: 4096, signal };
  const length = 10 * 4096 + 77;

  async function copied(): Promise<{ digests: ChunkDigests; copy: BlockDevice }> {
    const source = createMemoryDevice(41_984);
    await source.write(0, Buffer.alloc(length, 'some bytes'));
    const copy = createMemoryDevice(50_176);
    const digests = new ChunkDigests(options.chunkLength);
    const sink = async ({ offset, bytes }: { offset: number; bytes: Uint8Array }): Promise<void> => {
      await copy.write(512 + offset, bytes);
    };
    await transfer(fromDevice(source, 0, length), sink, {
      ...options,
      onChunk: (chunk) => {
        digests.add(chunk);
      },
    });
    return { digests, copy };
  }

  test('is content with what was written', async () => {
    const { digests, copy } = await copied();
    await digests.compare(copy, 512, options);
  });

  test('names the place of a single wrong bit, wherever it is', async () => {
    for (const wrong of [0, 4095, 4096, 20_000, length - 1]) {
      const { digests, copy } = await copied();
      const byte = Buffer.alloc(1);
      await copy.read(512 + wrong, byte);
      byte[0] = byte[0]! ^ 0x10;
      await copy.write(512 + wrong, byte);
      await assert.rejects(digests.compare(copy, 512, options), {
        code: 'BLOCK_MISMATCH',
        offset: 512 + Math.floor(wrong / 4096) * 4096,
      });
    }
  });
});
