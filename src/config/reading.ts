import { Misfit, nameOf, type Written, type WrittenMap } from '../model/written.ts';
import type { Remark, Source } from './source.ts';

/** A file being compiled, and what was found wrong with it so far. */
export interface Reading {
  readonly source: Source;
  readonly faults: Remark[];
}

export function fault(reading: Reading, at: number | Written, message: string, also?: number): undefined {
  const offset = typeof at === 'number' ? at : at.offset;
  reading.faults.push(also === undefined ? { at: offset, message } : { at: offset, message, also });
  return undefined;
}

/** What `read` makes of something written; a misfit becomes a fault and undefined. */
export function attempt<T>(reading: Reading, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return fault(reading, error.written, error.message);
  }
}

/** The map that has to stand here. */
export function mapWritten(
  reading: Reading,
  written: Written,
  key: string,
  expected: string,
): WrittenMap | undefined {
  if (written.is === 'map') return written;
  if (written.is === 'null') return fault(reading, written, nothingWritten(key, '{}'));
  return fault(reading, written, `\`${key}\` is ${expected}, not ${nameOf(written)}`);
}

/** The sentence for a key without a value: null is an error wherever it stands. */
export function nothingWritten(key: string, empty?: string): string {
  const instead =
    empty === undefined
      ? 'leave the line out if it is not to be managed'
      : `write \`${key}: ${empty}\`, or leave it out`;
  return `\`${key}\` has no value; ${instead}`;
}
