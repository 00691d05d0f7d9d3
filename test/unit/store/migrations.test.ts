// Migrations: older databases become new ones step by step, newer and foreign ones are left alone.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkSchema, type Migration, migrate, migrations, schemaVersion } from '../../../src/store/migrations.ts';
import { Sqlite } from '../../../src/store/sqlite.ts';

/** A database with the schema of version 1, typed in here a second time, and a record in it. */
function versionOne(): Sqlite {
  const database = new Sqlite(':memory:');
  database.exec(`
    CREATE TABLE record (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, digest BLOB NOT NULL,
      PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
    CREATE TABLE secret (name TEXT PRIMARY KEY, since TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE key_digest (id INTEGER PRIMARY KEY CHECK (id = 1), digest BLOB NOT NULL) STRICT;
    INSERT INTO record VALUES ('portal', 'a', '{"port":3260}', x'00');
    PRAGMA application_id = 1212241747;
    PRAGMA user_version = 1;
  `);
  return database;
}

/** The columns of every table, in order of the tables' names. */
function columns(database: Sqlite): unknown[][] {
  return database.rows(
    `SELECT t.name, c.name, c.type, c."notnull", c.pk FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
     WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`,
  );
}

const addsColumn: Migration = (database) => {
  database.exec("ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");
};

const fails: Migration = (database) => {
  database.exec('DELETE FROM record');
  throw new Error('a step that fails');
};

suite('migrations', () => {
  test('an empty database gets the schema of version 1 from the first migration', () => {
    const database = new Sqlite(':memory:');
    migrate(database, migrations.slice(0, 1));
    assert.equal(schemaVersion(database), 1);
    assert.deepEqual(columns(database), columns(versionOne()));
    assert.equal(database.value('PRAGMA application_id'), 0x48415753);
  });

  test('an older database gets the steps that it lacks, each once, and keeps its records', () => {
    const database = versionOne();
    const steps = [fails, addsColumn];
    migrate(database, steps);
    migrate(database, steps);
    assert.equal(schemaVersion(database), 2);
    assert.deepEqual(database.rows('SELECT kind, key, value, note FROM record'), [
      ['portal', 'a', '{"port":3260}', 'none'],
    ]);
  });

  test('a step that fails leaves the version before it, with everything that was there', () => {
    const database = versionOne();
    assert.throws(() => {
      migrate(database, [fails, addsColumn, fails]);
    }, /a step that fails/);
    assert.equal(schemaVersion(database), 2);
    assert.equal(database.value('SELECT count(*) FROM record'), 1);
  });

  test('a newer database is refused, with both versions named', () => {
    const database = versionOne();
    checkSchema(database, 1);
    database.exec('PRAGMA user_version = 7');
    assert.throws(
      () => {
        checkSchema(database, 6);
      },
      { code: 'STORE_TOO_NEW', message: /has version 7, .* up to 6$/ },
    );
  });

  test('a database of another program is refused, whatever version it says it has', () => {
    for (const [table, version] of [
      ['CREATE TABLE track (title TEXT)', 0],
      ['', 1],
      ['', 99],
    ] as const) {
      const database = new Sqlite(':memory:');
      database.exec(`${table}; PRAGMA user_version = ${version}`);
      assert.throws(
        () => {
          checkSchema(database);
        },
        { code: 'STORE_CORRUPT', message: /another program/ },
      );
    }
  });
});
