import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import Database from 'better-sqlite3';

/** What a failure of the file asks for. */
export type Damage =
  /** The file cannot be trusted: it is put aside. */
  | 'corrupt'
  /** There is no room: it stays open, and writing is tried again. */
  | 'full'
  /** Somebody else holds a lock on it: likewise. */
  | 'busy'
  /** Anything else, a folder that is gone among it: it is opened again. */
  | 'unusable';

/** Tells what has to be done about a failed call on the file. */
export function damageOf(error: unknown): Damage {
  if (error instanceof Database.SqliteError) {
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return 'corrupt';
    if (error.code === 'SQLITE_FULL') return 'full';
    if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return 'busy';
  }
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT' ? 'full' : 'unusable';
}

/** The failure in words, with its code. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/**
 * Renames a corrupt file, its log and its index away, for somebody to look at, and says the new name.
 * The log goes along: it belongs to that file, and SQLite would apply it to the next one of the name.
 */
export function putAside(path: string, now: number): string {
  const suffix = `.corrupt-${new Date(now).toISOString()}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, path + suffix + part);
  }
  return basename(path) + suffix;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
