// The store suite: what the contract of src/store/store.ts promises, whatever keeps the records.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Store, StoreChange } from '../../src/store/index.ts';
import { type StateDirectory, tempStateDirectory } from '../support/state-directory.ts';

/** Opens the store of a directory, anew when it has been closed before. */
export type OpenStore = (directory: string) => Store;

/** Runs the suite. */
export function storeSuite(name: string, open: OpenStore): void {
  suite(`store: ${name}`, () => {
    changeTests(open);
    argumentTests(open);
    modelTest(open);
  });
}

async function withStore(open: OpenStore, body: (store: Store) => void): Promise<void> {
  await using directory: StateDirectory = await tempStateDirectory();
  const store = open(directory.path);
  try {
    body(store);
  } finally {
    store.close();
  }
}

function changeTests(open: OpenStore): void {
  test('a change that throws is undone whole, and the error is thrown on', async () => {
    await withStore(open, (store) => {
      const reason = new Error('no');
      store.change((tx) => {
        tx.put('kind', 'old', 1);
        tx.putSecret('secret', Buffer.from('old'));
      });
      const failing = (tx: StoreChange): void => {
        tx.clear();
        tx.put('kind', 'new', 2);
        tx.putSecret('secret', Buffer.from('new'));
        throw reason;
      };
      assert.throws(() => {
        store.change(failing);
      }, reason);
      assert.deepEqual(store.list('kind'), [{ key: 'old', value: 1 }]);
      assert.equal(Buffer.from(store.secret('secret') ?? []).toString(), 'old');
    });
  });

  test('reads within a change see it, and changes do not nest', async () => {
    await withStore(open, (store) => {
      store.change((tx) => {
        tx.put('kind', 'key', { is: 'new' });
        assert.deepEqual(store.get('kind', 'key'), { is: 'new' });
        const nested = [
          () => {
            store.change(() => {});
          },
          () => {
            store.close();
          },
        ];
        for (const call of nested) assert.throws(call, { code: 'ISCSI_WRONG_STATE' });
      });
      assert.deepEqual(store.get('kind', 'key'), { is: 'new' });
    });
  });

  test('a change is dead when its function has returned', async () => {
    await withStore(open, (store) => {
      const kept: StoreChange[] = [];
      store.change((tx) => {
        kept.push(tx);
      });
      const [change] = kept;
      const calls = [
        () => change?.put('kind', 'key', 1),
        () => change?.delete('kind', 'key'),
        () => change?.putSecret('name', new Uint8Array(1)),
        () => change?.deleteSecret('name'),
        () => change?.clear(),
      ];
      for (const call of calls) assert.throws(call, { code: 'ISCSI_WRONG_STATE' });
    });
  });

  test('a secret says how long it is and since when, and comes out as a copy', async () => {
    await withStore(open, (store) => {
      const from = new Date().toISOString();
      const bytes = Buffer.from('twelve bytes');
      store.change((tx) => {
        tx.putSecret('chap', bytes);
      });
      bytes.fill(0);
      const [kept] = store.secrets();
      assert.deepEqual({ ...kept, since: '' }, { name: 'chap', length: 12, since: '' });
      assert.ok(kept !== undefined && kept.since >= from && kept.since <= new Date().toISOString());
      store.secret('chap')?.fill(0);
      assert.equal(Buffer.from(store.secret('chap') ?? []).toString(), 'twelve bytes');
      assert.equal(store.secret('other'), undefined);
    });
  });
}

function argumentTests(open: OpenStore): void {
  test('what cannot be kept as it is, is refused and undoes the change', async () => {
    await withStore(open, (store) => {
      const cyclic: unknown[] = [];
      cyclic.push(cyclic);
      const refused: ((tx: StoreChange) => void)[] = [
        ...[undefined, 10n, cyclic, () => 1].map((value) => (tx: StoreChange): void => {
          tx.put('kind', 'key', value);
        }),
        ...['', 'a\0b', '\ud800'].flatMap((text) => [
          (tx: StoreChange): void => {
            tx.put(text, 'key', 1);
          },
          (tx: StoreChange): void => {
            tx.put('kind', text, 1);
          },
          (tx: StoreChange): void => {
            tx.putSecret(text, new Uint8Array(1));
          },
        ]),
      ];
      for (const put of refused) {
        const change = (tx: StoreChange): void => {
          tx.put('kind', 'before', 1);
          put(tx);
        };
        assert.throws(
          () => {
            store.change(change);
          },
          { code: 'ISCSI_BAD_ARGUMENT' },
        );
      }
      assert.deepEqual(store.list('kind'), []);
    });
  });

  test('a closed store refuses everything but to be closed', async () => {
    await withStore(open, (store) => {
      store.close();
      store.close();
      const calls = [
        () => store.list('kind'),
        () => store.get('kind', 'key'),
        () => store.secret('name'),
        () => store.secrets(),
        () => {
          store.change(() => {});
        },
      ];
      for (const call of calls) assert.throws(call, { code: 'ISCSI_CLOSED' });
    });
  });
}

