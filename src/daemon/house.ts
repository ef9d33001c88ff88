import type { HistoryQuery } from '../history/query.ts';
import type { ObjectId } from '../model/address.ts';
import type { Happening } from '../model/event.ts';
import type { ConfigStatus, ObjectDetail, ObjectStatus } from '../model/status.ts';
import type { PlannedStep } from '../model/step.ts';
import type { Ability } from './messages.ts';

/** The whole status, as `vnetctl status` shows it. */
export interface HouseStatus {
  readonly version: string;
  readonly health: 'ok' | 'degraded';
  /** Why it is degraded beside what the objects say: `kernel busy`, history not kept, folder not watched. */
  readonly notes: readonly string[];
  readonly config: ConfigStatus;
  readonly objects: readonly ObjectStatus[];
  /** What vnetd has to do with though no file declares it: left as it is while one that has errors may. */
  readonly undeclared: readonly ObjectId[];
}

/** What the control socket may see and ask of the running daemon. */
export interface House {
  status(): HouseStatus;
  detail(id: ObjectId): Promise<ObjectDetail | null>;
  /** What would be done now, in order; null asks for every object. */
  plan(ids: readonly ObjectId[] | null): Promise<readonly PlannedStep[]>;
  /** Does what was left because it is disruptive or `alert`; the object's state afterwards, null for an unknown id. */
  restore(id: ObjectId): Promise<ObjectStatus | null>;
  /** Reads the folder again; answers when all that is new in it was looked at once. */
  reload(): Promise<ConfigStatus>;
  /** Oldest first. */
  history(query: HistoryQuery): readonly Happening[];
  doctor(): Promise<readonly Ability[]>;
  /** Told of each happening, and of each batch of changed states, until the signal aborts. */
  watch(listener: Watcher, signal: AbortSignal): void;
}

export interface Watcher {
  happened?(happening: Happening): void;
  changed?(): void;
}
