// Records and their secrets: kept for good, or for this run only.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { secretName } from '../../../src/service/wanted/vault.ts';
import { Wanted } from '../../../src/service/wanted/wanted.ts';
import { MemoryStore } from './memory-store.ts';

const targetName = 'iqn.2026-11.test:a';
const target = { targetName, isHidden: false, portals: [], loginOptions: {} };
const bytes = Buffer.from('a secret of it');
const name = `staticTarget/${targetName}`;

suite('records', () => {
  test('a record and its secret come and go together; without a word of it the secret stays', () => {
    const store = new MemoryStore();
    const { staticTargets } = new Wanted(store);
    const key = staticTargets.put(target, { secret: bytes });
    staticTargets.put({ ...target, isHidden: true });
    assert.deepEqual(staticTargets.secret(key), Uint8Array.from(bytes));
    staticTargets.put(target, { secret: null });
    assert.equal(staticTargets.hasSecret(key), false);
    staticTargets.put(target, { secret: bytes });
    assert.equal(staticTargets.delete(key), true);
    assert.deepEqual([store.secretBytes.size, store.list('staticTarget'), staticTargets.delete(key)], [0, [], false]);
  });

  test('what is for this run only leaves the store with its secret, and comes back when it is to stay', () => {
    const store = new MemoryStore();
    const wanted = new Wanted(store);
    const { staticTargets, vault } = wanted;
    const key = staticTargets.put(target, { secret: bytes });
    staticTargets.put(target, { persists: false });
    assert.deepEqual([store.list('staticTarget'), store.secretBytes.size], [[], 0]);
    assert.deepEqual([staticTargets.isVolatile(key), staticTargets.secret(key)?.length], [true, bytes.length]);
    assert.deepEqual(
      vault.list().map((secret) => secret.name),
      [`static target ${targetName}`],
    );
    staticTargets.put(target);
    assert.deepEqual([store.list('staticTarget').length, store.secretBytes.has(name)], [1, true]);
    assert.equal(new Wanted(store).staticTargets.size, 1);
  });

  test('a record that is none of its kind, or under another key, is named', () => {
    for (const [key, value] of [
      [targetName, { targetName }],
      ['another key', target],
    ] as const) {
      const store = new MemoryStore();
      store.change((tx) => {
        tx.put('staticTarget', key, value);
      });
      assert.throws(() => new Wanted(store), { code: 'STORE_CORRUPT', record: `staticTarget/${key}` });
    }
  });

  test('a list of secrets says what each is for and how long, and never what it is', () => {
    const wanted = new Wanted(new MemoryStore());
    wanted.vault.keep(secretName.chap, bytes);
    const login = { targetName, isInformational: false, loginOptions: {}, securityFlags: 0 };
    wanted.logins.put({ ...login, portal: { host: '::1', port: 3260 } }, { secret: bytes });
    assert.deepEqual(
      wanted.vault.list().map((secret) => [secret.name, secret.length]),
      [
        ['initiator CHAP secret', bytes.length],
        [`persistent login to ${targetName} at [::1]:3260`, bytes.length],
      ],
    );
  });

  test('one place is one key, however it is said that any will do', () => {
    const { logins } = new Wanted(new MemoryStore());
    const login = { targetName, isInformational: false, loginOptions: {}, securityFlags: 0 };
    assert.equal(logins.keyOf(login), logins.keyOf({ ...login, initiatorPort: 0xffff_ffff }));
    assert.notEqual(logins.keyOf(login), logins.keyOf({ ...login, initiatorPort: 0 }));
    assert.notEqual(logins.keyOf(login), logins.keyOf({ ...login, instance: '*a' }));
  });
});
