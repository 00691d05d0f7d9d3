// The lock on a state directory: one process at a time, and none when its process has died in whatever way.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { StoreError } from '../base/index.ts';
import { makePrivateFile, writePrivateFile } from './private-files.ts';
import { isBusy, Sqlite } from './sqlite.ts';

/**
 * An empty database in an exclusive transaction that never ends. Node has no way to lock a file; SQLite locks it with the
 * kernel, which lets go of it when the process ends. The store's own database would not do: the library closes a
 * database for good only when all its statements have been collected as garbage, and its lock would stay until then.
 */
export class DirectoryLock {
  readonly #database: Sqlite;
  readonly #pidFile: string;

  private constructor(database: Sqlite, pidFile: string) {
    this.#database = database;
    this.#pidFile = pidFile;
  }

  /** @throws StoreError `STORE_LOCKED`, with the pid of the process that has the lock where it can be known. */
  static acquire(directory: string): DirectoryLock {
    const path = join(directory, 'lock');
    const pidFile = join(directory, 'pid');
    makePrivateFile(path);
    const database = new Sqlite(path);
    try {
      // Without a journal, so that no other file is made; nothing is ever written here. No waiting, because it would be for ever.
      database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      throw new StoreError('STORE_LOCKED', `${directory} is in use by ${describeHolder(pidFile)}`, {
        record: directory,
        cause: error,
      });
    }
    const lock = new DirectoryLock(database, pidFile);
    try {
      writePrivateFile(pidFile, Buffer.from(`${pid}\n`));
    } catch (error) {
      lock.release();
      throw error;
    }
    return lock;
  }

  release(): void {
    try {
      rmSync(this.#pidFile, { force: true });
    } finally {
      this.#database.exec('ROLLBACK');
      this.#database.close();
    }
  }
}

/** The process that wrote its pid last. It may have died, and the one that has the lock not have written its own yet. */
function describeHolder(pidFile: string): string {
  try {
    const holder = Number.parseInt(readFileSync(pidFile, 'latin1'), 10);
    if (isAlive(holder)) return `process ${holder}`;
  } catch {
    // No pid file, or none that can be read: the lock says all there is to say.
  }
  return 'another process';
}

function isAlive(holder: number): boolean {
  if (!Number.isSafeInteger(holder) || holder <= 0) return false;
  try {
    return kill(holder, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
