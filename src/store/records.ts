// Records in the database: JSON text beside a digest of it, so that a damaged one is found and never acted upon.

import { createHash } from 'node:crypto';
import { equalBytes, StoreError, UsageError } from '../base/index.ts';
import type { Sqlite, SqlValue } from './sqlite.ts';
import type { StoredRecord } from './store.ts';

/** Bytes of a digest. It guards against accidents; who can write the database can write digests too. */
const digestLength = 16;

export function listRecords(database: Sqlite, kind: string): StoredRecord[] {
  const rows = database.rows('SELECT key, value, digest FROM record WHERE kind = ? ORDER BY key', kind);
  return rows.map(([key, value, digest]) => ({ key: String(key), value: valueOf(kind, String(key), value, digest) }));
}

export function getRecord(database: Sqlite, kind: string, key: string): unknown {
  const [row] = database.rows('SELECT value, digest FROM record WHERE kind = ? AND key = ?', kind, key);
  return row === undefined ? undefined : valueOf(kind, key, row[0], row[1]);
}

export function putRecord(database: Sqlite, kind: string, key: string, value: unknown): void {
  const text = textOf(value);
  database.run('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)', kind, key, text, digestOf(kind, key, text));
}

export function deleteRecord(database: Sqlite, kind: string, key: string): void {
  database.run('DELETE FROM record WHERE kind = ? AND key = ?', kind, key);
}

/** Reads all records. @throws StoreError `STORE_CORRUPT` with the first that is damaged. */
export function checkRecords(database: Sqlite): void {
  for (const [kind] of database.rows('SELECT DISTINCT kind FROM record')) listRecords(database, String(kind));
}

function textOf(value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'The value of a record is not one that JSON can hold', {
      argument: 'value',
      cause,
    });
  }
  return text;
}

function valueOf(kind: string, key: string, text: SqlValue | undefined, digest: SqlValue | undefined): unknown {
  const isWhole =
    typeof text === 'string' && digest instanceof Uint8Array && equalBytes(digest, digestOf(kind, key, text));
  if (!isWhole) {
    const record = `${kind}/${key}`;
    throw new StoreError('STORE_CORRUPT', `The record ${record} is damaged`, { record });
  }
  return JSON.parse(text);
}

/** Kind and key go into the digest, so that no record passes for another. They hold no NUL. */
function digestOf(kind: string, key: string, text: string): Uint8Array {
  return createHash('sha256').update(`${kind}\0${key}\0${text}`).digest().subarray(0, digestLength);
}
