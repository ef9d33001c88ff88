import { parseObjectId, partId, wholeOf } from '../model/address.ts';
import type { Value } from '../model/value.ts';
import {
  membersAt,
  notIn,
  numberAt,
  pairsAt,
  type Row,
  type RowChange,
  referencesAt,
  type Tables,
  textAt,
} from '../ovsdb/row.ts';
import type { Columns } from '../ovsdb/schema.ts';
import { type Datum, isMap, isSet, sameDatum, type Uuid } from '../ovsdb/values.ts';
import { fieldsOf, kinds, switchedLists } from '../reconcilers/index.ts';
import type { PlaceInOvsdb, SwitchTable } from '../reconcilers/kind.ts';
import type { FoundEntry, SwitchedList } from '../reconcilers/list.ts';
import { markOf, SwitchEntries } from './switch-entries.ts';

/** A row with its name in the database. */
export interface SwitchRow {
  readonly uuid: Uuid;
  readonly row: Row;
}

/** A port as it is in the database: its row, those of its interfaces, and the bridge it is in. */
export interface FoundPort extends SwitchRow {
  readonly bridge: string | undefined;
  readonly interfaces: readonly SwitchRow[];
}

/** The rows of one object, by table. */
export type RowsOf = Readonly<Partial<Record<SwitchTable, Row>>>;

/** What a change may be about: bridges and ports by name. */
export interface SwitchTouch {
  readonly bridges: ReadonlySet<string>;
  /** Bridges of which only the set of ports is another; what of the ports themselves is other is among `ports`. */
  readonly holders: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
  /** Bridges that came, went or switch in another way, which each of their ports has to do with. */
  readonly wholes: ReadonlySet<string>;
  /** Whether it is about everything, there or not. */
  readonly all: boolean;
}

/** Ports of containers come and go by the thousand. */
const MOST_GONE = 4096;

/** What is followed whatever is declared: names, who is in whom, whose a row is, and what ovs-vswitchd says. */
const always: Columns = {
  Open_vSwitch: ['bridges', 'next_cfg', 'cur_cfg', 'datapath_types', 'iface_types'],
  Bridge: ['name', 'ports', 'external_ids'],
  Port: ['name', 'interfaces', 'external_ids'],
  Interface: ['name', 'type', 'external_ids', 'ofport', 'error', 'ifindex'],
};

/** The columns of the OVSDB that any kind has a row for, and those that are looked at besides. */
export function followedColumns(): Columns {
  const columns = new Map(Object.entries(always).map(([table, names]) => [table, new Set(names)]));
  const follow = (table: string, column: string) => {
    const names = columns.get(table);
    if (names === undefined) columns.set(table, new Set([column]));
    else names.add(column);
  };
  for (const { rows } of switchedLists) {
    const { table, within, columns: own, numbered } = rows;
    for (const column of [...Object.keys(own), 'external_ids']) follow(table, column);
    if (within !== undefined) {
      follow('Bridge', within);
      follow(table, 'name');
    }
    if (numbered === undefined) continue;
    follow(table, numbered.key);
    for (const column of [...Object.keys(numbered.columns), 'external_ids']) follow(numbered.table, column);
  }
  for (const name of Object.keys(kinds)) {
    for (const { place } of Object.values(fieldsOf(name))) {
      if (place.at !== 'ovsdb') continue;
      follow(place.table, place.column);
      if (place.rows !== undefined) follow(place.rows.table, place.rows.column);
    }
  }
  return Object.fromEntries(Array.from(columns, ([table, names]) => [table, [...names]]));
}

