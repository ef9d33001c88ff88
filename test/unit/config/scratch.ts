import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Configuration, type Loaded, openConfiguration } from '../../../src/config/folder.ts';

/** A configuration folder and a state directory of a test's own. */
export interface Scratch {
  readonly root: string;
  readonly directory: string;
  readonly stateDirectory: string;
  /** Writes a file as careful editors do: under another name first. */
  write(file: string, text: string): void;
  remove(file: string): void;
  /** As after a restart: opened anew, with the generation that was in force. */
  open(options?: { readonly watch?: boolean }): Opened;
}

export interface Opened extends Configuration {
  /** What `onChange` was called with so far. */
  readonly changes: readonly Loaded[];
  /** The first thing `onChange` is called with, now or later, that is as asked. */
  change(isIt: (loaded: Loaded) => boolean): Promise<Loaded>;
}

export function scratch(t: TestContext): Scratch {
  const root = mkdtempSync(join(tmpdir(), 'vnetd-config-'));
  const directory = join(root, 'vnetd');
  const stateDirectory = join(root, 'state');
  mkdirSync(directory, { mode: 0o755 });
  mkdirSync(stateDirectory);
  let generation = 0;
  const closings: AbortController[] = [];
  t.after(() => {
    for (const closing of closings) closing.abort();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    root,
    directory,
    stateDirectory,
    write(file, text) {
      writeFileSync(join(directory, `${file}.tmp`), text, { mode: 0o644 });
      renameSync(join(directory, `${file}.tmp`), join(directory, file));
    },
    remove: (file) => rmSync(join(directory, file)),
    open({ watch = false } = {}) {
      const closing = new AbortController();
      closings.push(closing);
      const changes: Loaded[] = [];
      const waiting = new Set<() => void>();
      const configuration = openConfiguration({
        version: '1.0.0',
        directory,
        stateDirectory,
        generation,
        watch,
        signal: closing.signal,
        onChange(loaded) {
          generation = loaded.declaration.generation;
          changes.push(loaded);
          for (const look of waiting) look();
        },
      });
      const change = (isIt: (loaded: Loaded) => boolean) =>
        new Promise<Loaded>((found) => {
          const look = () => {
            const loaded = changes.find(isIt);
            if (loaded === undefined) return;
            waiting.delete(look);
            found(loaded);
          };
          waiting.add(look);
          look();
        });
      return { ...configuration, changes, change };
    },
  };
}

export function names({ declaration }: Loaded): readonly string[] {
  return declaration.links.map(({ id }) => id);
}
