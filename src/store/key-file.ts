// The file with the key of the secrets, and whether it is the key that they were sealed with.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, StoreError } from '../base/index.ts';
import { attemptFile, isFile, isOpenToOthers, writePrivateFile } from './private-files.ts';
import { keyLength, SecretBox } from './secret-box.ts';
import type { Sqlite } from './sqlite.ts';

/** Where the key is. */
export function keyPath(directory: string): string {
  return join(directory, 'secret.key');
}

/**
 * Reads the key, and makes one where there is none. As long as there are no secrets, any key will do.
 *
 * @throws StoreError `STORE_CORRUPT` that names the key file: it is missing, another one, no key at all, or open to others.
 */
export function openSecretBox(directory: string, database: Sqlite): SecretBox {
  const path = keyPath(directory);
  const count = Number(database.value('SELECT count(*) FROM secret'));
  const key = attemptFile(path, () => readKey(path));
  if (key === undefined && count > 0) throw wrongKey(path, `is missing, and ${count} secrets are sealed with it`);
  const box = new SecretBox(key ?? makeKey(path));
  const known = database.value('SELECT digest FROM key_digest');
  if (known instanceof Uint8Array && equalBytes(known, box.keyDigest)) return box;
  if (count > 0) throw wrongKey(path, 'is not the key that the secrets are sealed with');
  database.run('INSERT OR REPLACE INTO key_digest VALUES (1, ?)', box.keyDigest);
  return box;
}

function readKey(path: string): Uint8Array | undefined {
  try {
    if (isOpenToOthers(path)) throw wrongKey(path, 'is open to others than its owner, who may have read it');
    if (!isFile(path)) throw wrongKey(path, 'is not a regular file');
    const key = readFileSync(path);
    if (key.length !== keyLength) throw wrongKey(path, `has ${key.length} bytes, where a key has ${keyLength}`);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function makeKey(path: string): Uint8Array {
  const key = randomBytes(keyLength);
  writePrivateFile(path, key);
  return key;
}

function wrongKey(path: string, reason: string): StoreError {
  return new StoreError('STORE_CORRUPT', `${path} ${reason}`, { record: path });
}
