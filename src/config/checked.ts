import { kinds, lists } from '../reconcilers/index.ts';
import { type CompiledFile, compileFile } from './compile-file.ts';
import type { FilePart } from './part.ts';
import { hashOf } from './read-folder.ts';
import { sourceOf } from './source.ts';
import type { FileInForce } from './world.ts';

/** How a checked file is kept; a record of another format is read again from its text. */
const FORMAT = 1;

/** A checked file as it is kept: what it said, and what that came to. */
export interface Checked {
  readonly hash: string;
  readonly text: string;
  readonly compiled: CompiledFile;
}

interface Record {
  readonly format: number;
  readonly tables: string;
  readonly hash: string;
  readonly text: string;
  readonly part: FilePart;
}

export function check(file: string, hash: string, text: string): Checked {
  return { hash, text, compiled: compileFile(sourceOf(file, text)) };
}

/** A good file as text to keep; undefined for one with errors. */
export function recordOf({ hash, text, compiled: { part } }: Checked, tables: string): string | undefined {
  if (part === null) return undefined;
  return JSON.stringify({ format: FORMAT, tables, hash, text, part } satisfies Record);
}

/** What a kept text holds; checked anew if it was checked against other tables; undefined if it is no record. */
export function checkedOf(file: string, record: string, tables: string): Checked | undefined {
  try {
    const kept = JSON.parse(record) as Partial<Record>;
    if (typeof kept.text !== 'string' || typeof kept.hash !== 'string') return undefined;
    if (kept.format !== FORMAT || kept.tables !== tables || kept.part === undefined)
      return check(file, kept.hash, kept.text);
    return { hash: kept.hash, text: kept.text, compiled: { part: kept.part, errors: [] } };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A checked file as one that may be in force, or undefined when it has errors. */
export function forceOf(file: string, { text, compiled: { part } }: Checked): FileInForce | undefined {
  return part === null ? undefined : { source: sourceOf(file, text), part };
}

/** A text that changes when the tables do: what was checked against other tables has to be checked again. */
export function tablesDigest(): string {
  return hashOf(JSON.stringify({ kinds, lists }));
}
