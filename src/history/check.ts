import { statSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { damageOf, wordsOf } from './damage.ts';

/** Up to here the check takes some 20 ms when the file is in memory; larger files are looked at by a thread of their own. */
const CHECKED_AT_ONCE_BYTES = 16 * 1024 * 1024;

/** The first thing wrong inside a file, or null. Inserts may well succeed on a corrupt file, so somebody must ask. */
function firstFault(path: string): string | null {
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

/**
 * Looks for the first fault in a file, and tells it, or null.
 * A small file is looked at before this returns, of a large one the answer comes later. Ending the returned
 * function's thread by calling it keeps the answer from coming.
 */
export function check(path: string, tell: (fault: string | null) => void): () => void {
  if (statSync(path).size <= CHECKED_AT_ONCE_BYTES) {
    tell(firstFault(path));
    return () => {};
  }
  let told = false;
  const tellOnce = (fault: string | null) => {
    if (!told) tell(fault);
    told = true;
  };
  const worker = new Worker(new URL(import.meta.url), { workerData: { checkHistory: path } });
  worker.unref();
  worker.once('message', tellOnce);
  // What the check fails at, the history itself will find when it reads or writes.
  worker.once('error', () => tellOnce(null));
  worker.once('exit', () => tellOnce(null));
  return () => {
    told = true;
    void worker.terminate();
  };
}

if (!isMainThread && typeof workerData?.checkHistory === 'string') {
  parentPort?.postMessage(firstFault(workerData.checkHistory));
}
