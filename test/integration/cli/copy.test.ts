// `hawser copy` between disks, files and streams, in every direction.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type BlockDevice, createMemoryDevice } from '../../../src/block/index.ts';
import { listenTarget } from '../../../src/target/index.ts';
import { type HawserTarget, hawser, startHawserTarget } from '../../support/hawser-program.ts';
import { makeTempDir, type TempDir } from '../../support/temp.ts';

const mebibyte = 1_048_576;

/** 12 MiB: random, zeros, random, and an odd end. */
const image = Buffer.concat([
  randomBytes(3 * mebibyte),
  Buffer.alloc(6 * mebibyte),
  randomBytes(2 * mebibyte),
  Buffer.alloc(mebibyte - 100),
  randomBytes(100),
]);

interface CopyDocument {
  readonly bytes: number;
  readonly zeroBytes?: number;
  readonly isVerified: boolean;
}

async function copy(...args: string[]): Promise<CopyDocument> {
  const { status, stdout, stderr } = await hawser(['copy', ...args, '--json']);
  assert.equal(status, 0, stdout + stderr);
  return JSON.parse(stdout) as CopyDocument;
}

suite('copy', () => {
  let target: HawserTarget;
  let folder: TempDir;
  let one = '';
  let other = '';
  let small = '';
  before(async () => {
    target = await startHawserTarget(['--lun', 'ram:12M', '--lun', 'ram:12M', '--lun', 'ram:1M']);
    [one = '', other = '', small = ''] = target.urls;
    folder = await makeTempDir();
    await writeFile(folder.file('image'), image);
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  test('file to disk, disk to disk, disk to file: verified, and the same', async () => {
    assert.deepEqual(pick(await copy(folder.file('image'), one, '--verify')), {
      bytes: image.length,
      isVerified: true,
    });
    assert.deepEqual(pick(await copy(one, other, '--verify', '--connections', '2')), {
      bytes: image.length,
      isVerified: true,
    });
    await copy(other, folder.file('copy'), '--verify', '--depth', '3', '--chunk-size', '100k');
    assert.ok((await readFile(folder.file('copy'))).equals(image));
  });

  test('--sparse leaves holes in a new file', async () => {
    await copy(folder.file('image'), one);
    const { zeroBytes } = await copy(one, folder.file('sparse'), '--sparse', '--verify');
    assert.ok((zeroBytes ?? 0) >= 6 * mebibyte);
    assert.ok((await readFile(folder.file('sparse'))).equals(image));
    const { blocks, size } = await stat(folder.file('sparse'));
    assert.equal(size, image.length);
    assert.ok(blocks * 512 <= 6 * mebibyte, `${blocks * 512} bytes are taken up`);
  });

  test('--sparse makes zeros on a disk that holds other bytes', async () => {
    await writeFile(folder.file('full'), Buffer.alloc(image.length, 0xff));
    await copy(folder.file('full'), other);
    const { zeroBytes } = await copy(folder.file('image'), other, '--sparse', '--verify');
    assert.ok((zeroBytes ?? 0) >= 6 * mebibyte);
    await copy(other, folder.file('back'));
    assert.ok((await readFile(folder.file('back'))).equals(image));
  });

  test('a longer file that is there is replaced', async () => {
    await writeFile(folder.file('long'), Buffer.alloc(image.length + 5000, 1));
    await copy(folder.file('image'), folder.file('long'), '--sparse');
    assert.ok((await readFile(folder.file('long'))).equals(image));
  });

  test('a stream to a disk, and a disk to a stream', async () => {
    const text = 'a line of text\n'.repeat(60_000);
    const written = await hawser(['copy', '-', small, '--verify'], { input: text });
    assert.equal(written.status, 0, written.stderr);
    const read = await hawser(['copy', small, '-']);
    assert.equal(read.status, 0, read.stderr);
    assert.equal(read.stdout.length, mebibyte);
    assert.ok(read.stdout.startsWith(text));
    assert.match(read.stderr, /^Copied 1 MiB in /);
  });

  test('a stream to a file', async () => {
    const text = 'another line\n'.repeat(1000);
    const { status, stderr } = await hawser(['copy', '-', folder.file('streamed'), '--verify'], { input: text });
    assert.equal(status, 0, stderr);
    assert.equal(await readFile(folder.file('streamed'), 'utf8'), text);
  });

  test('what does not fit is refused before anything is written', async () => {
    await copy(folder.file('image'), one);
    const kept = await hawser(['copy', small, '-']);
    for (const source of [folder.file('image'), one]) {
      const { status, stderr } = await hawser(['copy', source, small]);
      assert.equal(status, 80, stderr);
      assert.match(stderr, /^hawser: The source has 12 MiB .*\(BLOCK_OUT_OF_RANGE\)\n$/);
    }
    assert.equal((await hawser(['copy', small, '-'])).stdout, kept.stdout);
  });

  test('a disk or a file is not copied onto itself', async () => {
    for (const same of [one, folder.file('image')]) assert.equal((await hawser(['copy', same, same])).status, 10);
  });

  test('a source that is not there leaves the destination alone', async () => {
    const { status } = await hawser(['copy', folder.file('missing'), folder.file('image')]);
    assert.equal(status, 83);
    assert.ok((await readFile(folder.file('image'))).equals(image));
  });
});

function pick({ bytes, isVerified }: CopyDocument): Pick<CopyDocument, 'bytes' | 'isVerified'> {
  return { bytes, isVerified };
}

/** A device that has turned one byte by the time it is read. */
function forgetful(device: BlockDevice, at: number): BlockDevice {
  return {
    size: device.size,
    blockSize: device.blockSize,
    readOnly: false,
    features: { fua: false, flush: false, trim: false, zero: false, extents: false },
    read: async (offset, into, options) => {
      await device.read(offset, into, options);
      const wrong = at - offset;
      if (wrong >= 0 && wrong < into.length) into[wrong] = into[wrong]! ^ 1;
    },
    write: (offset, from, options) => device.write(offset, from, options),
    flush: (options) => device.flush(options),
    close: () => device.close(),
    [Symbol.asyncDispose]: () => device.close(),
  };
}

test('--verify finds the one byte that a disk did not keep', async () => {
  await using folder = await makeTempDir();
  await writeFile(folder.file('image'), image);
  await using target = await listenTarget({
    name: 'iqn.2026-11.io.hawser:forgetful',
    luns: [{ lun: 0, device: forgetful(createMemoryDevice(image.length), 5_000_000) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
  });
  const url = `iscsi://127.0.0.1:${target.portals[0]!.port}/${target.name}/0`;
  assert.equal((await hawser(['copy', folder.file('image'), url])).status, 0);
  const { status, stdout } = await hawser(['copy', folder.file('image'), url, '--verify', '--json']);
  assert.equal(status, 84);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  assert.equal(error.code, 'BLOCK_MISMATCH');
  assert.match(error.message, /^Bytes 4194304 to 5242879 /);
});
