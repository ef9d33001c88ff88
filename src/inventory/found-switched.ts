import { decodeRow } from '../derive/codec.ts';
import type { LinkName } from '../model/address.ts';
import { linkName, parseObjectId } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import { canonical, type Value, type Values } from '../model/value.ts';
import { numberAt, type Row, textAt } from '../ovsdb/row.ts';
import type { Uuid } from '../ovsdb/values.ts';
import type { Condition, FoundLink } from '../plan/situation.ts';
import { kindNamed, rowOf, switchedList, switchedLists } from '../reconcilers/index.ts';
import type { FoundEntry } from '../reconcilers/list.ts';
import { entriesOf, type Sight } from './found.ts';
import type { InventoryLink } from './links.ts';
import {
  conditionOf,
  hasItsLinks,
  isFailed,
  isInternal,
  isMadeByAny,
  type SwitchedWorld,
} from './switched-condition.ts';
import type { RowsOf, Switches } from './switches.ts';
import type { View } from './view.ts';

/** An object of Open vSwitch that is there: its rows, and the number it is remembered by. */
export interface Presence {
  /** Made of the row’s name for ever: another row is another object. Below 0, where no link has its number. */
  readonly ifindex: number;
  readonly mac: string;
  readonly lower: number;
  /** The number of its own link, which may go before the rows are told to have gone; 0 for none. */
  readonly link: number;
  /** Whether vnetd made it, by the mark on it. */
  readonly isMarked: boolean;
}

interface Found {
  readonly uuid: Uuid;
  readonly rows: RowsOf;
  readonly bridge: string | undefined;
  /** The interface of a port, or of the bridge's own; of a bond one of several. */
  readonly face: Row | undefined;
  readonly faces: readonly Row[];
}

/** Where an object is in the database; undefined while it is not there. */
function rowsFor(switches: Switches, { kind, name }: Pick<WantedLink, 'kind' | 'name'>): Found | undefined {
  if (kindNamed(kind)?.parts !== undefined) {
    const bridge = switches.bridge(name);
    if (bridge === undefined) return undefined;
    const face = switches.interface(name)?.row;
    const rows = { Bridge: bridge.row, ...(face === undefined ? {} : { Interface: face }) };
    return { uuid: bridge.uuid, rows, bridge: name, face, faces: face === undefined ? [] : [face] };
  }
  const port = switches.port(name);
  if (port === undefined) return undefined;
  const face = (port.interfaces.find(({ row }) => textAt(row, 'name') === name) ?? port.interfaces[0])?.row;
  const rows = { Port: port.row, ...(face === undefined ? {} : { Interface: face }) };
  return { uuid: port.uuid, rows, bridge: port.bridge, face, faces: port.interfaces.map(({ row }) => row) };
}

export function presenceOf(
  { switches, view }: SwitchedWorld,
  wanted: Pick<WantedLink, 'kind' | 'name' | 'fields'>,
  last: number,
): Presence | undefined {
  const found = rowsFor(switches, wanted);
  if (found === undefined) return undefined;
  const link = ownLink(view, wanted, found.face, last);
  const isMarked = switches.isMarkedAs(wanted.name, found.rows.Bridge ?? found.rows.Port);
  return {
    ifindex: numberOf(found.uuid),
    mac: link?.mac ?? '',
    lower: 0,
    link: link?.ifindex ?? 0,
    isMarked,
  };
}

/**
 * The link that Open vSwitch made for an object, whatever it is named just now; undefined where it has none, or not yet.
 * The one seen `last` is it as long as it lives: ovs-vswitchd goes on with it, but asks for its number by its name,
 * which may be another’s by now.
 */
export function ownLink(
  { inventory }: View,
  { kind, name, fields }: Pick<WantedLink, 'kind' | 'name' | 'fields'>,
  face: Row | undefined,
  last: number,
): InventoryLink | undefined {
  if (kindNamed(kind)?.hasLink?.(fields) === false || face === undefined) return undefined;
  const made = (number: number) => {
    const link = inventory.link(number);
    return link !== undefined && isMadeByAny(link) ? link : undefined;
  };
  const known = made(last);
  if (known !== undefined && known.name !== name) return known;
  if (isFailed(face)) return undefined;
  if (known !== undefined) return known;
  const link = inventory.named(name);
  const number = numberAt(face, 'ifindex') ?? 0;
  // Right after ovsdb-server was restarted nothing is said of it yet.
  if (number === 0 || number === link?.ifindex) return link;
  return isInternal(face) ? made(number) : undefined;
}

