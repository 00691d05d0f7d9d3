// The records of one kind: those of the store, and those that are kept for this run only.

import { ServiceError, StoreError } from '../../base/index.ts';
import type { Store, StoreChange } from '../../store/index.ts';
import type { Kind } from './kinds.ts';
import type { Vault } from './vault.ts';

/** How a record is put. */
export interface PutOptions {
  /** Whether it is kept over a restart; true unless given. */
  readonly persists?: boolean;
  /** The secret that belongs to it; null for none. What there is stays unless given. */
  readonly secret?: Uint8Array | null;
}

/** How many records there may be of one kind: far more than anybody configures, and less than what would exhaust memory. */
const mostRecords = 10_000;

/** Records of one kind by key. Reads from memory; what is changed has been written when a call returns. */
export class RecordSet<T> {
  readonly kind: Kind<T>;
  readonly #store: Store;
  readonly #vault: Vault;
  readonly #records = new Map<string, T>();
  readonly #volatile = new Set<string>();

  /** Throws StoreError STORE_CORRUPT for a record that is none of its kind. */
  constructor(store: Store, vault: Vault, kind: Kind<T>) {
    this.kind = kind;
    this.#store = store;
    this.#vault = vault;
    this.reload();
  }

  get size(): number {
    return this.#records.size;
  }

  all(): T[] {
    return [...this.#records.values()];
  }

  keys(): string[] {
    return [...this.#records.keys()];
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  /** The key that `record` has. */
  keyOf(record: T): string {
    return this.kind.keyOf(record);
  }

  /** The name of the secret that belongs to the record of this key. */
  secretName(key: string): string {
    return `${this.kind.kind}/${key}`;
  }

  secret(key: string): Uint8Array | undefined {
    return this.#vault.get(this.secretName(key));
  }

  hasSecret(key: string): boolean {
    return this.#vault.has(this.secretName(key));
  }

  /** Whether it is kept for this run only. */
  isVolatile(key: string): boolean {
    return this.#volatile.has(key);
  }

  /** Puts a record in the place of the one with its key. Returns the key. Throws ServiceError SERVICE_OVERLOADED. */
  put(record: T, { persists = true, secret }: PutOptions = {}): string {
    const key = this.kind.keyOf(record);
    if (!this.#records.has(key) && this.#records.size >= mostRecords) {
      throw new ServiceError(
        'SERVICE_OVERLOADED',
        `There are ${mostRecords} records of this kind, and no more than that`,
      );
    }
    const name = this.secretName(key);
    // What is to be forgotten with this run must not come back from the store at the next one, nor its secret.
    const carried = secret === undefined ? this.secret(key) : (secret ?? undefined);
    const isSame = secret === undefined && persists && !this.#volatile.has(key);
    this.#store.change((tx) => {
      if (persists) tx.put(this.kind.kind, key, record);
      else tx.delete(this.kind.kind, key);
      if (isSame) return;
      if (persists && carried !== undefined) tx.putSecret(name, carried);
      else tx.deleteSecret(name);
    });
    if (!isSame) this.#vault.lend(name, persists ? undefined : carried);
    if (persists) this.#volatile.delete(key);
    else this.#volatile.add(key);
    this.#records.set(key, record);
    return key;
  }

  /** Puts records that have no secrets, all of them or none. */
  putAll(records: readonly T[]): void {
    if (records.length === 0) return;
    this.#store.change((tx) => {
      for (const record of records) tx.put(this.kind.kind, this.kind.keyOf(record), record);
    });
    for (const record of records) {
      this.#volatile.delete(this.kind.keyOf(record));
      this.#records.set(this.kind.keyOf(record), record);
    }
  }

  /** Takes a record and its secret away. Returns whether there was one. */
  delete(key: string): boolean {
    if (!this.#records.has(key)) return false;
    this.#store.change((tx) => {
      this.deleteIn(tx, key);
    });
    this.forget(key);
    return true;
  }

  /** Takes all records away, with their secrets, at once. */
  clear(): void {
    this.#store.change((tx) => {
      for (const key of this.#records.keys()) this.deleteIn(tx, key);
    });
    for (const key of this.keys()) this.forget(key);
  }

  /** Reads all records of the store anew; those of this run stay. */
  reload(): void {
    const { kind, schema } = this.kind;
    for (const key of this.keys()) if (!this.#volatile.has(key)) this.#records.delete(key);
    for (const { key, value } of this.#store.list(kind)) {
      const record = schema.safeParse(value);
      if (!record.success || this.kind.keyOf(record.data) !== key) {
        throw new StoreError('STORE_CORRUPT', `The record ${kind}/${key} is not what it should be`, {
          record: `${kind}/${key}`,
        });
      }
      this.#volatile.delete(key);
      this.#records.set(key, record.data);
    }
  }

  /** Takes a record and its secret away as a part of a change. `forget` is to follow when that has been made. @internal */
  deleteIn(tx: StoreChange, key: string): void {
    tx.delete(this.kind.kind, key);
    tx.deleteSecret(this.secretName(key));
  }

  /** What a change has taken away is here no more either. @internal */
  forget(key: string): void {
    this.#vault.lend(this.secretName(key), undefined);
    this.#volatile.delete(key);
    this.#records.delete(key);
  }
}
