import { existsSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/**
 * Calls `appeared` when something may have come, or gone, at a path or at the first missing folder on the way there.
 * A notice, not a promise: where the kernel has no watch to give, nothing is said. Gives what ends it.
 */
export function watchForFile(path: string, appeared: () => void): () => void {
  let at = resolve(path);
  while (!existsSync(dirname(at))) at = dirname(at);
  try {
    const watcher = watch(dirname(at), { persistent: false }, (_, name) => {
      if (name === null || name === basename(at)) appeared();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
