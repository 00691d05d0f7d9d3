// The durable store: JSON records by kind and key, and secrets, in one directory that one process uses at a time.
// SQLite holds them; what a change put there is on the disk when it returns, all of it or nothing. Secrets are sealed
// with a key in a file of its own. Knows nothing of what the records mean; docs/decisions/0011-the-store.md says why so.

export { type OpenStoreOptions, openStore } from './open-store.ts';
export type { KeptSecret, Store, StoreChange, StoredRecord, StoreHooks, StoreStep } from './store.ts';
