// Disks of a foreign target: what tgtd's LUNs say of themselves, and that every kind of request does to them what it says.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { connect, type Disk } from '../../src/index.ts';
import { skipWithout } from '../support/peers.ts';
import { makeTempDir } from '../support/temp.ts';
import { startTgtd, type TgtdLun } from '../support/tgtd.ts';
import { startLineProxy } from './line-proxy.ts';

const mebibyte = 1_048_576;

async function withDisk(lun: TgtdLun, work: (disk: Disk) => Promise<void>): Promise<void> {
  await using tgtd = await startTgtd({ luns: [lun] });
  const session = await connect({ portal: { host: tgtd.host, port: tgtd.port }, targetName: tgtd.targetName });
  try {
    await using handle = await session.openDisk(1);
    await work(handle.disk);
  } finally {
    await session.logout();
  }
}

/** Bytes that differ with the seed, so that a piece in the wrong place shows. */
function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + seed * 17 + (i >>> 9)) & 0xff;
  return bytes;
}

async function writeAndCompare(disk: Disk): Promise<void> {
  const model = Buffer.alloc(disk.size);
  await disk.zero(0, disk.size);
  const put = async (offset: number, length: number, fua: boolean): Promise<void> => {
    const bytes = pattern(length, offset);
    bytes.copy(model, offset);
    await disk.write(offset, bytes, { fua });
  };
  await put(1, 3 * mebibyte, false);
  await put(4 * mebibyte, 4096, true);
  await put(disk.size - 777, 777, true);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      await put(5 * mebibyte + i * 333, 333, false);
    }),
  );
  await disk.zero(2 * mebibyte + 5, 70_000);
  model.fill(0, 2 * mebibyte + 5, 2 * mebibyte + 70_005);
  await disk.flush();
  const whole = Buffer.alloc(disk.size);
  await disk.read(0, whole);
  assert.ok(whole.equals(model));
  const part = Buffer.alloc(100_001);
  await disk.read(777, part);
  assert.ok(part.equals(model.subarray(777, 777 + part.length)));
}

suite('disks of tgtd', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('a disk of 512-byte blocks holds what was written at any offset and length', async () => {
    await withDisk({ sizeBytes: 16 * mebibyte }, async (disk) => {
      assert.equal(disk.size, 16 * mebibyte);
      assert.equal(disk.blockSize, 512);
      assert.equal(disk.identity.product, 'VIRTUAL-DISK');
      assert.ok(disk.identity.designators.length > 0);
      await writeAndCompare(disk);
      assert.equal(await disk.refreshCapacity(), 16 * mebibyte);
    });
  });

  test('a disk of 4096-byte blocks holds what was written at any offset and length', async () => {
    await withDisk({ sizeBytes: 16 * mebibyte, blockSize: 4096 }, async (disk) => {
      assert.equal(disk.blockSize, 4096);
      await writeAndCompare(disk);
    });
  });

  test('a thin disk frees what is trimmed, and tells of it', async () => {
    await withDisk({ sizeBytes: 16 * mebibyte, params: { thin_provisioning: '1' } }, async (disk) => {
      await disk.write(0, pattern(4 * mebibyte, 1));
      assert.ok(disk.trim !== undefined);
      await disk.trim(mebibyte, mebibyte);
      const runs = await disk.extents(0, 4 * mebibyte);
      assert.deepEqual(
        runs.map(({ offset, kind }) => [offset, kind]),
        [
          [0, 'data'],
          [mebibyte, 'hole'],
          [2 * mebibyte, 'data'],
        ],
      );
      const freed = Buffer.alloc(mebibyte, 1);
      await disk.read(mebibyte, freed);
      assert.ok(freed.every((byte) => byte === 0));
    });
  });

  test('a write-protected disk is read-only', async () => {
    await withDisk({ sizeBytes: mebibyte, params: { readonly: '1' } }, async (disk) => {
      assert.equal(disk.readOnly, true);
      await assert.rejects(disk.write(0, new Uint8Array(512)), { code: 'BLOCK_READ_ONLY' });
    });
  });

  test('29h/00h, which it tells every new session, makes a flush read back what was not flushed', async () => {
    await using dir = await makeTempDir();
    const path = dir.file('disk');
    await using file = await open(path, 'w+');
    await file.truncate(16 * mebibyte);
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 16 * mebibyte, path }] });
    await using line = await startLineProxy(tgtd);
    const portal = { host: line.host, port: line.port };
    await using session = await connect({
      portal,
      targetName: tgtd.targetName,
      reconnects: true,
      offers: { defaultTime2Wait: 0 },
      limits: { reconnectIntervalMs: 50 },
    });
    const disk = await session.openDisk(1);
    await disk.write(0, pattern(2 * mebibyte, 1));
    const back = once(session.events, 'resumed');
    line.cut();
    await back;
    await disk.flush();
    await disk.write(0, pattern(mebibyte, 2));
    const again = once(session.events, 'resumed');
    line.cut();
    await again;
    await file.write(pattern(4096, 3), 0, 4096, 65_536); // as if the host had lost a page of its cache
    await assert.rejects(disk.flush(), { code: 'BLOCK_WRITES_LOST', offset: 65_536, length: 32_768 });
    await disk.flush();
    await disk.close();
    await session.logout();
  });
});
