import Database from 'better-sqlite3';
import { damageOf, wordsOf } from './damage.ts';

/** The first thing wrong inside a file, or null. Inserts may well succeed on a corrupt file, so somebody must ask. */
export function firstFault(path: string): string | null {
  const db = new Database(path, { readonly: true, timeout: 0 });
  try {
    const found = String(db.pragma('quick_check(1)', { simple: true }));
    return found === 'ok' ? null : found;
  } catch (error) {
    if (damageOf(error) === 'corrupt') return wordsOf(error);
    throw error;
  } finally {
    db.close();
  }
}
