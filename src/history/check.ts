import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { firstFault } from './first-fault.ts';

/** Up to here the check takes some 20 ms when the file is in memory; larger files are looked at by a thread of their own. */
const CHECKED_AT_ONCE_BYTES = 16 * 1024 * 1024;

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
  const worker = new Worker(new URL('./history-checker.js', import.meta.url), { workerData: path });
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
