import type { Complaint } from '../model/place.ts';
import { check } from './check.ts';
import { forceOf } from './checked.ts';
import { inOrder } from './loader.ts';
import {
  type FileOnDisk,
  type FolderOnDisk,
  readFileGiven,
  readFolder,
  readStandardInput,
} from './read-folder.ts';
import { type Candidate, settle } from './settle.ts';

/** What is wrong, or probably wrong, with some files. */
export interface Verdict {
  readonly errors: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

/** Checks a folder as the daemon would, without what it remembers of last good versions. */
export async function validateFolder(directory: string): Promise<Verdict> {
  return verdictOf(await readFolder(directory));
}

/** What stands for standard input among paths. */
export const standardInput = '-';

/** Checks files by path, all of them as one declaration; who may write them does not matter here. */
export async function validateFiles(paths: readonly string[]): Promise<Verdict> {
  const files: FileOnDisk[] = [];
  for (const path of paths)
    files.push(path === standardInput ? await readStandardInput() : await readFileGiven(path, path));
  return verdictOf({ is: 'open', files, errors: [], warnings: [] });
}

function verdictOf({ files, errors, warnings }: FolderOnDisk): Verdict {
  const found: Complaint[] = [...errors];
  const candidates: Candidate[] = [];
  for (const one of files) {
    if ('fault' in one) {
      found.push(one.fault);
      continue;
    }
    const checked = check(one.file, one.hash, one.text);
    found.push(...checked.compiled.errors);
    const inForce = forceOf(one.file, checked);
    candidates.push({ file: one.file, versions: inForce === undefined ? [] : [inForce] });
  }
  const settled = settle(candidates);
  return {
    errors: inOrder([...found, ...settled.errors]),
    warnings: inOrder([...warnings, ...settled.warnings]),
  };
}
