// Secrets are in no byte of any file of the directory, and their ciphertext is gone when they are.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import Database from 'libsql';
import { openStore, type Store, type StoreChange } from '../../../src/store/index.ts';
import { tempStateDirectory } from '../../support/state-directory.ts';

const secret = Buffer.from('Correct-Horse-Battery-Staple');

/** Every byte of every file of a directory, by name. By another process: this one would let go of the store's locks. */
function bytesIn(directory: string): Map<string, Buffer> {
  return new Map(readdirSync(directory).map((name) => [name, execFileSync('cat', [join(directory, name)])]));
}

/** The names of the files that hold some bytes anywhere. */
function holding(directory: string, bytes: Uint8Array): string[] {
  return [...bytesIn(directory)].filter(([, content]) => content.includes(Buffer.from(bytes))).map(([name]) => name);
}

/** The forms in which a secret could be found. */
function formsOf(bytes: Buffer): Buffer[] {
  const texts = (['utf8', 'hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding));
  return [...texts, bytes.toString('hex').toUpperCase()].map((text) => Buffer.from(text));
}

/** What is kept of a secret. */
function sealedIn(directory: string, name: string): Uint8Array {
  const database = new Database(join(directory, 'hawser.db'));
  const [row] = database.prepare('SELECT sealed FROM secret WHERE name = ?').raw().all([name]) as [Uint8Array][];
  database.close();
  assert.ok(row !== undefined);
  return row[0];
}

suite('secrets in the files of a store', () => {
  test('are in none of them in any form: while it is open, after an undone change, after deletion, closed', async () => {
    await using directory = await tempStateDirectory();
    const assertNone = (): void => {
      for (const form of formsOf(secret)) assert.deepEqual(holding(directory.path, form), []);
    };
    const store = openStore({ directory: directory.path });
    store.change((tx) => {
      tx.put('kind', 'key', { text: 'Correct-Record' });
    });
    store.change((tx) => {
      tx.putSecret('chap', secret);
      tx.putSecret('long', Buffer.alloc(20_000, secret));
    });
    assertNone();
    assert.throws(() => {
      store.change((tx) => {
        tx.putSecret('undone', secret);
        throw new Error('undone');
      });
    }, /undone/);
    assertNone();
    store.change((tx) => {
      tx.deleteSecret('chap');
    });
    assertNone();
    store.close();
    assertNone();
    // The search does find what is there.
    assert.deepEqual(holding(directory.path, Buffer.from('Correct-Record')), ['hawser.db']);
  });

  const removals: [string, (tx: StoreChange) => void][] = [
    [
      'deleted',
      (tx): void => {
        tx.deleteSecret('chap');
      },
    ],
    [
      'replaced',
      (tx): void => {
        tx.putSecret('chap', Buffer.from('another'));
      },
    ],
    [
      'cleared',
      (tx): void => {
        tx.clear();
      },
    ],
  ];
  for (const [how, remove] of removals) {
    test(`their ciphertext is in no file any more when they are ${how}`, async () => {
      await using directory = await tempStateDirectory();
      const before = openStore({ directory: directory.path });
      before.change((tx) => {
        tx.putSecret('chap', secret);
      });
      before.close();
      const sealed = sealedIn(directory.path, 'chap');
      assert.deepEqual(holding(directory.path, sealed), ['hawser.db']);
      const store: Store = openStore({ directory: directory.path });
      // Brings the page of the secret into the log as well.
      store.change((tx) => {
        tx.putSecret('other', secret);
        tx.put('kind', 'key', 1);
      });
      store.change(remove);
      assert.deepEqual(holding(directory.path, sealed), []);
      store.close();
      assert.deepEqual(holding(directory.path, sealed), []);
    });
  }
});
