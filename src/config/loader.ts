import { join } from 'node:path';
import type { Complaint } from '../model/place.ts';
import { checkAll, type ToCheck } from './check-aside.ts';
import { type Checked, forceOf, tablesDigest } from './checked.ts';
import { DeclarationInText, type InForce, textOfLinks } from './in-force.ts';
import { keepInForce, keepLastGood, readInForce, readLastGood } from './last-good.ts';
import { type FileOnDisk, type FolderOnDisk, hashOf, type KnownFiles, readFolder } from './read-folder.ts';
import type { Candidate, Settled } from './settle.ts';

/** What reading the folder came to. */
export interface Loaded {
  readonly declaration: DeclarationInText;
  readonly errors: readonly Complaint[];
  readonly warnings: readonly Complaint[];
  /** Files that were never good, or the folder: what they declare nobody knows, and nothing is removed meanwhile. */
  readonly unread: readonly string[];
  /** Whether the contents differ from those read before, in an earlier run too. */
  readonly changed: boolean;
}

/** Reads the folder, again and again: what did not change is not checked again. */
export class Loader {
  readonly #directory: string;
  readonly #records: string;
  readonly #tables = tablesDigest();
  /** What a declaration hangs on beside the files. */
  readonly #rules: string;
  readonly #known: KnownFiles = new Map();
  #generation: number;
  /** Files as checked last, good or not. */
  #checked = new Map<string, Checked>();
  /** Files as they were last good, and in force. */
  #good: ReadonlyMap<string, Checked> | undefined;
  #contents: string | undefined;
  #loaded: Loaded | undefined;

  /** What another version made of the files does not count. */
  constructor(directory: string, stateDirectory: string, generation: number, version: string) {
    this.#rules = `${version} ${this.#tables}`;
    this.#directory = directory;
    this.#records = join(stateDirectory, 'config');
    this.#generation = generation;
  }

  get loaded(): Loaded | undefined {
    return this.#loaded;
  }

