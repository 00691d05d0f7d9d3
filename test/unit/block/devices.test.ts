// What the memory and file devices do beyond the suite that all devices pass.

import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { splitDeviceNumber } from '../../../src/block/file-size.ts';
import { createMemoryDevice, openFileDevice } from '../../../src/block/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'hawser-file-device-'));
after(async () => {
  await rm(folder, { recursive: true });
});

test('a memory device of many TiB costs only what is written to it', async () => {
  const before = process.memoryUsage().arrayBuffers;
  await using device = createMemoryDevice(2 ** 45);
  await device.write(2 ** 44 + 3, Buffer.from('far out'));
  const into = Buffer.alloc(7);
  await device.read(2 ** 44 + 3, into);
  assert.equal(into.toString(), 'far out');
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
});

test('a memory device gives up whole pages that are zeroed', async () => {
  await using device = createMemoryDevice(1_048_576);
  await device.write(0, Buffer.alloc(1_048_576, 1));
  await device.zero?.(65_536, 131_072);
  assert.deepEqual(await device.extents?.(0, 1_048_576), [
    { offset: 0, length: 65_536, kind: 'data' },
    { offset: 65_536, length: 131_072, kind: 'hole' },
    { offset: 196_608, length: 851_968, kind: 'data' },
  ]);
});

test('sizes that no device can have are refused', () => {
  for (const size of [-1, 0.5, Number.NaN, 2 ** 60]) {
    assert.throws(() => createMemoryDevice(size), { code: 'ISCSI_BAD_ARGUMENT' });
  }
  for (const blockSize of [0, 100, 513, 131_072]) {
    assert.throws(() => createMemoryDevice(4096, { blockSize }), { code: 'ISCSI_BAD_ARGUMENT' });
  }
});

test('a file that is made is sparse unless asked otherwise', async () => {
  const sparse = join(folder, 'sparse.img');
  const dense = join(folder, 'dense.img');
  await (await openFileDevice(sparse, { create: true, size: 8_388_608 })).close();
  await (await openFileDevice(dense, { create: true, size: 3_000_000, sparse: false })).close();
  const [sparseStat, denseStat] = await Promise.all([stat(sparse), stat(dense)]);
  assert.equal(sparseStat.size, 8_388_608);
  assert.ok(sparseStat.blocks * 512 < 1_048_576);
  assert.equal(denseStat.size, 3_000_000);
  assert.ok(denseStat.blocks * 512 >= 3_000_000);
});

test('create leaves an existing file as it is', async () => {
  const path = join(folder, 'existing.img');
  await writeFile(path, Buffer.alloc(1000, 7));
  await using device = await openFileDevice(path, { create: true, size: 1000 });
  const into = Buffer.alloc(1000);
  await device.read(0, into);
  assert.ok(into.equals(Buffer.alloc(1000, 7)));
  await assert.rejects(openFileDevice(path, { create: true, size: 2000 }), { code: 'ISCSI_BAD_ARGUMENT' });
});

test('what cannot be opened as a device is refused by name', async () => {
  const missing = join(folder, 'missing.img');
  await assert.rejects(openFileDevice(missing), { code: 'BLOCK_IO_FAILED' });
  await assert.rejects(openFileDevice(missing, { create: true }), { code: 'ISCSI_BAD_ARGUMENT' });
  await assert.rejects(openFileDevice('/dev/null'), { code: 'ISCSI_BAD_ARGUMENT' });
  await assert.rejects(openFileDevice(folder, { readOnly: true }), { code: 'ISCSI_BAD_ARGUMENT' });
});

test('a file that is cut short under the device fails the read instead of inventing bytes', async () => {
  const path = join(folder, 'cut.img');
  await using device = await openFileDevice(path, { create: true, size: 100_000 });
  await truncate(path, 50_000);
  await assert.rejects(device.read(40_000, new Uint8Array(20_000)), { code: 'BLOCK_IO_FAILED' });
});

test('closing a file device waits for the writes under way', async () => {
  const path = join(folder, 'closing.img');
  const device = await openFileDevice(path, { create: true, size: 4_194_304 });
  const write = device.write(0, Buffer.alloc(4_194_304, 9));
  await device.close();
  await write;
  await using again = await openFileDevice(path);
  const into = Buffer.alloc(4_194_304);
  await again.read(0, into);
  assert.ok(into.equals(Buffer.alloc(4_194_304, 9)));
});

test('device numbers are split as Linux packs them', () => {
  assert.deepEqual(splitDeviceNumber(0x0801n), { major: 8, minor: 1 });
  assert.deepEqual(splitDeviceNumber(0x1231_0345n), { major: 0x103, minor: 0x1_2345 });
});
