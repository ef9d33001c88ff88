import type { NamespaceName, ObjectId } from './address.ts';
import type { OnDrift } from './declaration.ts';
import type { Complaint } from './place.ts';
import type { PlannedStep } from './step.ts';
import type { Value } from './value.ts';

export type ObjectState = 'in-sync' | 'pending' | 'waiting' | 'refused' | 'drifted' | 'contested' | 'paused';

/** One declared object, as `vnetctl status` shows it. Times are milliseconds since the epoch. */
export interface ObjectStatus {
  readonly id: ObjectId;
  readonly namespace: NamespaceName;
  readonly kind: string;
  readonly state: ObjectState;
  readonly since: number;
  readonly reason: string | null;
  readonly drifts: number;
  readonly lastDrift: number | null;
}

/** Whether nothing is left to be done for it: as declared, or left alone on purpose. */
export function isGood({ state }: Pick<ObjectStatus, 'state'>): boolean {
  return state === 'in-sync' || state === 'paused';
}

export interface ConfigStatus {
  readonly generation: number;
  readonly errors: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

/** One managed attribute, as `vnetctl show` shows it; `entry` for an entry of a list. */
export interface ShownAttribute {
  readonly key: string;
  readonly wanted: Value;
  readonly found: Value;
  readonly agrees: boolean;
  readonly note: string | null;
}

/** Everything about one object: its attributes, and the links under and over it. */
export interface ObjectDetail {
  readonly status: ObjectStatus;
  readonly ifindex: number | null;
  /** Files that are the link’s, beside it: its device node. */
  readonly files: readonly string[];
  /** Whether vnetd made it, adopted it, or (a `device`) only keeps it. */
  readonly origin: 'made' | 'found' | null;
  readonly onDrift: OnDrift;
  readonly attributes: readonly ShownAttribute[];
  readonly under: readonly string[];
  readonly over: readonly string[];
  /** Of one end of a pair, the other; null where there is none to be seen. */
  readonly otherEnd: string | null;
  readonly plan: readonly PlannedStep[];
}
