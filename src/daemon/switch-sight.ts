import {
  foundSwitched,
  numberOf,
  ownLink,
  type Presence,
  presenceOf,
  switchedFingerprint,
} from '../inventory/found-switched.ts';
import type { InventoryLink } from '../inventory/links.ts';
import {
  isInternal,
  isMadeBy,
  isMadeByAny,
  kernelDatapathOf,
  type SwitchedWorld,
} from '../inventory/switched-condition.ts';
import { freeingOfSwitch, portsInTheWay } from '../inventory/switched-obstacles.ts';
import type { Switches, SwitchRow } from '../inventory/switches.ts';
import type { View } from '../inventory/view.ts';
import { asObjectId, type ObjectId, objectId, parseObjectId, partId, wholeOf } from '../model/address.ts';
import type { Requester } from '../model/change.ts';
import type { Outcome, Step } from '../model/step.ts';
import { numberAt } from '../ovsdb/row.ts';
import { type DatabaseLog, lastCommentOn, logsBeside } from '../owners/ovsdb-log.ts';
import type { Performed } from '../owners/performer.ts';
import { entryAt, type FoundLink, type SwitchedSurroundings } from '../plan/situation.ts';
import { heldBy, kindNamed, switchedList } from '../reconcilers/index.ts';
import { type Held, isKeptInRows } from './held.ts';
import type { Objects } from './objects.ts';
import type { Owned } from './ownership.ts';

const LONGEST_COMMAND = 256;

interface Surroundings {
  readonly objects: Objects;
  /** Of the database that is followed now. */
  switches(): Switches;
  view(): View;
  /** Where that database listens. */
  socket(): string;
  isKnown(): boolean;
  /** How ovs-vswitchd does, as far as is known. */
  vswitchd(): SwitchedWorld['vswitchd'];
  /** Whether a bridge that is not there is about to be made, when it is looked at. */
  isComing(id: ObjectId, held: Held): boolean;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
}

/** What packets come through before and after an object. */
export interface Layers {
  readonly over: readonly ObjectId[];
  readonly under: readonly ObjectId[];
  readonly otherEnd: ObjectId | null;
}

/** How an object of Open vSwitch is found: not known before the database was read. */
export type Sighting =
  | { readonly is: 'unknown'; readonly why: string }
  | { readonly is: 'absent' }
  | { readonly is: 'found'; readonly found: FoundLink };

