import type { Value } from './value.ts';

/**
 * One difference between what is wanted and what is found.
 * Keys of nested attributes join with dots; a list entry is one change, its key the list's.
 */
export interface Change {
  readonly key: string;
  readonly wanted: Value;
  readonly found: Value;
  /** Where a link is that somebody took out of its namespace, as a declaration refers to it: `ns2/eth0`, `/eth0`. */
  readonly movedTo?: string;
}

/** A change as it is told outside: these facts, and no others somebody may hang on it one day. */
export function changeTold({
  key,
  wanted,
  found,
  movedTo,
}: Change): Readonly<Record<string, Value>> & Change {
  return { key, wanted, found, ...(movedTo !== undefined && { movedTo }) };
}

/** Who made a change, where the kernel's notice said so, or the log of Open vSwitch's database. */
export interface Requester {
  /** Null where only the command is known. */
  readonly pid: number | null;
  readonly command: string | null;
  readonly uid: number | null;
}
