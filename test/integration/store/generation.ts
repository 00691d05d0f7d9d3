// Numbered states of a store, so that a test sees whether what it finds is one of them, whole, or a mixture.

import assert from 'node:assert/strict';
import type { Store, StoreChange } from '../../../src/store/index.ts';

const kind = 'generation';
const secretName = 'of the generation';

/** Takes a store from generation n - 1, or from any other, to generation n: some put, one taken away, one new, a secret. */
export function putGeneration(tx: StoreChange, generation: number): void {
  // Over several pages of the database, and of another number each time.
  const filling = 'x'.repeat((generation % 7) * 3000);
  tx.put(kind, 'first', { generation, filling });
  tx.delete(kind, `only in ${generation - 1}`);
  tx.put(kind, `only in ${generation}`, generation);
  tx.putSecret(secretName, secretOf(generation));
  tx.put(kind, 'last', { filling, generation });
}

/** The generation of a store, which must be that generation and nothing else; 0 for an empty one. */
export function generationOf(store: Store): number {
  const records = store.list(kind);
  if (records.length === 0) {
    assert.deepEqual(store.secrets(), []);
    return 0;
  }
  const { generation } = store.get(kind, 'first') as { generation: number };
  const filling = 'x'.repeat((generation % 7) * 3000);
  assert.deepEqual(records, [
    { key: 'first', value: { generation, filling } },
    { key: 'last', value: { filling, generation } },
    { key: `only in ${generation}`, value: generation },
  ]);
  assert.deepEqual(Buffer.from(store.secret(secretName) ?? []), secretOf(generation));
  return generation;
}

function secretOf(generation: number): Buffer {
  return Buffer.from(`the secret of generation ${generation}`);
}
