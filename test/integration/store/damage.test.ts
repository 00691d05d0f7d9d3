// A store that is damaged is refused, by the name of what is damaged, and left as it is.

import assert from 'node:assert/strict';
import {
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import Database from 'libsql';
import { openStore } from '../../../src/store/index.ts';
import { tempStateDirectory } from '../../support/state-directory.ts';

/** Makes a store of a few pages, with records and, unless told otherwise, secrets. */
function makeStore(directory: string, hasSecrets = true): void {
  const store = openStore({ directory });
  store.change((tx) => {
    for (let number = 0; number < 100; number += 1) tx.put('target', `target ${number}`, { text: 'x'.repeat(200) });
    if (!hasSecrets) return;
    tx.putSecret('chap', Buffer.from('secret of chap'));
    tx.putSecret('radius', Buffer.from('secret of radius'));
  });
  store.close();
}

/** Damages a store with `damage`, and expects it to be refused, twice and with the same words. */
async function refusedAfter(
  damage: (directory: string) => void,
  name: string | RegExp,
  hasSecrets = true,
): Promise<void> {
  await using directory = await tempStateDirectory();
  makeStore(directory.path, hasSecrets);
  damage(directory.path);
  const record = typeof name === 'string' && name.includes('.') ? join(directory.path, name) : name;
  for (let round = 0; round < 2; round += 1) {
    assert.throws(() => openStore({ directory: directory.path }), {
      name: 'StoreError',
      code: 'STORE_CORRUPT',
      record,
    });
  }
}

/** Runs SQL on the database of a store, from outside. */
function sql(statement: string): (directory: string) => void {
  return (directory) => {
    const database = new Database(join(directory, 'hawser.db'));
    database.exec(statement);
    database.close();
  };
}

suite('a damaged database', () => {
  const file = 'hawser.db';

  test('that is no database at all is refused', async () => {
    await refusedAfter((directory) => {
      writeFileSync(join(directory, file), 'no database '.repeat(1000));
    }, file);
  });

  test('that was cut is refused, wherever it was cut', async () => {
    for (const part of [0.9, 0.5, 0.1, 0]) {
      await refusedAfter((directory) => {
        const path = join(directory, file);
        truncateSync(path, Math.floor(statSync(path).size * part));
      }, file);
    }
  });

  test('that is missing while there is a key is refused', async () => {
    await refusedAfter((directory) => {
      rmSync(join(directory, file));
    }, file);
  });

  test('with a page overwritten is refused', async () => {
    await refusedAfter((directory) => {
      const path = join(directory, file);
      const bytes = readFileSync(path);
      bytes.fill(0xa5, 4096, 8192);
      writeFileSync(path, bytes);
    }, file);
  });

  test('whose records can all be read, and that counts its free pages wrongly, is refused', async () => {
    await refusedAfter((directory) => {
      const path = join(directory, file);
      const bytes = readFileSync(path);
      // SQLite's file format, section 1.3: the total number of freelist pages.
      bytes.writeUInt32BE(bytes.readUInt32BE(36) + 5, 36);
      writeFileSync(path, bytes);
    }, file);
  });

  test('of another program is refused', async () => {
    await refusedAfter(sql('PRAGMA application_id = 1'), file);
  });
});

suite('a damaged record', () => {
  test('with one byte changed in the file is refused by its name', async () => {
    await refusedAfter((directory) => {
      const path = join(directory, 'hawser.db');
      const bytes = readFileSync(path);
      bytes[bytes.indexOf('xxxx') + 100] = 0x79;
      writeFileSync(path, bytes);
    }, /^target\/target \d+$/);
  });

  test('that is no JSON, or another record under its key, is refused by its name', async () => {
    await refusedAfter(sql(`UPDATE record SET value = '{' WHERE key = 'target 7'`), 'target/target 7');
    const swap = `UPDATE record SET (value, digest) = (SELECT value, digest FROM record WHERE key = 'target 8')`;
    await refusedAfter(sql(`${swap} WHERE key = 'target 7'`), 'target/target 7');
  });

  test('is refused by its name when it is read, too', async () => {
    await using directory = await tempStateDirectory();
    makeStore(directory.path);
    const store = openStore({ directory: directory.path });
    sql(`UPDATE record SET value = '1' WHERE key = 'target 7'`)(directory.path);
    const expected = { code: 'STORE_CORRUPT', record: 'target/target 7' };
    assert.throws(() => store.get('target', 'target 7'), expected);
    assert.throws(() => store.list('target'), expected);
    assert.deepEqual(store.get('target', 'target 8'), { text: 'x'.repeat(200) });
    store.close();
  });

  test('a damaged secret, or one in the place of another, is refused by its name', async () => {
    await refusedAfter(sql(`UPDATE secret SET sealed = zeroblob(40) WHERE name = 'chap'`), 'secret/chap');
    const swap = `UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE name = 'radius')`;
    await refusedAfter(sql(`${swap} WHERE name = 'chap'`), 'secret/chap');
  });
});

suite('a key file', () => {
  const file = 'secret.key';

  test('that is missing, another one, too short or empty is refused as long as there are secrets', async () => {
    const damages = [
      rmSync,
      (path: string): void => {
        writeFileSync(path, Buffer.alloc(32, 1));
      },
      (path: string): void => {
        truncateSync(path, 31);
      },
      (path: string): void => {
        truncateSync(path, 0);
      },
    ];
    for (const damage of damages) {
      await refusedAfter((directory) => {
        damage(join(directory, file));
      }, file);
    }
  });

  test('that anybody but its owner could read or write is refused, and its mode left as it is', async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      await refusedAfter(
        (directory) => {
          chmodSync(join(directory, file), mode);
        },
        file,
        false,
      );
    }
  });

  test('that is a link is refused', async () => {
    await refusedAfter((directory) => {
      renameSync(join(directory, file), join(directory, 'elsewhere'));
      symlinkSync('elsewhere', join(directory, file));
    }, file);
  });

  test('that is missing or another one is no loss where there are no secrets', async () => {
    await using directory = await tempStateDirectory();
    makeStore(directory.path, false);
    const path = join(directory.path, file);
    rmSync(path);
    openStore({ directory: directory.path }).close();
    writeFileSync(path, Buffer.alloc(32, 1));
    const store = openStore({ directory: directory.path });
    store.change((tx) => {
      tx.putSecret('chap', Buffer.from('a new one'));
    });
    store.close();
    const again = openStore({ directory: directory.path });
    assert.equal(Buffer.from(again.secret('chap') ?? []).toString(), 'a new one');
    assert.equal(again.list('target').length, 100);
    again.close();
  });
});
