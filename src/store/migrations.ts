// The schema and how it came to be: numbered migrations, each in a transaction of its own together with its number.

import { StoreError } from '../base/index.ts';
import type { Sqlite } from './sqlite.ts';

/** Makes the schema of one version from that of the version before. */
export type Migration = (database: Sqlite) => void;

/** "HAWS": tells a store from any other SQLite database. */
const applicationId = 0x48415753;

/** The migration at index n leads to version n + 1. One that has been released is never changed. */
export const migrations: readonly Migration[] = [
  (database) => {
    database.exec(`
      PRAGMA application_id = ${applicationId};
      CREATE TABLE record (
        kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, digest BLOB NOT NULL,
        PRIMARY KEY (kind, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE secret (name TEXT PRIMARY KEY, since TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE key_digest (id INTEGER PRIMARY KEY CHECK (id = 1), digest BLOB NOT NULL) STRICT;
    `);
  },
];

/** The version of a database; 0 for one that has nothing in it yet. */
export function schemaVersion(database: Sqlite): number {
  return Number(database.value('PRAGMA user_version'));
}

/**
 * Finds out whether a database is one that this program can use.
 *
 * @throws StoreError `STORE_TOO_NEW`; `STORE_CORRUPT` when it is not a store's.
 */
export function checkSchema(database: Sqlite, latest: number = migrations.length): void {
  const version = schemaVersion(database);
  const isEmpty = version === 0 && database.value('SELECT count(*) FROM sqlite_schema') === 0;
  if (!isEmpty && database.value('PRAGMA application_id') !== applicationId) {
    throw new StoreError('STORE_CORRUPT', `${database.path} is a database of another program`, {
      record: database.path,
    });
  }
  if (version > latest) {
    const message = `${database.path} has version ${version}, and this program knows versions up to ${latest}`;
    throw new StoreError('STORE_TOO_NEW', message, { record: database.path });
  }
}

/** Takes a database to the latest version, step by step. A step that fails leaves the version before it. */
export function migrate(database: Sqlite, steps: readonly Migration[] = migrations): void {
  for (const [index, step] of steps.entries()) {
    if (index < schemaVersion(database)) continue;
    database.transact(() => {
      step(database);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}
