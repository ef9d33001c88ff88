import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Checked } from './checked.ts';

/** Above so many characters a file is checked by a thread of its own, so that the main one stays prompt. */
const LARGE = 64 * 1024;

export interface ToCheck {
  readonly file: string;
  readonly hash: string;
  readonly text: string;
}

/** What the thread is given, and what it answers: an array of JSON texts, one for each file. */
export interface CheckerData {
  readonly files: readonly ToCheck[];
}

/** Checks files; small ones here, many or large ones aside. */
export async function checkAll(files: readonly ToCheck[]): Promise<readonly Checked[]> {
  if (files.length === 0) return [];
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  if (size <= LARGE) {
    const { check } = await import('./check.ts');
    return files.map(({ file, hash, text }) => check(file, hash, text));
  }
  const worker = new Worker(new URL('./checker.js', import.meta.url), {
    workerData: { files } satisfies CheckerData,
  });
  // A rejected `once` is how an error in the thread arrives.
  const [answers] = (await once(worker, 'message')) as [readonly string[]];
  await worker.terminate();
  return answers.map((answer) => JSON.parse(answer) as Checked);
}
