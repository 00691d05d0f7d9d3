// A SQLite database with rows as arrays, one-shot transactions, and errors of ours.

import Libsql from 'libsql';
import { type Effect, StoreError } from '../base/index.ts';

/** What a column holds. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** How long a statement waits for somebody who looks at the database from outside. */
const busyTimeoutMs = 1000;

/** An open database. Everything it throws is a StoreError that names the database's file. */
export class Sqlite {
  readonly path: string;
  readonly #database: Libsql.Database;
  /** Statements are used again, because the library releases one only when garbage is collected. */
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(path: string) {
    this.path = path;
    this.#database = attempt(path, () => new Libsql(path));
    try {
      this.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs statements that give no rows, or whose rows do not matter. */
  exec(sql: string): void {
    attempt(this.path, () => this.#database.exec(sql));
  }

  /** Runs one statement that gives no rows, and returns how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return attempt(this.path, () => this.#prepared(sql).run(values).changes);
  }

  /** Runs one statement and returns its rows. */
  rows(sql: string, ...values: readonly SqlValue[]): SqlValue[][] {
    return attempt(this.path, () => this.#prepared(sql).raw().all(values)) as SqlValue[][];
  }

  /** The first column of the first row; null when there is no row. */
  value(sql: string, ...values: readonly SqlValue[]): SqlValue {
    return this.rows(sql, ...values)[0]?.[0] ?? null;
  }

  /** Runs `work` in a transaction: what it did is on the disk when this returns, or undone when this throws. */
  transact(work: () => void, onCommitting: () => void = () => {}): void {
    this.exec('BEGIN IMMEDIATE');
    try {
      work();
      onCommitting();
      attempt(this.path, () => this.#database.exec('COMMIT'), effectOfFailedCommit);
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #rollBack(): void {
    try {
      // A statement that failed may have rolled everything back by itself.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // What made the transaction fail says more. The log has no end of the transaction, so nothing of it counts.
    }
  }

  #prepared(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Whether a StoreError comes from a database that somebody else has locked. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreError && sqliteCode(error.cause).startsWith('SQLITE_BUSY');
}

function attempt<T>(path: string, action: () => T, effectOf: (code: string) => Effect = () => 'none'): T {
  try {
    return action();
  } catch (cause) {
    const code = sqliteCode(cause);
    const isCorrupt = code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${path}: ${reason}`;
    throw new StoreError(isCorrupt ? 'STORE_CORRUPT' : 'STORE_FAILED', message, {
      record: path,
      cause,
      effect: effectOf(code),
    });
  }
}

/** The name of a SQLite result code, extended where there is an extended one. */
function sqliteCode(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** When the disk fails after the last frame of the log was written, recovery may find the transaction there and keep it. */
function effectOfFailedCommit(code: string): Effect {
  return code.startsWith('SQLITE_IOERR') ? 'unknown' : 'none';
}
