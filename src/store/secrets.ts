// Secrets in the database, sealed.

import type { SecretBox } from './secret-box.ts';
import { secretLength } from './secret-box.ts';
import type { Sqlite, SqlValue } from './sqlite.ts';
import type { KeptSecret } from './store.ts';

export function listSecrets(database: Sqlite): KeptSecret[] {
  const rows = database.rows('SELECT name, length(sealed), since FROM secret ORDER BY name');
  return rows.map(([name, length, since]) => ({
    name: String(name),
    length: secretLength(Number(length)),
    since: String(since),
  }));
}

export function getSecret(database: Sqlite, box: SecretBox, name: string): Uint8Array | undefined {
  const [row] = database.rows('SELECT sealed FROM secret WHERE name = ?', name);
  return row === undefined ? undefined : box.open(name, bytesOf(row[0]));
}

export function putSecret(database: Sqlite, box: SecretBox, name: string, bytes: Uint8Array): void {
  const since = new Date().toISOString();
  database.run('INSERT OR REPLACE INTO secret VALUES (?, ?, ?)', name, since, box.seal(name, bytes));
}

/** Returns whether there was one. */
export function deleteSecret(database: Sqlite, name: string): boolean {
  return database.run('DELETE FROM secret WHERE name = ?', name) > 0;
}

/** Opens all secrets. @throws StoreError `STORE_CORRUPT` with the first that is damaged. */
export function checkSecrets(database: Sqlite, box: SecretBox): void {
  for (const [name, sealed] of database.rows('SELECT name, sealed FROM secret'))
    box.open(String(name), bytesOf(sealed));
}

function bytesOf(value: SqlValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
