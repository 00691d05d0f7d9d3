// Every device and layer of src/block under the block-device suite.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import {
  createMemoryDevice,
  openFileDevice,
  readOnlyLayer,
  resizableLayer,
  volatileCacheLayer,
} from '../../src/block/index.ts';
import { blockDeviceSuite } from './block-device.ts';

const folder = await mkdtemp(join(tmpdir(), 'hawser-block-'));
after(async () => {
  await rm(folder, { recursive: true });
});

const size = 2_000_000;
let fileCount = 0;

function newPath(): string {
  fileCount += 1;
  return join(folder, `device-${fileCount}.img`);
}

blockDeviceSuite('memory', async () => await Promise.resolve(createMemoryDevice(size)));
blockDeviceSuite('sparse file', async () => await openFileDevice(newPath(), { create: true, size }));
blockDeviceSuite('dense file', async () => await openFileDevice(newPath(), { create: true, size, sparse: false }));
blockDeviceSuite('read-only over memory', async () => await Promise.resolve(readOnlyLayer(createMemoryDevice(size))), {
  isReadOnly: true,
});
blockDeviceSuite('volatile cache over memory', async () => {
  return await Promise.resolve(volatileCacheLayer(createMemoryDevice(size)));
});
blockDeviceSuite('volatile cache with room for little over memory', async () => {
  return await Promise.resolve(volatileCacheLayer(createMemoryDevice(size), { maxDirtyLength: 4_096 }));
});
blockDeviceSuite('resizable over memory, with its border inside', async () => {
  const device = resizableLayer(createMemoryDevice(1_000_001));
  device.resize(size);
  return await Promise.resolve(device);
});
blockDeviceSuite(
  'file opened read-only',
  async () => {
    const path = newPath();
    await (await openFileDevice(path, { create: true, size })).close();
    return await openFileDevice(path, { readOnly: true });
  },
  { isReadOnly: true },
);
