// How large a file is as a device: regular files by stat, block special files by what the kernel tells in /sys.

import { type FileHandle, readFile } from 'node:fs/promises';
import { UsageError } from '../base/index.ts';

const fillLength = 1_048_576;

/** Gives a new file its size, with its space taken up unless it is to be sparse. */
export async function resizeNewFile(file: FileHandle, size: number, sparse: boolean): Promise<void> {
  await file.truncate(size);
  if (sparse) return;
  const zeros = new Uint8Array(fillLength);
  for (let at = 0; at < size; ) {
    const { bytesWritten } = await file.write(zeros, 0, Math.min(fillLength, size - at), at);
    at += bytesWritten;
  }
}

/** The size that the device has; `wanted` is what the caller believes. */
export async function fileSize(path: string, file: FileHandle, wanted: number | undefined): Promise<number> {
  const stat = await file.stat();
  if (stat.isFile()) {
    if (wanted === undefined || wanted === stat.size) return stat.size;
    throw new UsageError('ISCSI_BAD_ARGUMENT', `The file ${path} has ${stat.size} bytes, not ${wanted}`, {
      argument: 'size',
    });
  }
  if (!stat.isBlockDevice()) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${path} is neither a regular nor a block special file`, {
      argument: 'path',
    });
  }
  const actual = await blockSpecialSize(stat.rdev);
  if (wanted === undefined) return actual;
  if (wanted <= actual) return wanted;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `The device ${path} has ${actual} bytes, not ${wanted}`, {
    argument: 'size',
  });
}

/** Node has neither ioctl nor lseek, so the kernel is asked through sysfs, which counts in units of 512 bytes. */
async function blockSpecialSize(deviceNumber: number): Promise<number> {
  const { major, minor } = splitDeviceNumber(BigInt(deviceNumber));
  const text = await readFile(`/sys/dev/block/${major}:${minor}/size`, 'latin1');
  return Number(text.trim()) * 512;
}

/** The layout of Linux's dev_t: minor bits 0-7 and 20-31, major bits 8-19 and 32-43. */
export function splitDeviceNumber(device: bigint): { readonly major: number; readonly minor: number } {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n);
  return { major: Number(major), minor: Number(minor) };
}
