// What a store is to those who use it.

/** A record as it is kept. */
export interface StoredRecord {
  readonly key: string;
  /** What JSON made of the value that was put. */
  readonly value: unknown;
}

/** A secret that is kept, without its value. */
export interface KeptSecret {
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  /** When it was put, in ISO 8601 form. */
  readonly since: string;
}

/**
 * Durable records and secrets. Every call ends before it returns; after `close` every call but `close` throws UsageError
 * `ISCSI_CLOSED`. Kinds, keys and names are text without NUL, and not empty. Reading throws StoreError `STORE_CORRUPT` for
 * a record that is not as it was put, and `STORE_FAILED` when the file system fails.
 */
export interface Store {
  /** All records of a kind, in the order of the UTF-8 bytes of their keys. */
  list(kind: string): StoredRecord[];
  /** The value of a record, or undefined when there is none. */
  get(kind: string, key: string): unknown;
  /** The bytes of a secret, which are the caller's own, or undefined when there is none. */
  secret(name: string): Uint8Array | undefined;
  /** All secrets without their values, in the order of the UTF-8 bytes of their names. */
  secrets(): KeptSecret[];
  /**
   * Calls `work`, then keeps what it asked for: all of it is on the disk when `change` returns, or nothing is kept. What
   * `work` throws undoes the change and is thrown on. Reads within `work` see the change so far.
   *
   * @throws StoreError `STORE_FAILED`, with effect `none`, or `unknown` when the disk failed while the change was made
   * final; UsageError `ISCSI_WRONG_STATE` within `work`, since changes do not nest.
   */
  change(work: (tx: StoreChange) => void): void;
  /** Lets the directory go, for others to use. Harmless when it has been called before. */
  close(): void;
}

/** A change that is being made; dead (UsageError `ISCSI_WRONG_STATE`) when the function that got it has returned. */
export interface StoreChange {
  /** Puts a record in the place of what was there. UsageError `ISCSI_BAD_ARGUMENT` for what JSON cannot hold. */
  put(kind: string, key: string, value: unknown): void;
  /** Takes a record away; harmless when there is none. */
  delete(kind: string, key: string): void;
  /** Puts a secret in the place of what was there. The bytes are copied. */
  putSecret(name: string, bytes: Uint8Array): void;
  /** Takes a secret away, out of every file of the store; harmless when there is none. */
  deleteSecret(name: string): void;
  /** Takes away everything, secrets too. */
  clear(): void;
}

/** What has just been done: while a store opens (the first three), in a change, and while it closes (the last). */
export type StoreStep =
  | 'locked'
  | 'migrated'
  | 'keyMade'
  | 'begun'
  | 'written'
  | 'committing'
  | 'committed'
  | 'wiped'
  | 'folded';

/** For tests that end the process between two steps. */
export interface StoreHooks {
  reached(step: StoreStep): void;
}
