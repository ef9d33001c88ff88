import type { Sight } from '../inventory/found.ts';
import type { ObjectId } from '../model/address.ts';
import type { Change, Requester } from '../model/change.ts';
import type { WantedLink } from '../model/declaration.ts';
import { SparseMap } from '../model/sparse-map.ts';
import type { ObjectState, ObjectStatus } from '../model/status.ts';
import type { Value } from '../model/value.ts';
import type { LinkNumber } from '../netlink/native.ts';
import { needWords } from '../plan/hold.ts';
import { type Finding, type Hold, working } from '../plan/situation.ts';
import { heldBy, kindNamed, switchedList } from '../reconcilers/index.ts';
import type { Lack } from './abilities/lack.ts';
import type { Contest } from './contest.ts';

/** A drift that is not over. */
export interface OpenDrift {
  /** The world changed; or the declaration did, or was new to the link, which is no drift. */
  readonly cause: 'drift' | 'edit';
  readonly change: Change;
  /** When its notice was read, microseconds of the monotonic clock; null after a sweep. */
  readonly noticed: number | null;
  /** A step for it was sent, and whether that was disruptive; null while none was. */
  repaired: { readonly disruptive: boolean } | null;
}

/** The kernel said no: its words, and how everything stood. */
export interface Refusal {
  readonly reason: string;
  /** The same with all that is known of why, and of what would help. */
  readonly whole: string;
  readonly fingerprint: string;
  /** Whether the kernel lacks it. */
  readonly inability: boolean;
  /** Whether a module that is loaded later may change the answer: not where the kernel said yes and meant nothing by it. */
  readonly awaitsModule: boolean;
  /** What it lacks, where it knows no links of the kind at all. */
  readonly lack: Lack | null;
  /** It wants the link down for it (EBUSY on a rename): no refusal to speak of. */
  readonly busy: boolean;
}

/** What the keeper knows of one declared object, beside the world. */
export interface Held {
  wanted: WantedLink;
  sight: Sight;
  state: ObjectState;
  since: number;
  reason: string | null;
  drifts: number;
  lastDrift: number | null;
  readonly open: SparseMap<string, OpenDrift>;
  readonly refusals: SparseMap<string, Refusal>;
  readonly contests: SparseMap<string, Contest>;
  /** Steps the kernel took without the value coming to agree, by address. */
  readonly unheeded: SparseMap<string, number>;
  /** Being made for the first time or adopted: its event is still to come. */
  arriving: 'created' | 'adopted' | null;
  /** Its declaration was edited since it is held: what is new about it is told. */
  edited: boolean;
  /** What was changed on it for an edit or an adoption, until that is told. */
  fitted: Fitted;
  /** An operator asked for what is otherwise left. */
  forced: boolean;
  /** Our own disruptive step knocked it over: no drift. */
  bounced: boolean;
  /** The number of the link that Open vSwitch made for it, as last seen; 0 for none. */
  tap: number;
  /** Since when Open vSwitch says that it does not work. */
  amissSince: number | null;
  /** A drift seen but not told yet: on a link that is being deleted it turns out to be nothing. */
  untold: readonly Change[];
  /** When the first of these was seen. */
  untoldSince: number;
  /** The words of the last refusal told, by address: told once. */
  readonly toldWords: SparseMap<string, string>;
  /** The link that has reflexes for it. */
  armed: LinkNumber | undefined;
  /** Who changed a list last, until the look that finds the drift. */
  by: Requester | null;
}

/** Whether a difference is one of an object's rows in the OVSDB: also which parts a whole has. */
export function isKeptInRows({ wanted }: Pick<Held, 'wanted'>, key: string): boolean {
  const parts = kindNamed(wanted.kind)?.parts;
  return heldBy(wanted.kind, key) !== undefined || switchedList(key) !== undefined || key === parts?.list;
}

