// The files that the command line handles other than as block devices.

import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { BlockError } from '../base/index.ts';
import type { CliFiles, FileDescription, TemporaryFolder } from '../cli/index.ts';

/** Far more than any secret, far less than a file that was named by mistake. */
const longestSecretFile = 4096;

/** As much as all the certificates of a system take, several times over. */
const longestCertificateFile = 1 << 20;

/** As much as the control API takes of a state. */
const longestDocument = 64 << 20;

export const files: CliFiles = {
  describe,
  makeSparse,
  makeTemporaryFolder,
  openWritable,
  readCertificates,
  readDocument,
  readSecret,
  writePrivate,
};

async function readSecret(path: string): Promise<Uint8Array> {
  return await readUpTo(path, longestSecretFile);
}

async function readCertificates(path: string): Promise<Uint8Array> {
  return await readUpTo(path, longestCertificateFile);
}

async function readDocument(path: string): Promise<Uint8Array> {
  return await named(path, 'be read', async () => {
    const { size } = await stat(path);
    if (size > longestDocument) throw new Error(`it is longer than ${longestDocument} bytes`);
    return await readFile(path);
  });
}

async function writePrivate(path: string, bytes: Uint8Array): Promise<void> {
  await named(path, 'be written', async () => {
    // A name that nobody can have put there before, so that the mode is ours from the first byte on.
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeFile(draft, bytes, { mode: 0o600, flag: 'wx', flush: true });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  });
}

async function readUpTo(path: string, longest: number): Promise<Uint8Array> {
  return await named(path, 'be read', async () => {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(longest + 1), 0);
      if (bytesRead > longest) throw new Error(`it is longer than ${longest} bytes`);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function describe(path: string): Promise<FileDescription | undefined> {
  return await named(path, 'be looked at', async () => {
    try {
      const facts = await stat(path);
      const kind = facts.isFile() ? 'file' : facts.isBlockDevice() ? 'block' : 'other';
      const identity = kind === 'block' ? `block ${facts.rdev}` : `${facts.dev} ${facts.ino} ${await realpath(path)}`;
      return { kind, identity, size: facts.size };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });
}

async function makeSparse(path: string, size: number): Promise<void> {
  await named(path, 'be made', async () => {
    const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
    const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC);
    try {
      await file.truncate(size);
    } finally {
      await file.close();
    }
  });
}

async function openWritable(path: string): Promise<Writable> {
  const stream = createWriteStream(path, { flush: true });
  return await named(path, 'be opened', async () => {
    await new Promise((resolve, reject) => {
      stream.once('open', resolve).once('error', reject);
    });
    return stream;
  });
}

async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-'));
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Gives a system error our own name. */
async function named<T>(path: string, verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BlockError('BLOCK_IO_FAILED', `The file ${path} cannot ${verb}: ${reason}`, { cause: error });
  }
}
