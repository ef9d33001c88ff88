import type { Happening } from '../model/event.ts';
import type { HistoryQuery } from './query.ts';
import type { Retention } from './retention.ts';
import { SqliteHistory } from './sqlite-history.ts';

export interface HistoryOptions {
  readonly path: string;
  readonly settings: Retention;
  /** Told in a sentence of each new trouble, once. */
  readonly onTrouble: (sentence: string) => void;
  /** Told in a sentence when it is over; else that goes to `onTrouble`. */
  readonly onRecovery?: (sentence: string) => void;
  readonly now?: () => number;
  /** How many happenings may wait in memory. */
  readonly mostWaiting?: number;
}

/** What vnetd remembers of what it saw and did. Nothing here throws, whatever becomes of the file. */
export interface History {
  /** Takes a happening to be written soon. */
  record(happening: Happening): void;
  /** Oldest first, the newest `limit`; what is not written yet is among them. */
  query(query: HistoryQuery): readonly Happening[];
  /** The last configuration's generation that was recorded, in this run or one before; 0 for none. */
  generation(): number;
  /** Keeps as much as is said from now on. */
  retain(settings: Retention): void;
  /** Tries to write all that waits, now. */
  flush(): void;
  /** What keeps history from being kept, for status, or null. */
  trouble(): string | null;
  /** Writes what waits, folds the log into the file and closes it. */
  close(): void;
}

/**
 * Opens the history's file, or makes it.
 *
 * What cannot be written waits in memory, and is tried again: a full disk, a lock and a missing or read-only folder
 * cost nothing but, at last, the oldest of what waits. A corrupt file is renamed and a new one begun. The file of a
 * later vnetd is left alone: `history.v1.db` beside it is used then.
 */
export function openHistory(options: HistoryOptions): History {
  return new SqliteHistory(options);
}