/** Whether an object is kept by Open vSwitch, and found in its database. */
export function isSwitched({ wanted }: Pick<Held, 'wanted'>): boolean {
  return kindNamed(wanted.kind)?.owner === 'ovsdb';
}

export interface Fitted {
  readonly changes: readonly Change[];
  readonly disruptive: boolean;
}

export const nothingFitted: Fitted = { changes: [], disruptive: false };

const nothingUntold: readonly Change[] = [];

export function newHeld(wanted: WantedLink, sight: Sight, now: number): Held {
  return {
    wanted,
    sight,
    state: 'pending',
    since: now,
    reason: null,
    drifts: 0,
    lastDrift: null,
    open: new SparseMap(),
    refusals: new SparseMap(),
    contests: new SparseMap(),
    unheeded: new SparseMap(),
    arriving: null,
    edited: false,
    fitted: nothingFitted,
    forced: false,
    bounced: false,
    tap: 0,
    amissSince: null,
    untold: nothingUntold,
    untoldSince: now,
    toldWords: new SparseMap(),
    armed: undefined,
    by: null,
  };
}

export function statusOf(id: ObjectId, held: Held): ObjectStatus {
  const { wanted, state, since, reason, drifts, lastDrift } = held;
  return { id, namespace: wanted.namespace, kind: wanted.kind, state, since, reason, drifts, lastDrift };
}

/**
 * The worst of what was found decides: refused before contested before drifted before waiting. What waits for the object
 * itself, by its own name, waits for what that waits for.
 */
export function stateFor(
  findings: readonly Finding[],
  name: string,
): {
  readonly state: ObjectState;
  readonly reason: string | null;
} {
  if (findings.length === 0) return inSync;
  for (const [why, state] of severity) {
    const all = findings.filter(({ hold }) => hold?.why === why);
    const others = all.filter(({ hold }) => hold?.why !== 'waiting' || hold.for !== name);
    const alike = others.length === 0 ? all : others;
    const [first] = alike;
    if (first?.hold == null) continue;
    // One thing is waited for once, whatever it is that waits.
    const reasons = new Set(alike.flatMap((one) => (one.hold === null ? [] : reasonFor(one, one.hold))));
    const more = reasons.size > 1 ? `; and ${reasons.size - 1} more` : '';
    return { state, reason: `${reasonFor(first, first.hold)}${more}` };
  }
  return { state: 'pending', reason: null };
}

const inSync = { state: 'in-sync', reason: null } as const;

const severity: readonly (readonly [Hold['why'], ObjectState])[] = [
  ['refused', 'refused'],
  ['contested', 'contested'],
  ['alert', 'drifted'],
  ['disruptive', 'drifted'],
  ['adoption', 'drifted'],
  ['waiting', 'waiting'],
];

function reasonFor({ change, need }: Finding, hold: Hold): string {
  switch (hold.why) {
    case 'busy':
      return differs(change);
    case 'waiting':
    case 'refused':
    case 'contested':
      return hold.reason;
    case 'alert':
      return `${differs(change)}; left as it is (on_drift: alert)`;
    case 'disruptive':
    case 'adoption':
      return `${differs(change)}; changing it needs the link ${needWords[need]}: \`vnetctl restore\` does it`;
    default:
      return hold satisfies never;
  }
}

export function differs({ key, wanted, found, movedTo }: Change): string {
  if (movedTo !== undefined) return `it was moved to ${movedTo}`;
  if (key === 'exists') return 'it is gone';
  if (key === working) return 'it has lost its link';
  if (wanted === null) return `${key} has ${show(found)}, which nobody declared`;
  if (found === null)
    return key === 'master' ? `master is none, wanted ${show(wanted)}` : `${key} lacks ${show(wanted)}`;
  return `${key} is ${show(found)}, wanted ${show(wanted)}`;
}

function show(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An address inside an object as a reader says it: a list entry is its list and its key. */
export function spoken(at: string): string {
  return at === working ? 'its link' : at.replace('/', ' ');
}
