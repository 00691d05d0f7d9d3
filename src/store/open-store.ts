// How a store is opened: locked, looked through, brought to the latest version, given its key.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../base/index.ts';
import { DirectoryLock } from './directory-lock.ts';
import { keyPath, openSecretBox } from './key-file.ts';
import { checkSchema, migrate, schemaVersion } from './migrations.ts';
import { makePrivateDirectory, makePrivateFile } from './private-files.ts';
import { checkRecords } from './records.ts';
import { checkSecrets } from './secrets.ts';
import { Sqlite } from './sqlite.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Store, StoreHooks } from './store.ts';

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
  /** Made where it is not there, for its owner alone. On a file system of this machine: locks may not hold on others. */
  readonly directory: string;
  /** For tests that end the process between two steps. */
  readonly hooks?: StoreHooks;
}

const databaseName = 'hawser.db';

/**
 * Opens the store of a directory, after everything in it has been found to be whole.
 *
 * @throws StoreError `STORE_LOCKED` with the pid of the process that uses the directory; `STORE_TOO_NEW` for a store of a
 * newer version; `STORE_CORRUPT` when the database, a record, a secret or the key file is not what it should be;
 * `STORE_FAILED` when the file system fails. Nothing has been changed then, but for migrations that were done.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { directory } = options;
  const hooks = options.hooks ?? { reached() {} };
  makePrivateDirectory(directory, databaseName);
  const lock = DirectoryLock.acquire(directory);
  let database: Sqlite | undefined;
  try {
    hooks.reached('locked');
    const path = join(directory, databaseName);
    // SQLite gives its other files the mode of this one.
    makePrivateFile(path);
    database = new Sqlite(path);
    prepareDatabase(database, directory);
    hooks.reached('migrated');
    const box = openSecretBox(directory, database);
    hooks.reached('keyMade');
    checkRecords(database);
    checkSecrets(database, box);
    return new SqliteStore({ database, box, lock, hooks });
  } catch (error) {
    // Nothing is folded: a database that is damaged, or not ours, stays as it was found.
    database?.close();
    lock.release();
    throw error;
  }
}

/** Brings a database into the state in which it is used, unless it is damaged or not ours: then it stays as it is. */
function prepareDatabase(database: Sqlite, directory: string): void {
  const { path } = database;
  checkSchema(database);
  // The key comes after the first tables: where it is without them, they have been lost.
  if (schemaVersion(database) === 0 && existsSync(keyPath(directory))) {
    throw new StoreError('STORE_CORRUPT', `${path} is empty, and there is a key of secrets beside it`, {
      record: path,
    });
  }
  const [finding] = database.rows('PRAGMA integrity_check').flat();
  if (finding !== 'ok') {
    throw new StoreError('STORE_CORRUPT', `${path} is damaged: ${String(finding)}`, { record: path });
  }
  database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF');
  const mode = database.value('PRAGMA journal_mode = WAL');
  if (mode !== 'wal') {
    throw new StoreError('STORE_FAILED', `${path} cannot have a log of writes on this file system`, { record: path });
  }
  migrate(database);
}
