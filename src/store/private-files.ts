// The directory and the files of a store, which belong to one user alone.
//
// Nothing here opens a file that SQLite may have open in this process: closing any descriptor of a file lets go of all
// locks that the process has on it (POSIX fcntl), SQLite's too.

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { IscsiError, StoreError } from '../base/index.ts';

/** The bits of a mode that are for anybody but the owner. */
const othersMode = 0o077;

/**
 * Makes a directory of mode 0700. One that is there and open to others is closed to them when it is empty or has
 * `sign` in it, a file that only a store's directory has.
 *
 * @throws StoreError `STORE_CORRUPT` when it is open to others and somebody else's.
 */
export function makePrivateDirectory(path: string, sign: string): void {
  attemptFile(path, () => {
    const made = mkdirSync(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) {
      syncDirectory(path);
      syncDirectory(dirname(made));
    }
    if (!isOpenToOthers(path)) return;
    if (!existsSync(join(path, sign)) && readdirSync(path).length > 0) {
      throw new StoreError(
        'STORE_CORRUPT',
        `${path} is open to others and holds files that are not of a state directory`,
        { record: path },
      );
    }
    chmodSync(path, 0o700);
  });
}

/** Makes an empty file of mode 0600; takes away what others may do with one that is there. */
export function makePrivateFile(path: string): void {
  attemptFile(path, () => {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      syncDirectory(dirname(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isOpenToOthers(path)) chmodSync(path, 0o600);
    }
  });
}

/** Puts a file of mode 0600 in the place of what was there, on the disk when this returns: never a part of it. */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  attemptFile(path, () => {
    const draft = `${path}.new`;
    rmSync(draft, { force: true });
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    syncDirectory(dirname(path));
  });
}

/** Whether anybody but the owner may do anything with a file. */
export function isOpenToOthers(path: string): boolean {
  return (statSync(path).mode & othersMode) !== 0;
}

/** Whether there is a regular file of this name, not by way of a link. */
export function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Does something with a file; what the file system throws becomes StoreError `STORE_FAILED`. */
export function attemptFile<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof IscsiError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError('STORE_FAILED', `${path}: ${reason}`, { record: path, cause });
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