/** Bridges and ports of Open vSwitch by name, over the mirror of its database. */
export class Switches {
  readonly #named: Readonly<Record<SwitchTable, Map<string, Uuid>>> = {
    Bridge: new Map(),
    Port: new Map(),
    Interface: new Map(),
  };
  readonly #bridgeOfPort = new Map<Uuid, Uuid>();
  readonly #portOfInterface = new Map<Uuid, Uuid>();
  /** Rows that went, the last of each name: who took them away is asked for afterwards. */
  readonly #gone = new Map<string, Uuid>();
  /** The rows of ports of bridges’ own that went without their bridges: what others had in them is to come back. */
  readonly #own = new Map<string, Row>();
  /** The rows of what stands in lists of bridges. */
  readonly entries: SwitchEntries;
  /** Whose marks are this vnetd’s own. */
  readonly identity: string;
  readonly #followed = Object.keys(followedColumns());
  #tables: Tables | undefined;

  constructor(identity: string) {
    this.identity = identity;
    this.entries = new SwitchEntries(identity);
  }

  /** Takes in what changed in the tables, which have it by now. */
  take(changes: readonly RowChange[], tables: Tables | undefined): SwitchTouch {
    this.#tables = tables;
    const bridges = new Set<string>(this.entries.take(changes, tables));
    const holders = new Set<string>();
    const ports = new Set<string>();
    const wholes = new Set<string>();
    let all = false;
    for (const change of changes) this.#index(change);
    for (const { table, uuid, before, after } of changes) {
      const name = textAt(after ?? before ?? {}, 'name') ?? '';
      switch (table) {
        case 'Bridge':
          // With a thousand ports, one that went is no reason to look at the others.
          if (isOtherIn(['name', 'datapath_type'], before, after)) wholes.add(name);
          else if (isOtherBut('ports', before, after)) bridges.add(name);
          else holders.add(name);
          for (const port of onlyInOne(before, after, 'ports'))
            ports.add(this.#nameOf('Port', port, changes));
          break;
        case 'Port':
          ports.add(name);
          break;
        case 'Interface': {
          ports.add(name);
          const port = this.#portOfInterface.get(uuid);
          if (port !== undefined) ports.add(this.#nameOf('Port', port, changes));
          break;
        }
        case 'Open_vSwitch':
          all ||= before === undefined || isOtherIn(['datapath_types', 'iface_types'], before, after);
          for (const bridge of onlyInOne(before, after, 'bridges'))
            wholes.add(this.#nameOf('Bridge', bridge, changes));
          break;
        case 'Mirror':
        case 'QoS':
        case 'Queue':
          break;
        default:
          for (const one of this.#named.Bridge.keys()) bridges.add(one);
      }
    }
    // Each bridge has a port of its own name, whose interface is the bridge's link.
    for (const name of ports) if (this.#named.Bridge.has(name)) bridges.add(name);
    return { bridges, holders, ports, wholes, all };
  }

  bridge(name: string): SwitchRow | undefined {
    const found = this.#row('Bridge', this.#named.Bridge.get(name));
    if (found === undefined) return undefined;
    // What was taken out of `bridges` lives on until the server has collected it.
    const root = this.root;
    return root === undefined || referencesAt(root.row, 'bridges').includes(found.uuid) ? found : undefined;
  }

  /** A port that is in a bridge; one in none is being collected. */
  port(name: string): FoundPort | undefined {
    const found = this.#row('Port', this.#named.Port.get(name));
    const bridge = found === undefined ? undefined : this.#row('Bridge', this.#bridgeOfPort.get(found.uuid));
    if (found === undefined || bridge === undefined) return undefined;
    const interfaces = referencesAt(found.row, 'interfaces').flatMap(
      (uuid) => this.#row('Interface', uuid) ?? [],
    );
    return { ...found, bridge: textAt(bridge.row, 'name'), interfaces };
  }

  /** The rows that have a name, and those that had it last. */
  uuidsOf(name: string): ReadonlySet<string> {
    const tables = ['Bridge', 'Port', 'Interface'] as const;
    const known = tables.flatMap((table) => [
      this.#named[table].get(name),
      this.#gone.get(`${table} ${name}`),
    ]);
    const entries = this.entries.uuidsOf(name, this.bridge(name)?.row);
    return new Set([...known.filter((uuid) => uuid !== undefined), ...entries]);
  }

  /** The entries of a list of a bridge, as a declaration sees them. */
  entriesOf(list: SwitchedList, bridge: string): ReadonlyMap<string, FoundEntry> {
    return this.entries.found(list, bridge, this.bridge(bridge)?.row);
  }

  /** The row of one of them. */
  entry(list: SwitchedList, bridge: string, name: string): SwitchRow | undefined {
    return this.entries.rowsOf(list, bridge, this.bridge(bridge)?.row).get(name);
  }

  /** The port that has an interface of this name, and the bridge it is in. */
  portWith(name: string): { readonly name: string; readonly bridge: string | undefined } | undefined {
    const port = this.#portOfInterface.get(this.#named.Interface.get(name) ?? ('' as Uuid));
    const row = this.#row('Port', port)?.row;
    const bridge = port === undefined ? undefined : this.#row('Bridge', this.#bridgeOfPort.get(port))?.row;
    if (row === undefined) return undefined;
    return { name: textAt(row, 'name') ?? '', bridge: textAt(bridge ?? {}, 'name') };
  }

  /** The row a bridge’s own port or its interface had, which somebody took out. */
  ownRow(table: 'Port' | 'Interface', bridge: string): Row | undefined {
    return this.#own.get(`${table} ${bridge}`);
  }

  interface(name: string): SwitchRow | undefined {
    return this.#row('Interface', this.#named.Interface.get(name));
  }

  /** Whether a row has this name, in a bridge or not. */
  hasNamed(table: SwitchTable, name: string): boolean {
    return this.#named[table].has(name);
  }

  /** Whether a row of any followed table is there. */
  hasRow(uuid: Uuid): boolean {
    return this.#followed.some((table) => this.#tables?.row(table, uuid) !== undefined);
  }

  rowOf(table: SwitchTable, uuid: Uuid): Row | undefined {
    return this.#row(table, uuid)?.row;
  }

  /** The names of a bridge's ports, without the one of its own name. */
  portsOf(name: string): readonly string[] {
    const bridge = this.bridge(name);
    return portsOf(bridge?.row)
      .flatMap((uuid) => textAt(this.#row('Port', uuid)?.row ?? {}, 'name') ?? [])
      .filter((port) => port !== name);
  }

  /** The one row of the database as a whole. */
  get root(): SwitchRow | undefined {
    for (const [uuid, row] of this.#tables?.rows('Open_vSwitch') ?? []) return { uuid, row };
    return undefined;
  }

  /** How many changes were asked for, and how many of them ovs-vswitchd has taken up. */
  get configured(): { readonly next: number; readonly current: number } {
    const row = this.root?.row ?? {};
    return { next: numberAt(row, 'next_cfg') ?? 0, current: numberAt(row, 'cur_cfg') ?? 0 };
  }

  /** The words this Open vSwitch has in a column that lists what it can do; none while ovs-vswitchd has not said. */
  words(column: string): readonly string[] {
    return membersAt(this.root?.row ?? {}, column).map(String);
  }

  /** Bridges and ports that bear vnetd's mark, by the ids they were made for; what somebody put elsewhere is not them. */
  *marked(): Generator<string> {
    for (const row of this.#tables?.rows('Bridge').values() ?? []) {
      const id = markOf(row, this.identity);
      if (id !== undefined && textAt(row, 'name') === id) yield id;
    }
    for (const row of this.#tables?.rows('Port').values() ?? []) {
      const id = markOf(row, this.identity);
      const name = textAt(row, 'name') ?? '';
      // The port that came with its bridge goes with it.
      if (id === undefined || this.#named.Bridge.has(name) || parseObjectId(id).name !== name) continue;
      if (this.port(name)?.bridge === wholeOf(id)) yield id;
    }
  }

  /** Whether a row bears vnetd's mark for an object of a name; a port has it on whatever bridge it is by now. */
  isMarkedAs(name: string, row: Row | undefined): boolean {
    const mark = markOf(row, this.identity);
    return mark !== undefined && parseObjectId(mark).name === name;
  }

  /** What a row's place holds; undefined where there is nothing to be told. */
  read(place: PlaceInOvsdb, rows: RowsOf, bridge: string | undefined): Value | undefined {
    if (place.holds === 'holder') return bridge;
    const row = rows[place.table];
    if (row === undefined) return undefined;
    switch (place.holds) {
      case 'map':
        return place.key === undefined
          ? undefined
          : valueIn(pairsAt(row, place.column).get(place.key), place);
      case 'interfaces':
        return inOrder(
          referencesAt(row, place.column).flatMap(
            (uuid) => textAt(this.#row('Interface', uuid)?.row ?? {}, 'name') ?? [],
          ),
        );
      case 'rows': {
        const { table = '', column = '' } = place.rows ?? {};
        return inOrder(
          referencesAt(row, place.column).flatMap(
            (uuid) => textAt(this.#tables?.row(table, uuid) ?? {}, column) ?? [],
          ),
        );
      }
      case 'entry': {
        const [uuid] = referencesAt(row, place.column);
        return uuid === undefined
          ? place.empty
          : this.entries.nameOf(place.entryOf ?? '', bridge ?? '', uuid);
      }
      case 'set':
      case 'one':
        return valueIn(row[place.column], place);
      default:
        return place.holds satisfies never;
    }
  }

  /** The rows a column leads to, each with the value that tells it apart. */
  rowsIn({ column, rows }: PlaceInOvsdb, holder: Row): readonly (readonly [Uuid, string])[] {
    return referencesAt(holder, column).flatMap((uuid) => {
      const row = this.#tables?.row(rows?.table ?? '', uuid);
      return row === undefined ? [] : [[uuid, textAt(row, rows?.column ?? '') ?? ''] as const];
    });
  }

  #row(table: SwitchTable, uuid: Uuid | undefined): SwitchRow | undefined {
    const row = uuid === undefined ? undefined : this.#tables?.row(table, uuid);
    return row === undefined || uuid === undefined ? undefined : { uuid, row };
  }

  #index({ table, uuid, before, after }: RowChange): void {
    if (table !== 'Bridge' && table !== 'Port' && table !== 'Interface') return;
    const names = this.#named[table];
    const name = textAt(after ?? before ?? {}, 'name') ?? '';
    if (after !== undefined) names.set(name, uuid);
    else {
      if (names.get(name) === uuid) names.delete(name);
      if (this.#gone.size >= MOST_GONE) this.#gone.clear();
      this.#gone.set(`${table} ${name}`, uuid);
      if (table === 'Bridge') for (const own of ['Port', 'Interface']) this.#own.delete(`${own} ${name}`);
      else if (before !== undefined && this.#named.Bridge.has(name))
        this.#own.set(`${table} ${name}`, before);
    }
    if (table === 'Bridge') reindex(this.#bridgeOfPort, uuid, before, after, 'ports');
    if (table === 'Port') reindex(this.#portOfInterface, uuid, before, after, 'interfaces');
  }

  #nameOf(table: SwitchTable, uuid: Uuid, changes: readonly RowChange[]): string {
    const row = this.#tables?.row(table, uuid) ?? changes.find((change) => change.uuid === uuid)?.before;
    return textAt(row ?? {}, 'name') ?? '';
  }
}

/** The id under which changes of a port are listened for, whatever bridge it is on. */
export function portAnywhere(name: string): string {
  return partId('', name);
}

function portsOf(row: Row | undefined): readonly Uuid[] {
  return row === undefined ? [] : referencesAt(row, 'ports');
}

function onlyInOne(before: Row | undefined, after: Row | undefined, column: string): readonly Uuid[] {
  const [had, has] = [referencesAt(before ?? {}, column), referencesAt(after ?? {}, column)];
  return [...notIn(had, has), ...notIn(has, had)];
}

/** Each member is of one holder; of two changes in one update the order means nothing. */
function reindex(
  index: Map<Uuid, Uuid>,
  holder: Uuid,
  before: Row | undefined,
  after: Row | undefined,
  column: string,
): void {
  const [had, has] = [referencesAt(before ?? {}, column), referencesAt(after ?? {}, column)];
  for (const member of notIn(had, has)) if (index.get(member) === holder) index.delete(member);
  for (const member of notIn(has, had)) index.set(member, holder);
}

function isOtherIn(columns: readonly string[], before: Row | undefined, after: Row | undefined): boolean {
  return columns.some((column) => !sameDatum(before?.[column], after?.[column]));
}

function isOtherBut(one: string, before: Row | undefined, after: Row | undefined): boolean {
  const others = Object.keys(after ?? before ?? {}).filter((column) => column !== one);
  return isOtherIn(others, before, after);
}

function valueIn(datum: Datum | undefined, { empty }: PlaceInOvsdb): Value | undefined {
  if (datum === undefined || datum === null || datum === '') return empty ?? (datum === '' ? '' : undefined);
  if (isMap(datum)) return undefined;
  return isSet(datum) ? inOrder(datum) : datum;
}

function inOrder(atoms: readonly (string | number | boolean)[]): Value {
  return typeof atoms[0] === 'number' ? [...atoms].sort((a, b) => Number(a) - Number(b)) : [...atoms].sort();
}
