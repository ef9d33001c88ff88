import { closeSync, openSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Happening } from '../model/event.ts';
import type { HistoryQuery } from './query.ts';
import { columns, happeningOf, type Row, rowOf } from './row.ts';
import { knownVersion, migrate, versionOf } from './schema.ts';

const ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 16;

/** What became of a batch: how many of its first happenings are dealt with, and how many of these fit no row. */
export interface Written {
  readonly taken: number;
  readonly unfit: number;
}

/** The file was made by a vnetd that knows more than this one. */
export class NewerSchema extends Error {
  readonly version: number;

  constructor(version: number) {
    super(`its schema is version ${version}, this vnetd knows ${knownVersion}`);
    this.name = 'NewerSchema';
    this.version = version;
  }
}

/** The history's file, open. Every method may throw `SqliteError`. */
export class Store {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #inode: number;
  readonly #insert: Database.Statement<[Row]>;
  readonly #remember: Database.Statement<[number]>;
  readonly #prune: Database.Statement<[number, number]>;

  constructor(path: string) {
    this.path = path;
    // SQLite gives -wal and -shm the mode of the file itself, and would have made it readable by everybody.
    closeSync(openSync(path, 'a', 0o640));
    // Somebody else's lock is waited for by trying again, not by holding up this thread.
    this.#db = new Database(path, { timeout: 0 });
    try {
      const version = versionOf(this.#db);
      if (version > knownVersion) throw new NewerSchema(version);
      this.#db.pragma('auto_vacuum = INCREMENTAL');
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = NORMAL');
      this.#db.pragma('journal_size_limit = 4194304');
      migrate(this.#db);
      const names = columns.join(', ');
      this.#insert = this.#db.prepare(
        `INSERT INTO happening (${names}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
      );
      this.#remember = this.#db.prepare(
        `INSERT INTO remembered VALUES ('generation', ?)
         ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
      );
      this.#prune = this.#db.prepare(
        'DELETE FROM happening WHERE seq IN (SELECT seq FROM happening WHERE at < ? ORDER BY at, seq LIMIT ?)',
      );
      this.#inode = statSync(path).ino;
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Whether the file still is the one that was opened: written to one without a name, events would be lost. */
  isInPlace(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Writes as many as the budget allows, at least a few, in one transaction. */
  write(happenings: readonly Happening[], budgetMs: number): Written {
    const until = performance.now() + budgetMs;
    let taken = 0;
    let unfit = 0;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const happening of happenings) {
        if (!this.#writeOne(happening)) unfit++;
        taken++;
        if (taken % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK === 0 && performance.now() >= until) break;
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      // SQLite itself rolls back after some errors, a full disk among them.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    return { taken, unfit };
  }

  /** Oldest first, the newest `limit` of what is asked for. */
  read(query: HistoryQuery): readonly Happening[] {
    const where: string[] = [];
    const values: (string | number)[] = [];
    const narrow = (condition: string, value: string | number | undefined) => {
      if (value === undefined) return;
      where.push(condition);
      values.push(value);
    };
    narrow('id = ?', query.id);
    narrow('at >= ?', query.since);
    narrow('at <= ?', query.until);
    const rows = this.#db
      .prepare<(string | number)[], Row>(
        `SELECT ${columns.join(', ')} FROM happening ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
         ORDER BY at DESC, seq DESC LIMIT ?`,
      )
      .all(...values, query.limit === 0 ? -1 : query.limit);
    return rows.reverse().map(happeningOf);
  }

  /** The last configuration's generation, 0 where none is remembered. */
  generation(): number {
    const sql = `SELECT value FROM remembered WHERE name = 'generation'`;
    return this.#db.prepare<[], { value: number }>(sql).get()?.value ?? 0;
  }

  /** Deletes the oldest of those from before a moment, at most `limit`, and says how many. */
  prune(before: number, limit: number): number {
    return this.#prune.run(before, limit).changes;
  }

  /** Gives at most so many free pages back to the file system, and says whether more are free. */
  shrink(pages: number): boolean {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
    return this.#number('freelist_count') > 0;
  }

  /** Bytes in use in the file: free pages are not counted, as they are used again first. */
  usedBytes(): number {
    return (this.#number('page_count') - this.#number('freelist_count')) * this.#number('page_size');
  }

  /** Closes the file; the last one to do so folds the write-ahead log into it (sqlite3WalClose in wal.c). */
  close(): void {
    this.#db.close();
  }

  #writeOne(happening: Happening): boolean {
    try {
      this.#insert.run(rowOf(happening));
      if (happening.generation !== undefined) this.#remember.run(happening.generation);
      return true;
    } catch (error) {
      // Anything that is about this happening and not about the file must not keep the others out.
      if (error instanceof Database.SqliteError && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(error.code))
        throw error;
      return false;
    }
  }

  #number(pragma: string): number {
    return Number(this.#db.pragma(pragma, { simple: true }));
  }
}
