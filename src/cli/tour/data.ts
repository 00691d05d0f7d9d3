// The data of the tour: written through a disk that is opened in this process, and read back.

import { createHash } from 'node:crypto';
import { BlockError } from '../../base/index.ts';
import type { DeviceHandle } from '../../devices/index.ts';
import type { UniqueId } from '../../service/index.ts';
import { formatSize } from '../sizes.ts';
import { fromDevice, type TransferOptions, toDevice, transfer } from '../transfer.ts';
import { refusal } from './checks.ts';
import type { Tour } from './context.ts';
import { fromMemory } from './image.ts';

/** Who holds the disk. */
export const tourHolder = 'hawser tour';

const piece: Pick<TransferOptions, 'depth' | 'chunkLength'> = { depth: 8, chunkLength: 1_048_576 };

/** Opens LUN 0 of a session in this process: that is where data pass. */
export async function openDisk({ running, guide, signal }: Tour, sessionId: UniqueId): Promise<DeviceHandle> {
  const { disk } = await guide.step('Open the disk', async () => {
    const handle = await running.inProcess.openDisk(sessionId, 0, { label: tourHolder }, { signal });
    const { vendor, product, serial } = handle.disk.identity;
    return {
      disk: handle,
      told: `LUN 0 is a ${vendor} ${product}, serial number ${serial ?? 'unknown'}, ${formatSize(handle.size)}`,
      facts: { vendor, product, serial, size: handle.size },
    };
  });
  return disk;
}

/** Writes the archive. */
export async function writeImage({ guide, image, signal }: Tour, disk: DeviceHandle): Promise<void> {
  await guide.step('Write an archive', async () => {
    const bytes = await put({ image, signal }, disk);
    const told = `A tar archive of ${image.fileCount} files with random content, flushed\nSHA-256 ${image.sha256}`;
    return { told, bytes, facts: { files: image.fileCount, sha256: image.sha256 } };
  });
}

/** A flush tells what the target may have forgotten; who still has the data writes them again. */
export async function writeAgain({ guide, image, signal }: Tour, disk: DeviceHandle): Promise<void> {
  await guide.step('Flush after the loss', async () => {
    const error = await refusal('BLOCK_WRITES_LOST', () => disk.flush({ signal }));
    const bytes = await put({ image, signal }, disk);
    const told = `${error.message} (${error.code})\nThe archive was written again, and flushed`;
    return { told, bytes, facts: { code: error.code } };
  });
}

async function put({ image, signal }: Pick<Tour, 'image' | 'signal'>, disk: DeviceHandle): Promise<number> {
  const bytes = await transfer(fromMemory(image.bytes), toDevice(disk, 0, signal), { ...piece, signal });
  await disk.flush({ signal });
  return bytes;
}

/** Reads the archive, and compares it with what was written. */
export async function readImage({ guide, image, signal }: Tour, disk: DeviceHandle, title: string): Promise<void> {
  await guide.step(title, async () => {
    const hash = createHash('sha256');
    const onChunk: TransferOptions['onChunk'] = (chunk) => {
      hash.update(chunk.bytes);
    };
    const source = fromDevice(disk, 0, image.bytes.length);
    const bytes = await transfer(source, () => Promise.resolve(), { ...piece, signal, onChunk });
    const sha256 = hash.digest('hex');
    if (sha256 !== image.sha256) throw new BlockError('BLOCK_MISMATCH', 'The archive read back is not the one written');
    return { told: `SHA-256 ${sha256}: the same`, bytes, facts: { sha256 } };
  });
}