  /** Reads the folder; `keep` writes down what is good of it, for the next run. */
  async load(): Promise<{ readonly loaded: Loaded; readonly keep: () => Promise<void> }> {
    const folder = await readFolder(this.#directory, this.#known);
    const contents = digestOf(folder);
    const same = this.#loaded === undefined ? await this.#asBefore(contents) : this.#same(contents);
    if (same !== undefined) {
      this.#loaded = same;
      return { loaded: same, keep: async () => undefined };
    }
    const before = await this.#lastGood();
    const changed = contents !== this.#contents;
    if (changed || this.#generation === 0) this.#generation += 1;
    const lastGood = this.#renamed(folder, before);
    await this.#checkChanged(folder);
    const { settle } = await import('./settle.ts');
    const settled = settle(this.#candidates(folder, lastGood));
    const good = folder.is === 'open' ? this.#goodOf(folder, settled, lastGood) : before;
    this.#contents = contents;
    this.#good = good;
    const loaded = this.#result(folder, settled, changed);
    this.#loaded = loaded;
    const keep = async () => {
      const { declaration, errors, warnings } = loaded;
      const isGood = declaration.whole && errors.length === 0;
      await keepLastGood(this.#records, this.#tables, before, { files: good, contents });
      const inForce: InForce | undefined = isGood ? { wishes: declaration, warnings } : undefined;
      await keepInForce(this.#records, this.#rules, contents, inForce);
    };
    return { loaded, keep };
  }

  #same(contents: string): Loaded | undefined {
    if (this.#loaded === undefined || contents !== this.#contents) return undefined;
    return { ...this.#loaded, changed: false };
  }

  /** What the same files came to in an earlier run, if all of them were good. */
  async #asBefore(contents: string): Promise<Loaded | undefined> {
    const kept = await readInForce(this.#records, this.#rules, contents);
    if (kept === undefined) return undefined;
    this.#contents = contents;
    if (this.#generation === 0) this.#generation = 1;
    const declaration = new DeclarationInText(this.#generation, kept.wishes);
    return { declaration, errors: [], warnings: kept.warnings, unread: [], changed: false };
  }

  async #lastGood(): Promise<ReadonlyMap<string, Checked>> {
    if (this.#good !== undefined) return this.#good;
    const { files, contents } = await readLastGood(this.#records, this.#tables);
    if (this.#loaded === undefined) this.#contents = contents;
    this.#checked = new Map(files);
    return files;
  }

  /** The last good version of a file that is not good now goes with it under its new name. */
  #renamed({ files }: FolderOnDisk, before: ReadonlyMap<string, Checked>): ReadonlyMap<string, Checked> {
    const lastGood = new Map(before);
    const there = new Set(files.map(({ file }) => file));
    for (const [gone, good] of before) {
      const last = this.#checked.get(gone);
      if (there.has(gone) || last === undefined || last.hash === good.hash) continue;
      const now = files.find(({ file, hash }) => hash === last.hash && !before.has(file));
      if (now !== undefined) lastGood.set(now.file, good);
    }
    return lastGood;
  }

  async #checkChanged({ files }: FolderOnDisk): Promise<void> {
    const stale = files.filter(
      (file): file is FileOnDisk & ToCheck =>
        'text' in file && this.#checked.get(file.file)?.hash !== file.hash,
    );
    const fresh = await checkAll(stale.map(({ file, hash, text }) => ({ file, hash, text })));
    const now = new Map<string, Checked>();
    for (const { file, hash } of files) {
      const known = this.#checked.get(file);
      if (known?.hash === hash) now.set(file, known);
    }
    for (const [i, checked] of fresh.entries()) now.set(stale[i]?.file ?? '', checked);
    this.#checked = now;
  }

  /** A folder that is gone or may not be read keeps in force whatever was good of it. */
  #candidates(folder: FolderOnDisk, before: ReadonlyMap<string, Checked>): readonly Candidate[] {
    const names = folder.is === 'closed' ? [...before.keys()].sort() : folder.files.map(({ file }) => file);
    return names.map((file) => {
      const versions = [this.#checked.get(file), before.get(file)].filter((one) => one !== undefined);
      const distinct = versions.filter((one, i) => versions.findIndex(({ hash }) => hash === one.hash) === i);
      return { file, versions: distinct.map((one) => forceOf(file, one)).filter((one) => one !== undefined) };
    });
  }

  #goodOf(
    { files }: FolderOnDisk,
    settled: Settled,
    before: ReadonlyMap<string, Checked>,
  ): ReadonlyMap<string, Checked> {
    const good = new Map<string, Checked>();
    for (const [file, inForce] of settled.inForce) {
      const versions = [this.#checked.get(file), before.get(file)];
      const checked = versions.find((one) => one?.compiled.part === inForce.part);
      if (checked !== undefined) good.set(file, checked);
    }
    // A file that is at odds with another now may be in force again later.
    for (const { file } of files) {
      const checked = before.get(file);
      if (checked !== undefined && !good.has(file)) good.set(file, checked);
    }
    return good;
  }

  #result(folder: FolderOnDisk, settled: Settled, changed: boolean): Loaded {
    const whole = settled.declaration.whole && folder.is === 'open';
    const unread = folder.files.flatMap((file) => ('fault' in file ? [file.fault] : []));
    const bad = folder.files.flatMap(({ file }) => this.#checked.get(file)?.compiled.errors ?? []);
    const { daemon, links } = settled.declaration;
    const never = folder.files.map(({ file }) => file).filter((file) => !settled.inForce.has(file));
    const wishes = { daemon, whole, size: links.length, text: textOfLinks(links) };
    return {
      declaration: new DeclarationInText(this.#generation, wishes),
      errors: inOrder([...folder.errors, ...unread, ...bad, ...settled.errors]),
      warnings: inOrder([...folder.warnings, ...settled.warnings]),
      unread: folder.is === 'open' ? never : [this.#directory],
      changed,
    };
  }
}

function digestOf({ is, files, errors, warnings }: FolderOnDisk): string {
  const list = files.map(({ file, hash }) => [file, hash]);
  return hashOf(JSON.stringify([is, list, errors, warnings]));
}

/** By file, line and column, as they are read. */
export function inOrder(complaints: readonly Complaint[]): readonly Complaint[] {
  return [...complaints].sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
