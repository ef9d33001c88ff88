import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { isIgnored } from './read-folder.ts';

/** So long nothing has to happen before a burst of changes is taken to be over… */
const SETTLE_MS = 170;
/** …and so long a folder may be changed without a pause before it is read anyway. */
const PATIENCE_MS = 1000;
/** Whatever the watch says, or does not say, the folder is read so often. */
const RESCAN_MS = 60_000;
/** …and so often while the kernel has no watch to give. */
const RESCAN_UNWATCHED_MS = 5000;

export interface FolderWatch {
  /** Why changes are not seen at once, or undefined while they are. */
  readonly note: () => string | undefined;
}

/**
 * Calls `look` when the folder may have changed; what changed, if anything, is for the reader to see.
 * The folder may be absent, come and go, or be replaced by a symbolic link: it is its parent that is watched.
 */
export function watchFolder(directory: string, look: () => void, signal: AbortSignal): FolderWatch {
  const folder = resolve(directory);
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
  let trouble: string | undefined;
  let settled: NodeJS.Timeout | undefined;
  let hintedSince: number | undefined;
  let rescan: NodeJS.Timeout | undefined;

  const lookNow = () => {
    clearTimeout(settled);
    hintedSince = undefined;
    if (signal.aborted) return;
    // Behind the same name there may be another folder now, and the watch is still on the old one.
    if (watcher !== undefined && identityOf(folder) !== watched) {
      stop();
      start().catch(giveUp);
    }
    look();
  };
  const hint = () => {
    if (signal.aborted) return;
    const now = performance.now();
    hintedSince ??= now;
    clearTimeout(settled);
    settled = setTimeout(lookNow, Math.min(SETTLE_MS, Math.max(0, hintedSince + PATIENCE_MS - now)));
  };
  const start = async () => {
    const { watch } = await import('chokidar');
    if (signal.aborted) return;
    watched = identityOf(folder);
    const inFolder = (path: string) => dirname(path) === folder && !isIgnored(basename(path));
    watcher = watch(dirname(folder), {
      depth: 1,
      ignored: (path) => path !== dirname(folder) && path !== folder && !inFolder(path),
      ignorePermissionErrors: true,
    });
    watcher.on('all', hint).on('raw', hint).on('error', giveUp);
    watcher.on('ready', () => {
      trouble = undefined;
      hint();
    });
  };
  const stop = () => {
    // A watch that cannot be closed belongs to a folder that is gone.
    watcher?.close().catch(() => undefined);
    watcher = undefined;
  };
  const giveUp = (error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    trouble = `changes in ${folder} are looked for every ${RESCAN_UNWATCHED_MS / 1000} s: watching it failed (${code ?? message})`;
    stop();
    scheduleRescan();
    hint();
  };
  const scheduleRescan = () => {
    clearTimeout(rescan);
    if (signal.aborted) return;
    rescan = setTimeout(
      () => {
        if (watcher === undefined) start().catch(giveUp);
        scheduleRescan();
        lookNow();
      },
      trouble === undefined ? RESCAN_MS : RESCAN_UNWATCHED_MS,
    );
  };

  signal.addEventListener('abort', () => {
    clearTimeout(settled);
    clearTimeout(rescan);
    stop();
  });
  scheduleRescan();
  start().catch(giveUp);
  return { note: () => trouble };
}

/** What tells a folder from another that takes its name, links followed; the error’s code while it cannot be looked at. */
function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
