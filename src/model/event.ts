import type { ObjectId } from './address.ts';
import type { Change, Requester } from './change.ts';

/** What history remembers, the journal says and `vnetctl watch` shows. */
export type EventName =
  | 'created'
  | 'adopted'
  | 'drift'
  | 'restored'
  | 'applied'
  | 'refused'
  | 'contested'
  | 'removed'
  | 'released'
  | 'config'
  | 'resync';

/** One line of history. Times are milliseconds since the epoch, shown as ISO 8601. */
export interface Happening {
  readonly at: number;
  /** Null for `config` and `resync`. */
  readonly id: ObjectId | null;
  readonly event: EventName;
  readonly kind?: string;
  readonly changes?: readonly Change[];
  /** For `drift`: who did it, null where the notice does not say. */
  readonly by?: Requester | null;
  /** For `restored`: microseconds from reading the notice to the notice of the repair, null after a sweep's find. */
  readonly micros?: number | null;
  readonly disruptive?: boolean;
  /** A sentence, with the kernel's own words in it where it spoke. */
  readonly message?: string;
  /** For `config`: the generation that came into force. */
  readonly generation?: number;
}
