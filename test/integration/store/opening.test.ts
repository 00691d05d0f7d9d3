// Opening a store: for its owner alone, one process at a time, and no version but those that are known.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import Database from 'libsql';
import { openStore } from '../../../src/store/index.ts';
import { tempStateDirectory } from '../../support/state-directory.ts';
import { startSmallStoreChild, startStoreChild } from './child.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** The modes of all files of a directory. */
function modesIn(directory: string): Record<string, string> {
  return Object.fromEntries(readdirSync(directory).map((name) => [name, modeOf(join(directory, name))]));
}

/** What was refused in this process must not have let go of the lock. */
async function assertRefusedToOthers(directory: string): Promise<void> {
  const child = startStoreChild([directory, 'try']);
  assert.equal(await child.nextLine(), 'STORE_LOCKED');
  await child.ended;
}

const whileOpen = ['hawser.db', 'hawser.db-shm', 'hawser.db-wal', 'lock', 'pid', 'secret.key'];

suite('opening a store', () => {
  test('makes the directory with mode 0700 and every file with 0600, whatever the umask', async () => {
    await using directory = await tempStateDirectory();
    const umask = process.umask(0);
    const store = openStore({ directory: join(directory.path, 'below') });
    try {
      store.change((tx) => {
        tx.put('kind', 'key', 1);
        tx.putSecret('name', new Uint8Array(12));
      });
      assert.equal(modeOf(directory.path), '700');
      assert.equal(modeOf(join(directory.path, 'below')), '700');
      assert.deepEqual(
        modesIn(join(directory.path, 'below')),
        Object.fromEntries(whileOpen.map((name) => [name, '600'])),
      );
    } finally {
      store.close();
      process.umask(umask);
    }
    assert.deepEqual(modesIn(join(directory.path, 'below')), { 'hawser.db': '600', lock: '600', 'secret.key': '600' });
  });

  test('closes a directory to others that is empty or a store already, and refuses any other that is open to them', async () => {
    await using directory = await tempStateDirectory();
    mkdirSync(directory.path);
    chmodSync(directory.path, 0o755);
    writeFileSync(join(directory.path, 'letter'), '');
    const open = (): void => {
      openStore({ directory: directory.path }).close();
    };
    assert.throws(open, { code: 'STORE_CORRUPT', record: directory.path });
    assert.equal(modeOf(directory.path), '755');
    chmodSync(directory.path, 0o700);
    open();
    chmodSync(directory.path, 0o755);
    chmodSync(join(directory.path, 'hawser.db'), 0o644);
    open();
    assert.equal(modeOf(directory.path), '700');
    assert.equal(modeOf(join(directory.path, 'hawser.db')), '600');
  });

  test('is refused with the pid of the process that has it open, until that one closes it or is killed', async () => {
    await using directory = await tempStateDirectory();
    const open = (): void => {
      openStore({ directory: directory.path }).close();
    };
    for (const end of ['close', 'kill'] as const) {
      const child = startStoreChild([directory.path, 'hold']);
      assert.equal(await child.nextLine(), 'open');
      const message = `${directory.path} is in use by process ${child.process.pid}`;
      assert.throws(open, { code: 'STORE_LOCKED', message, record: directory.path });
      assert.throws(open, { code: 'STORE_LOCKED', message });
      if (end === 'kill') child.process.kill('SIGKILL');
      else child.process.stdin?.end();
      await child.ended;
      open();
    }
  });

  test('is refused twice in one process, and works again after each close', async () => {
    await using directory = await tempStateDirectory();
    for (let round = 0; round < 5; round += 1) {
      const store = openStore({ directory: directory.path });
      assert.throws(() => openStore({ directory: directory.path }), {
        code: 'STORE_LOCKED',
        message: `${directory.path} is in use by process ${process.pid}`,
      });
      store.change((tx) => {
        tx.put('kind', String(round), round);
      });
      if (round === 0) await assertRefusedToOthers(directory.path);
      store.close();
    }
    const store = openStore({ directory: directory.path });
    assert.equal(store.list('kind').length, 5);
    store.close();
  });

  test('a store of a newer version is refused and left as it is', async () => {
    await using directory = await tempStateDirectory();
    openStore({ directory: directory.path }).close();
    const database = new Database(join(directory.path, 'hawser.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    for (let round = 0; round < 2; round += 1) {
      assert.throws(() => openStore({ directory: directory.path }), {
        code: 'STORE_TOO_NEW',
        message: /has version 99, .* up to 1$/,
      });
    }
  });

  test('where nothing can be made it fails, and names the file', async () => {
    await using directory = await tempStateDirectory();
    mkdirSync(directory.path);
    writeFileSync(join(directory.path, 'file'), '');
    const below = join(directory.path, 'file', 'state');
    assert.throws(() => openStore({ directory: below }), { code: 'STORE_FAILED', record: below });
  });
});

suite('a store on a full disk', () => {
  test('keeps nothing of a change that has no space, says so, and takes the next', async () => {
    await using directory = await tempStateDirectory();
    const child = startSmallStoreChild([directory.path, 'full'], 2048);
    await child.ended;
    assert.deepEqual(
      child.lines.map((line) => JSON.parse(line) as unknown),
      [{ code: 'STORE_FAILED', effect: 'none', kept: 'old' }, { kept: 'new' }],
    );
    const store = openStore({ directory: directory.path });
    assert.equal(store.get('kind', 'key'), 'new');
    store.close();
  });
});
