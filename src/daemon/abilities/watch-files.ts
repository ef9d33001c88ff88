import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.ts';
import { moduleFolder } from './modules.ts';

/** depmod(8) writes some ten files one after the other, and packages bring several modules. */
const REST_MS = 300;

/** Calls back after other modules were installed for the kernel that runs, or modprobe(8) was told otherwise; gives what ends it. */
export function watchModuleFiles(host: Host, changed: () => void): () => void {
  let rest: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(rest);
    rest = setTimeout(changed, REST_MS).unref();
  };
  const watchers = [moduleFolder(host), '/etc/modprobe.d'].map((folder) =>
    watched(join(host.root, folder), soon),
  );
  return () => {
    clearTimeout(rest);
    for (const watcher of watchers) watcher?.close();
  };
}

/** What is not there, or cannot be watched, the sweep looks at. */
function watched(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
