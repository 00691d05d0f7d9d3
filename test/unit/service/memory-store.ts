// A store in memory, for tests of what stands on one.

import type { Store, StoreChange } from '../../../src/store/index.ts';

/** A store that forgets everything with its test; `records` and `secretBytes` show what it has. */
export class MemoryStore implements Store {
  readonly records: Map<string, Map<string, unknown>> = new Map();
  readonly secretBytes: Map<string, Uint8Array> = new Map();

  list(kind: string): { key: string; value: unknown }[] {
    return [...(this.records.get(kind) ?? [])].map(([key, value]) => ({ key, value }));
  }

  get(kind: string, key: string): unknown {
    return this.records.get(kind)?.get(key);
  }

  secret(name: string): Uint8Array | undefined {
    return this.secretBytes.get(name);
  }

  secrets(): { name: string; length: number; since: string }[] {
    return [...this.secretBytes].map(([name, { length }]) => ({ name, length, since: '' }));
  }

  change(work: (tx: StoreChange) => void): void {
    work({
      put: (kind, key, value) => {
        const ofKind = this.records.get(kind) ?? new Map<string, unknown>();
        this.records.set(kind, ofKind.set(key, JSON.parse(JSON.stringify(value))));
      },
      delete: (kind, key) => this.records.get(kind)?.delete(key),
      putSecret: (name, bytes) => this.secretBytes.set(name, Uint8Array.from(bytes)),
      deleteSecret: (name) => this.secretBytes.delete(name),
      clear: () => {
        this.records.clear();
        this.secretBytes.clear();
      },
    });
  }

  close(): void {
    this.records.clear();
  }
}
