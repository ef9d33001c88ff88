import type { Checked } from './checked.ts';
import { compileFile } from './compile-file.ts';
import { sourceOf } from './source.ts';

/** Checks one file by itself. Loads all of YAML: whoever finds nothing to check does not need it. */
export function check(file: string, hash: string, text: string): Checked {
  return { hash, text, compiled: compileFile(sourceOf(file, text)) };
}
