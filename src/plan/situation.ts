import { createHash } from 'node:crypto';
import type { LinkName, ObjectId } from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { OnDrift } from '../model/declaration.ts';
import type { AttachPhase, PlannedStep } from '../model/step.ts';
import { canonical, type Value, type Values } from '../model/value.ts';
import type { ChangeNeed } from '../reconcilers/kind.ts';
import type { FoundEntry } from '../reconcilers/list.ts';

/** A link as found, in the terms of its declaration: only what is declared of it was decoded. */
export interface FoundLink {
  readonly ifindex: number;
  readonly name: string;
  /** The kernel's kind (IFLA_INFO_KIND); null for links that have none, such as most cards. */
  readonly kind: string | null;
  readonly masterKind: string | null;
  readonly mac: string;
  /** Managed fields and `state`; a field the kernel does not report is absent. */
  readonly values: Values;
  readonly members: readonly LinkName[];
  /** What keeps it from working though it is there. */
  readonly condition?: Condition | undefined;
  /** Whether links are behind it that may go without it, and are there. */
  readonly hasLinks?: boolean;
  /** What has to be there before anything can be said of a key of it; undefined where that is so. */
  awaits?(key: string): string | undefined;
  /** By list; absent where the list's source says nothing of this link. */
  list(name: string): ReadonlyMap<string, FoundEntry> | undefined;
}

/** Why something that is there does not work: in the words of who said no, or what it waits for. */
export type Condition =
  | { readonly is: 'refused'; readonly words: string }
  /** `to`: what that has to come to, if not just to be there; `gone`: it may have been there, and left. */
  | { readonly is: 'waiting'; readonly for: string; readonly to?: string; readonly gone?: true }
  /** It goes on with a link that is no more, its own or one of others; how far it is with another. */
  | {
      readonly is: 'detached';
      readonly link: string;
      readonly isOwn: boolean;
      readonly phase: AttachPhase;
    };

/** The address under which it is remembered that an object worked. */
export const working = 'works';

/** What is remembered of an object since boot. */
export interface Memory {
  readonly origin: 'made' | 'found' | null;
  /** The MAC last seen on a link that may have to be made again, and the number it had. */
  readonly mac: string | null;
  readonly ifindex: number | null;
  /** The number the other end of a pair had. */
  readonly otherEnd: number | null;
  /** What was brought into force, by address inside the object (`mtu`, `addresses/10.0.0.1/24`). */
  readonly inForce: ReadonlyMap<string, InForce>;
}

/** How a declared value stands: `found` it agreed before we did anything, `sent` by us but not seen yet, `put` by us, `left` for the operator at adoption. */
export interface InForce {
  readonly digest: string;
  readonly how: 'found' | 'sent' | 'put' | 'left';
}

/** Whether vnetd put it there, as far as is known. */
export function isOurs(how: InForce['how'] | undefined): boolean {
  return how === 'put' || how === 'sent';
}

/** Why a difference is not acted on now. */
export type Hold =
  | { readonly why: 'waiting'; readonly for: string; readonly reason: string }
  | { readonly why: 'alert' }
  | { readonly why: 'disruptive'; readonly need: ChangeNeed }
  | { readonly why: 'adoption'; readonly need: ChangeNeed }
  | { readonly why: 'refused'; readonly reason: string }
  /** The kernel wants the link down for it, which it does not on other versions. */
  | { readonly why: 'busy' }
  | { readonly why: 'contested'; readonly reason: string };

export interface Policy {
  readonly onDrift: OnDrift;
  readonly disruptive: 'restore' | 'alert';
  /** An operator asked for it (`vnetctl restore`): nothing is held back for being disruptive or `alert`. */
  readonly forced: boolean;
  /** What was refused or is contested, by address inside the object. */
  readonly holds: ReadonlyMap<string, Hold>;
}

/** Where a link is that is not in its own namespace: in another one that is looked into, out of sight with its other end left behind, or needed where it is. */
export type Elsewhere =
  | { readonly is: 'there'; readonly id: ObjectId }
  | { readonly is: 'lost'; readonly otherEnd: ObjectId }
  | { readonly is: 'in-use'; readonly id: ObjectId; readonly use: string };

/** What may be asked of the rest of the world. */
export interface World {
  /** The kernel's kind of the link a reference names; null for one without, undefined while there is no such link. */
  kindOf(reference: string): string | null | undefined;
  /** The name a declared link goes by just now, when somebody renamed it. */
  misnamed(reference: string): string | undefined;
  /** Who has a name that a renamed link is to get back: nobody, another link of vnetd's that lost its own name, or a stranger. */
  holderOf(name: string): { readonly ifindex: number } | 'another' | undefined;
  /** A reference to a link of the namespace that the outer packets of this one go through. */
  underneath(name: string): string;
  /** Whether another object declares an entry of a list of that namespace too. */
  isDeclaredElsewhere(list: string, entry: string): boolean;
  /** The command that takes away what has a name, where another owner than the kernel has it. */
  freeing?(name: string): string | undefined;
  /** Where the link is that is missing here, if that is known. */
  whereabouts(): Elsewhere | undefined;
  /** Of an object that Open vSwitch keeps. */
  readonly switched?: SwitchedSurroundings;
}

/** What may be asked of Open vSwitch. */
export interface SwitchedSurroundings {
  /** Whether there is a link of this name. */
  hasLink(name: string): boolean;
  /** Whether what becomes of a link of this name is told with the link itself. */
  isDeclared(name: string): boolean;
  /** How the bridge stands that a port is to be in. */
  bridge(name: string): 'there' | 'about to be made' | 'absent';
  /** Whether a bridge has a port of this name. */
  hasPort(bridge: string, name: string): boolean;
  /** How an entry of a list of a bridge stands. */
  entry(bridge: string, list: string, name: string): 'there' | 'about to be made' | 'absent';
  /** The words this Open vSwitch has in a column that lists what it can do; none while that is not known. */
  words(column: string): readonly string[];
}

/** One difference, and what is to be done about it. */
export interface Finding {
  /** Its address inside the object. */
  readonly at: string;
  readonly change: Change;
  readonly need: ChangeNeed;
  /** It was in force before: the world changed, not the declaration. */
  readonly drift: boolean;
  readonly hold: Hold | null;
  /** It is what a repair goes through: neither another drift nor a repair that did not hold. */
  readonly midway?: true;
}

export interface Judgement {
  /** Nothing is known of the object just now: what was found before is neither over nor new. */
  readonly unknown?: string;
  readonly findings: readonly Finding[];
  /** What to do now, in order; and, marked, what is left undone. */
  readonly steps: readonly PlannedStep[];
  /** Declared values that agree and were not in force before, by address inside the object. */
  readonly agreed: readonly { readonly at: string; readonly digest: string }[];
}

/** The address of a list's entry inside its object. */
export function entryAt(list: string, key: string): string {
  return `${list}/${key}`;
}

/** Nothing differs, nothing is to be done. */
export const inStep: Judgement = { findings: [], steps: [], agreed: [] };

/** The key under which it is remembered that a list is complete. */
export const everything = '*';

/** The key under which it is remembered that a link was brought here from another namespace. */
export const fetched = '@';

/** A short text equal for equal values, to remember what was in force without keeping it. */
export function digestOf(value: Value): string {
  const text = canonical(value);
  return text.length <= 32 ? text : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