/** How objects of Open vSwitch are found in its database and in the kernel, and what is around them. */
export class SwitchSight {
  readonly #around: Surroundings;
  /** Read once for all that is asked in one turn of the event loop. */
  #logs: readonly DatabaseLog[] | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  find({ wanted, sight, tap }: Held): Sighting {
    if (this.#around.switches().root === undefined) return { is: 'unknown', why: 'waiting for Open vSwitch' };
    const found = foundSwitched(this.#world, wanted, sight, tap);
    return found === undefined ? { is: 'absent' } : { is: 'found', found };
  }

  presence({ wanted, tap }: Held): Presence | undefined {
    return presenceOf(this.#world, wanted, tap);
  }

  /** The kernel's link of an object that has one of its own. */
  linkOf({ wanted, tap }: Held): InventoryLink | undefined {
    const face = this.#around.switches().interface(wanted.name);
    return ownLink(this.#around.view(), wanted, face?.row, tap);
  }

  /** Remembers the link of an object by the number that Open vSwitch says it has, to know it under any name. */
  saw(held: Held, { ifindex, name }: InventoryLink): void {
    const row = this.#around.switches().interface(name)?.row ?? {};
    if (name !== held.wanted.name || !isInternal(row)) return;
    if (numberAt(row, 'ifindex') === ifindex) held.tap = ifindex;
  }

  /** Who changed an object last, as the database's own file tells it: its commands say who they are, and no more. */
  authorOf({ wanted, untold, by }: Held): Requester | null {
    if (!untold.some(({ key }) => key === 'exists' || isKeptInRows({ wanted }, key))) return by;
    if (this.#logs === undefined)
      this.#around.soon(() => {
        this.#logs = undefined;
      });
    this.#logs ??= logsBeside(this.#around.socket());
    const comment = lastCommentOn(this.#around.switches().uuidsOf(wanted.name), this.#logs);
    // ovs-vsctl(8) says by whom it was called, and then what with.
    const command = comment?.replace(/^[^ ]+ \(invoked by [^)]*\): /, '').slice(0, LONGEST_COMMAND);
    return command === undefined || command === '' ? null : { pid: null, uid: null, command };
  }

  fingerprint({ wanted, sight, tap }: Held): string {
    return switchedFingerprint(this.#world, wanted, sight, tap);
  }

  surroundings(): SwitchedSurroundings {
    const { objects, isComing } = this.#around;
    return {
      hasLink: (name) => this.#around.view().inventory.named(name) !== undefined,
      isDeclared: (name) => objects.get(objectId(null, name)) !== undefined,
      bridge: (name) => {
        if (this.#around.switches().bridge(name) !== undefined) return 'there';
        const id = objectId(null, name);
        const held = objects.get(id);
        return held !== undefined && isComing(id, held) ? 'about to be made' : 'absent';
      },
      hasPort: (bridge, name) => this.#around.switches().port(name)?.bridge === bridge,
      entry: (bridge, list, name) => this.#entryStands(bridge, list, name),
      words: (column) => this.#around.switches().words(column),
    };
  }

  /** Whether a port's entry is there, or goes in with the transaction it is set by. */
  #entryStands(bridge: string, list: string, name: string): 'there' | 'about to be made' | 'absent' {
    const table = switchedList(list);
    if (table !== undefined && this.#around.switches().entry(table, bridge, name) !== undefined)
      return 'there';
    const id = objectId(null, bridge);
    const held = this.#around.objects.get(id);
    const isDeclared = held?.wanted.lists[list]?.entries.some(({ key }) => key === name) === true;
    if (held === undefined || !isDeclared || held.refusals.has(entryAt(list, name))) return 'absent';
    return this.#around.isComing(id, held) ? 'about to be made' : 'absent';
  }

  /** A refusal of the database, which names rows by their uuids: who has what was asked for, where that is known. */
  explained({ wanted }: Held, performed: Performed): Performed {
    const { step, outcome, fields } = performed;
    if (step.do !== 'create' && step.do !== 'set') return performed;
    const members = Object.entries(wanted.fields).find(([key]) => isOfInterfaces(wanted.kind, key));
    if (step.do === 'set' && (members === undefined || !(members[0] in step.fields))) return performed;
    const names = (members?.[1] as readonly string[] | undefined) ?? [wanted.name];
    const words = portsInTheWay(this.#around.switches(), wanted, names).join('; ');
    const explain = (one: Outcome) => (words !== '' && one.is === 'refused' ? { ...one, words } : one);
    if (fields === undefined) return { step, outcome: explain(outcome) };
    const each = Object.entries(fields).map(
      ([key, one]) => [key, isOfInterfaces(wanted.kind, key) ? explain(one) : one] as const,
    );
    return { step, outcome, fields: Object.fromEntries(each) };
  }

  /** What stands over and under an object of Open vSwitch, and the other end of a patch cable. */
  layers(id: ObjectId, { wanted }: Held): Layers {
    const whole = wholeOf(id);
    if (whole === undefined) {
      const ports = this.#around.switches().portsOf(wanted.name);
      return { over: [], under: ports.map((port) => partId(wanted.name, port)), otherEnd: null };
    }
    const { peer } = wanted.fields;
    const bridge = typeof peer === 'string' ? this.#around.switches().port(peer)?.bridge : undefined;
    const members = Object.entries(wanted.fields).find(([key]) => isOfInterfaces(wanted.kind, key));
    const links = (members?.[1] as readonly string[] | undefined) ?? kindNamed(wanted.kind)?.needs?.(wanted);
    return {
      over: [objectId(null, whole)],
      under: (links ?? []).map((name) => objectId(null, name)),
      otherEnd: bridge === undefined ? null : partId(bridge, String(peer)),
    };
  }

  /** The command that takes away what has a name of the host's, where that is something of Open vSwitch. */
  freeing(name: string): string | undefined {
    return freeingOfSwitch(this.#around.switches(), this.#around.view(), name);
  }

  /** Whether a link of the host's is one that the kernel's datapath made, and nobody else can take away. */
  isInKernel(name: string): boolean {
    const link = this.#around.view().inventory.named(name);
    return link !== undefined && isMadeBy(link, 'system');
  }

  /** Whether a link of the host's is a port's that is on its way out: vnetd's, which nobody declares, or one whose rows went. */
  isLeaving(name: string): boolean {
    const { objects, vswitchd } = this.#around;
    const switches = this.#around.switches();
    const link = this.#around.view().inventory.named(name);
    if (link === undefined || !isMadeByAny(link)) return false;
    const port = switches.port(name);
    if (port === undefined)
      return vswitchd() !== 'is gone' && switches.configured.current < switches.configured.next;
    return switches.isMarkedAs(name, port.row) && objects.get(partId(port.bridge ?? '', name)) === undefined;
  }

  /** How the kernel's datapath stands that an object is in. */
  kernelDatapathOf(id: ObjectId): 'there' | 'missing' | undefined {
    return kernelDatapathOf(this.#around.switches(), wholeOf(id) ?? parseObjectId(id).name);
  }

  /** Whether what an id stands for is there, whoever made it. */
  isThere(id: ObjectId): boolean {
    return this.#rowOf(id) !== undefined;
  }

  /** The number of the tap that ovs-vswitchd says it made for a bridge's own port or an internal one. */
  tapOf(id: ObjectId): number | undefined {
    const row = this.#around.switches().interface(parseObjectId(id).name)?.row ?? {};
    const number = isInternal(row) ? numberAt(row, 'ifindex') : undefined;
    return number !== undefined && this.hasTap(id, number) ? number : undefined;
  }

  hasTap(id: ObjectId, ifindex: number): boolean {
    const link = this.#around.view().inventory.named(parseObjectId(id).name);
    return link?.ifindex === ifindex && isMadeBy(link, 'netdev');
  }

  /** Whose it is that an id stands for; undefined while nothing is there. */
  thing(id: ObjectId): Owned | undefined {
    const found = this.#rowOf(id);
    if (found === undefined) return undefined;
    const isMarked = this.#around.switches().isMarkedAs(parseObjectId(id).name, found.row);
    return { ifindex: numberOf(found.uuid), isMarked };
  }

  /** The ports of a bridge, whoever put them there; none of a port. */
  portsIn(id: ObjectId): readonly ObjectId[] {
    if (wholeOf(id) !== undefined) return [];
    return this.#around
      .switches()
      .portsOf(parseObjectId(id).name)
      .map((port) => partId(id, port));
  }

  #rowOf(id: ObjectId): SwitchRow | undefined {
    const { name } = parseObjectId(id);
    const whole = wholeOf(id);
    if (whole === undefined) return this.#around.switches().bridge(name);
    const port = this.#around.switches().port(name);
    return port?.bridge === whole ? port : undefined;
  }

  /** Objects that vnetd made, by its mark on them, and bridges it made entries for. */
  *marked(): Generator<ObjectId> {
    if (!this.#around.isKnown()) return;
    for (const id of this.#around.switches().marked()) yield asObjectId(id);
    for (const { bridge } of this.#around.switches().entries.marked()) yield objectId(null, bridge);
  }

  /** The steps that take away the entries vnetd put in a bridge. */
  entriesAway(id: ObjectId): readonly Step[] {
    const entries = wholeOf(id) === undefined ? [...this.#around.switches().entries.marked()] : [];
    return entries.flatMap(({ bridge, list, entry }): readonly Step[] =>
      bridge === id ? [{ do: 'remove', id, list, entry, fields: {} }] : [],
    );
  }

  get #world(): SwitchedWorld {
    const { switches, view, vswitchd } = this.#around;
    return { switches: switches(), view: view(), vswitchd: vswitchd() };
  }
}

function isOfInterfaces(kind: string, key: string): boolean {
  return heldBy(kind, key) === 'interfaces';
}
