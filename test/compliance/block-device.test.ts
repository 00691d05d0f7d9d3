// Every device and layer of src/block under the block-device suite.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createMemoryDevice, openFileDevice, readOnlyLayer } from '../../src/block/index.ts';
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
blockDeviceSuite(
  'file opened read-only',
  async () => {
    const path = newPath();
    await (await openFileDevice(path, { create: true, size })).close();
    return await openFileDevice(path, { readOnly: true });
  },
  { isReadOnly: true },
);
