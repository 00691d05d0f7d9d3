// The store over its database, once everything has been opened and checked.

import { StoreError, UsageError } from '../base/index.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { deleteRecord, getRecord, listRecords, putRecord } from './records.ts';
import type { SecretBox } from './secret-box.ts';
import { deleteSecret, getSecret, listSecrets, putSecret } from './secrets.ts';
import type { Sqlite } from './sqlite.ts';
import type { KeptSecret, Store, StoreChange, StoredRecord, StoreHooks } from './store.ts';

/** What a store is made of. It closes all of it. */
export interface StoreParts {
  readonly database: Sqlite;
  readonly box: SecretBox;
  readonly lock: DirectoryLock;
  readonly hooks: StoreHooks;
}

export class SqliteStore implements Store {
  readonly #parts: StoreParts;
  #state: 'open' | 'changing' | 'closed' = 'open';

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  list(kind: string): StoredRecord[] {
    return listRecords(this.#database(), checkText(kind, 'kind'));
  }

  get(kind: string, key: string): unknown {
    return getRecord(this.#database(), checkText(kind, 'kind'), checkText(key, 'key'));
  }

  secret(name: string): Uint8Array | undefined {
    return getSecret(this.#database(), this.#parts.box, checkText(name, 'name'));
  }

  secrets(): KeptSecret[] {
    return listSecrets(this.#database());
  }

  change(work: (tx: StoreChange) => void): void {
    const database = this.#database();
    if (this.#state === 'changing') throw new UsageError('ISCSI_WRONG_STATE', 'A change of the store is being made');
    const { hooks } = this.#parts;
    const change = new SqliteChange(this.#parts);
    this.#state = 'changing';
    try {
      database.transact(
        () => {
          hooks.reached('begun');
          work(change);
        },
        () => {
          hooks.reached('committing');
        },
      );
    } finally {
      change.end();
      this.#state = 'open';
    }
    hooks.reached('committed');
    if (change.hasRemovedSecrets) this.#wipe();
  }

  close(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'changing') throw new UsageError('ISCSI_WRONG_STATE', 'A change of the store is being made');
    this.#state = 'closed';
    const { database, lock } = this.#parts;
    try {
      this.#fold();
    } finally {
      database.close();
      lock.release();
    }
  }

  /** Takes what secrets were out of the log of writes; deleting them has zeroed them in the database. */
  #wipe(): void {
    try {
      this.#parts.database.rows('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // The change is made. What is left in the log goes with the next such change, or when the store is closed.
      if (!(error instanceof StoreError)) throw error;
    }
    this.#parts.hooks.reached('wiped');
  }

  /**
   * Puts the log of writes into the database, so that one file is left that says all. And what the library still holds of
   * the database until garbage is collected has no log any more: it would take the log of whatever has this path by then
   * for its own, and delete it.
   */
  #fold(): void {
    try {
      this.#parts.database.rows('PRAGMA journal_mode = DELETE');
    } catch (error) {
      // Somebody reads the database from outside, or the disk fails. The log stays, and is read when the store is opened.
      if (!(error instanceof StoreError)) throw error;
    }
    this.#parts.hooks.reached('folded');
  }

  #database(): Sqlite {
    if (this.#state === 'closed') throw new UsageError('ISCSI_CLOSED', 'The store has been closed');
    return this.#parts.database;
  }
}

class SqliteChange implements StoreChange {
  readonly #parts: StoreParts;
  #hasEnded = false;
  hasRemovedSecrets = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  put(kind: string, key: string, value: unknown): void {
    putRecord(this.#database(), checkText(kind, 'kind'), checkText(key, 'key'), value);
    this.#parts.hooks.reached('written');
  }

  delete(kind: string, key: string): void {
    deleteRecord(this.#database(), checkText(kind, 'kind'), checkText(key, 'key'));
    this.#parts.hooks.reached('written');
  }

  putSecret(name: string, bytes: Uint8Array): void {
    // There may have been another of this name.
    this.hasRemovedSecrets = true;
    putSecret(this.#database(), this.#parts.box, checkText(name, 'name'), bytes);
    this.#parts.hooks.reached('written');
  }

  deleteSecret(name: string): void {
    // Taking nothing away leaves nothing to wipe, which takes longer than the whole change.
    if (deleteSecret(this.#database(), checkText(name, 'name'))) this.hasRemovedSecrets = true;
    this.#parts.hooks.reached('written');
  }

  clear(): void {
    this.hasRemovedSecrets = true;
    this.#database().exec('DELETE FROM record; DELETE FROM secret');
    this.#parts.hooks.reached('written');
  }

  end(): void {
    this.#hasEnded = true;
  }

  #database(): Sqlite {
    if (this.#hasEnded) throw new UsageError('ISCSI_WRONG_STATE', 'The change of the store has ended');
    return this.#parts.database;
  }
}

/** Text that the database gives back as it was: not empty, no NUL, and no half of a surrogate pair. */
function checkText(text: string, argument: string): string {
  if (text === '' || text.includes('\0') || Buffer.from(text).toString() !== text) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `The ${argument} is empty or not text that can be kept`, { argument });
  }
  return text;
}
