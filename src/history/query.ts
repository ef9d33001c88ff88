import type { ObjectId } from '../model/address.ts';
import type { Happening } from '../model/event.ts';

/** Which part of history is asked for. Times are milliseconds since the epoch, both ends included. */
export interface HistoryQuery {
  readonly id?: ObjectId;
  readonly since?: number;
  readonly until?: number;
  /** At most so many, the newest ones; 0 for all. */
  readonly limit: number;
}

/** Whether a happening is part of what is asked for, the limit apart. */
export function isAskedFor(query: HistoryQuery, happening: Happening): boolean {
  return (
    (query.id === undefined || happening.id === query.id) &&
    (query.since === undefined || happening.at >= query.since) &&
    (query.until === undefined || happening.at <= query.until)
  );
}

/** The newest `limit` of a list that is in order; all of it for 0. */
export function newest<T>(list: readonly T[], limit: number): readonly T[] {
  return limit === 0 || list.length <= limit ? list : list.slice(-limit);
}