/** An object of Open vSwitch as its declaration sees it: what its rows say, and the link behind them. */
export function foundSwitched(
  world: SwitchedWorld,
  wanted: WantedLink,
  sight: Sight,
  last: number,
): FoundLink | undefined {
  const found = rowsFor(world.switches, wanted);
  return found === undefined ? undefined : new SwitchedLink(world, wanted, found, sight, last);
}

class SwitchedLink implements FoundLink {
  readonly ifindex: number;
  readonly name: string;
  readonly kind = null;
  readonly masterKind = null;
  readonly mac: string;
  readonly values: Values;
  readonly condition: Condition | undefined;
  readonly hasLinks: boolean;
  /** Its interface is not as declared for a moment. */
  readonly #isLetGo: boolean;
  readonly #world: SwitchedWorld;
  readonly #kind: string;
  /** Asked only where strangers are not let be: there may be a thousand. */
  #members: readonly LinkName[] | undefined;
  readonly #link: InventoryLink | undefined;

  constructor(world: SwitchedWorld, wanted: WantedLink, found: Found, { rows }: Sight, last: number) {
    const { switches, view } = world;
    this.#world = world;
    this.#kind = wanted.kind;
    this.#link = ownLink(view, wanted, found.face, last);
    this.ifindex = numberOf(found.uuid);
    this.name = this.#link?.name ?? wanted.name;
    this.mac = this.#link?.mac ?? '';
    const values: Record<string, Value> = {};
    for (const [key, row] of rows) {
      const value =
        row.place.at === 'ovsdb'
          ? switches.read(row.place, found.rows, found.bridge)
          : this.#link === undefined
            ? undefined
            : decodeRow(row, this.#link.message, view.names);
      if (value !== undefined) values[key] = value;
    }
    this.values = values;
    const standing = { ...world, ...found, wanted };
    this.condition = conditionOf(standing);
    this.hasLinks = hasItsLinks(standing);
    const { condition } = this;
    this.#isLetGo = condition?.is === 'detached' && condition.phase === 'take in';
  }

  get members(): readonly LinkName[] {
    const isBridge = kindNamed(this.#kind)?.parts !== undefined;
    this.#members ??= isBridge ? this.#world.switches.portsOf(this.name).map(linkName) : [];
    return this.#members;
  }

  /** Nothing can be said of the keys of a link while Open vSwitch has not made it, nor of an interface that is let go. */
  awaits(key: string): string | undefined {
    const place = rowOf(this.#kind, key)?.place;
    if (place?.at === 'ovsdb') return this.#isLetGo && place.table === 'Interface' ? this.name : undefined;
    return switchedList(key) === undefined && this.#link === undefined ? this.name : undefined;
  }

  list(name: string): ReadonlyMap<string, FoundEntry> | undefined {
    const table = switchedList(name);
    if (table !== undefined) return this.#world.switches.entriesOf(table, this.name);
    return this.#link === undefined ? undefined : entriesOf(this.#world.view, name, this.#link);
  }
}

/** All that a refusal may hang on as one text: the object's rows, its link, and what it refers to. */
export function switchedFingerprint(
  { switches, view }: SwitchedWorld,
  wanted: WantedLink,
  { mentions }: Sight,
  last: number,
): string {
  const found = rowsFor(switches, wanted);
  const rows = found === undefined ? [] : [...Object.values(found.rows), ...found.faces].map(rowText);
  const names = [wanted.name, ...(kindNamed(wanted.kind)?.needs?.(wanted) ?? [])];
  const own = ownLink(view, wanted, found?.face, last)?.name ?? null;
  const links = names.map((name) => view.inventory.named(name)?.ifindex ?? 0);
  const others = mentions.map((id) => {
    const { name } = parseObjectId(id);
    return `${switches.bridge(name)?.uuid} ${switches.interface(name)?.uuid}`;
  });
  const able = [switches.words('datapath_types'), switches.words('iface_types')];
  const entries = switchedLists.flatMap((list) =>
    Array.from(switches.entriesOf(list, found?.bridge ?? ''), ([, { key, fields }]) => [key, fields]),
  );
  return canonical([
    ...[found?.uuid ?? null, found?.bridge ?? null, own, ...rows, ...links, ...others, ...able],
    ...entries,
  ]);
}

function rowText(row: Row): string {
  return JSON.stringify(row, (_, value) => (value instanceof Map ? [...value] : value));
}

/** The number a row is remembered by. */
export function numberOf(uuid: Uuid): number {
  return -1 - Number.parseInt(uuid.slice(0, 7), 16);
}
