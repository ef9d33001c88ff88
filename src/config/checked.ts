import { kinds, lists } from '../reconcilers/index.ts';
import type { CompiledFile } from './compile-file.ts';
import type { FilePart } from './part.ts';
import { hashOf } from './read-folder.ts';
import { sourceOf } from './source.ts';
import type { FileInForce } from './world.ts';

/** How a checked file is kept; a record of another format is read again from its text. */
const FORMAT = 2;

/** A checked file as it is kept: what it said, and what that came to. */
export interface Checked {
  readonly hash: string;
  readonly text: string;
  readonly compiled: CompiledFile;
}

/** A file whose check does not count any more. */
export interface Stale {
  readonly hash: string;
  readonly text: string;
  readonly compiled?: never;
}

interface Record {
  readonly format: number;
  readonly tables: string;
  readonly hash: string;
  readonly text: string;
  readonly part: FilePart;
}

/** A good file as text to keep; undefined for one with errors. */
export function recordOf({ hash, text, compiled: { part } }: Checked, tables: string): string | undefined {
  if (part === null) return undefined;
  return JSON.stringify({ format: FORMAT, tables, hash, text, part } satisfies Record);
}

/** What a kept text holds: a checked file, or one that was checked against other tables; undefined if it is no record. */
export function keptIn(record: string, tables: string): Checked | Stale | undefined {
  try {
    const { format, tables: of, hash, text, part } = JSON.parse(record) as Partial<Record>;
    if (typeof text !== 'string' || typeof hash !== 'string') return undefined;
    if (format !== FORMAT || of !== tables || part === undefined) return { hash, text };
    return { hash, text, compiled: { part, errors: [] } };
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
