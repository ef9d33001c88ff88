import type { Value } from './value.ts';

/**
 * One difference between what is wanted and what is found.
 * Keys of nested attributes join with dots; a list entry is one change, its key the list's.
 */
export interface Change {
  readonly key: string;
  readonly wanted: Value;
  readonly found: Value;
}

/** Who made a change, where the kernel's notice said so. */
export interface Requester {
  readonly pid: number;
  readonly command: string | null;
  readonly uid: number | null;
}