type Operation =
  | { readonly put: readonly [kind: string, key: string]; readonly value: unknown }
  | { readonly delete: readonly [kind: string, key: string] }
  | { readonly putSecret: string; readonly bytes: Uint8Array }
  | { readonly deleteSecret: string }
  | { readonly clear: true };

/** What a store should hold: JSON text by kind and key, secrets in hexadecimal by name. */
interface Model {
  readonly records: Map<string, Map<string, string>>;
  readonly secrets: Map<string, string>;
}

const kinds = ['portal', 'login', '__proto__'] as const;
const texts = ['a', 'b', 'iqn.2026-11.example:disk', 'a/b', 'A', 'é', '\u{1f600}', '\uffee', '__proto__', "'; --"];
const place = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...texts));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: place, value: fc.jsonValue() }) },
  { weight: 2, arbitrary: fc.record({ delete: place }) },
  {
    weight: 3,
    arbitrary: fc.record({ putSecret: fc.constantFrom(...texts), bytes: fc.uint8Array({ maxLength: 300 }) }),
  },
  { weight: 1, arbitrary: fc.record({ deleteSecret: fc.constantFrom(...texts) }) },
  { weight: 1, arbitrary: fc.constant({ clear: true as const }) },
);
const change = fc.record({
  operations: fc.array(operation, { maxLength: 8 }),
  end: fc.constantFrom('kept', 'kept', 'kept and reopened', 'undone'),
});

function modelTest(open: OpenStore): void {
  test('after any changes, kept or undone, and any reopening, it holds what a Map would', async () => {
    const property = fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
      await using directory = await tempStateDirectory();
      let store = open(directory.path);
      try {
        let model: Model = { records: emptyRecords(), secrets: new Map() };
        for (const { operations, end } of changes) {
          const next = structuredClone(model);
          const work = (tx: StoreChange): void => {
            for (const one of operations) {
              applyTo(tx, one);
              applyToModel(next, one);
            }
            if (end === 'undone') throw new Error('undone');
          };
          if (end === 'undone')
            assert.throws(() => {
              store.change(work);
            }, /undone/);
          else {
            store.change(work);
            model = next;
          }
          if (end === 'kept and reopened') {
            store.close();
            store = open(directory.path);
          }
          assertHolds(store, model);
        }
      } finally {
        store.close();
      }
    });
    await fc.assert(property, { numRuns: 25 });
  });
}

function emptyRecords(): Map<string, Map<string, string>> {
  return new Map(kinds.map((kind) => [kind, new Map<string, string>()]));
}

function applyTo(tx: StoreChange, one: Operation): void {
  if ('put' in one) tx.put(...one.put, one.value);
  else if ('delete' in one) tx.delete(...one.delete);
  else if ('putSecret' in one) tx.putSecret(one.putSecret, one.bytes);
  else if ('deleteSecret' in one) tx.deleteSecret(one.deleteSecret);
  else tx.clear();
}

function applyToModel({ records, secrets }: Model, one: Operation): void {
  if ('put' in one) records.get(one.put[0])?.set(one.put[1], JSON.stringify(one.value));
  else if ('delete' in one) records.get(one.delete[0])?.delete(one.delete[1]);
  else if ('putSecret' in one) secrets.set(one.putSecret, Buffer.from(one.bytes).toString('hex'));
  else if ('deleteSecret' in one) secrets.delete(one.deleteSecret);
  else {
    secrets.clear();
    for (const kind of records.values()) kind.clear();
  }
}

function assertHolds(store: Store, model: Model): void {
  for (const [kind, records] of model.records) {
    const expected = inOrder(records).map(([key, text]) => ({ key, value: JSON.parse(text) as unknown }));
    assert.deepStrictEqual(store.list(kind), expected);
    for (const { key, value } of expected) assert.deepStrictEqual(store.get(kind, key), value);
    for (const key of texts) assert.equal(store.get(kind, key) !== undefined, records.has(key));
  }
  const seen = store.secrets().map(({ name }) => [name, Buffer.from(store.secret(name) ?? []).toString('hex')]);
  assert.deepEqual(seen, inOrder(model.secrets));
}

function inOrder(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
