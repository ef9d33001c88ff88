import type { Value, Values } from '../model/value.ts';
import { pairsAt, type Row, type RowChange, referencesAt, type Tables, textAt } from '../ovsdb/row.ts';
import { type Datum, isMap, isSet, type Uuid } from '../ovsdb/values.ts';
import { switchedLists } from '../reconcilers/index.ts';
import type { FoundEntry, SwitchedList } from '../reconcilers/list.ts';
import { MARK, MARK_OF } from '../reconcilers/ovs-columns.ts';
import type { EntryColumns } from '../reconcilers/ovs-entries.ts';
import type { SwitchRow } from './switches.ts';

type MarkedTable = 'QoS' | 'Queue' | 'Mirror';

/** Rows that went are remembered for so many marks, to ask who took them away. */
const MOST_GONE = 4096;

/** The mark on the row of an entry; on one inside it, with its number. */
export function entryMark(bridge: string, list: string, entry: string, number?: number): string {
  const mark = `${bridge}/${list}/${entry}`;
  return number === undefined ? mark : `${mark}/${number}`;
}

/** The mark on a row, if the vnetd of this identity made it: that of another is nothing to it, nor one that says not whose it is. */
export function markOf(row: Row | undefined, identity: string): string | undefined {
  const pairs = pairsAt(row ?? {}, 'external_ids');
  const mark = pairs.get(MARK);
  return mark === undefined || pairs.get(MARK_OF) !== identity ? undefined : String(mark);
}

/** What a row bears that the vnetd of this identity made. */
export function marksFor(mark: string, identity: string): Readonly<Record<string, string>> {
  return { [MARK]: mark, [MARK_OF]: identity };
}

/** The rows that entries of bridges’ lists are, over the mirror of the database. */
export class SwitchEntries {
  readonly #marked: Readonly<Record<MarkedTable, Map<string, Uuid>>> = {
    QoS: new Map(),
    Queue: new Map(),
    Mirror: new Map(),
  };
  /** The row that went last of each mark. */
  readonly #gone = new Map<string, Uuid>();
  readonly #identity: string;
  #tables: Tables | undefined;

  constructor(identity: string) {
    this.#identity = identity;
  }

  /** Takes in what changed; the names of the bridges it may be about. */
  take(changes: readonly RowChange[], tables: Tables | undefined): ReadonlySet<string> {
    this.#tables = tables;
    const bridges = new Set<string>();
    const ours = changes.flatMap(({ table, uuid, before, after }) =>
      isMarkedTable(table) ? [{ table, uuid, was: this.#markOf(before), is: this.#markOf(after) }] : [],
    );
    // A mark may have gone over to another row.
    for (const { table, uuid, was, is } of ours)
      if (was !== undefined && was !== is) this.#forget(table, was, uuid);
    for (const { table, uuid, was, is } of ours) {
      if (is !== undefined) this.#know(table, is, uuid);
      for (const mark of [was, is]) if (mark !== undefined) bridges.add(bridgeIn(mark));
      for (const bridge of table === 'QoS' ? [] : this.#holding(table, uuid)) bridges.add(bridge);
    }
    return bridges;
  }

  /** The rows of a list of a bridge, by their names. */
  rowsOf(list: SwitchedList, bridge: string, holder: Row | undefined): ReadonlyMap<string, SwitchRow> {
    const { within, table } = list.rows;
    const found = new Map<string, SwitchRow>();
    if (within !== undefined) {
      for (const uuid of referencesAt(holder ?? {}, within)) {
        const row = this.#tables?.row(table, uuid);
        const name = textAt(row ?? {}, 'name') ?? '';
        // Of two of one name it is the one vnetd made.
        if (row !== undefined && (!found.has(name) || this.#markOf(row) !== undefined))
          found.set(name, { uuid, row });
      }
      return found;
    }
    const start = entryMark(bridge, list.name, '');
    for (const [mark, uuid] of this.#marked[table]) {
      const row = mark.startsWith(start) ? this.#tables?.row(table, uuid) : undefined;
      if (row !== undefined) found.set(mark.slice(start.length), { uuid, row });
    }
    return found;
  }

  /** A row inside an entry that vnetd made for this number. */
  numbered(mark: string): SwitchRow | undefined {
    const uuid = this.#marked.Queue.get(mark);
    const row = uuid === undefined ? undefined : this.#tables?.row('Queue', uuid);
    return uuid === undefined || row === undefined ? undefined : { uuid, row };
  }

  /** Rows inside an entry that bear its mark, with their numbers. */
  *numberedIn(entry: string): Generator<readonly [number: number, row: SwitchRow]> {
    const start = `${entry}/`;
    for (const mark of this.#marked.Queue.keys()) {
      const number = mark.startsWith(start) ? mark.slice(start.length) : '';
      const row = /^[0-9]+$/.test(number) ? this.numbered(mark) : undefined;
      if (row !== undefined) yield [Number(number), row];
    }
  }

  /** Ports that have a row as their QoS, and rows that have one as a queue. */
  portsWith(uuid: Uuid): readonly Uuid[] {
    return this.#leadingTo('Port', 'qos', uuid);
  }

  entriesWith(queue: Uuid): readonly Uuid[] {
    return [...(this.#tables?.rows('QoS') ?? [])].flatMap(([uuid, row]) =>
      [...pairsAt(row, 'queues').values()].includes(queue) ? [uuid] : [],
    );
  }

  /** The entries of a list, as a declaration sees them. */
  found(list: SwitchedList, bridge: string, holder: Row | undefined): ReadonlyMap<string, FoundEntry> {
    const found = new Map<string, FoundEntry>();
    for (const [key, { row }] of this.rowsOf(list, bridge, holder)) {
      const marked = this.#markOf(row) === entryMark(bridge, list.name, key) ? { marked: true as const } : {};
      found.set(key, { key, fields: this.#fieldsOf(list, row), lasting: false, ...marked });
    }
    return found;
  }

  /** The name by which a bridge's own entry is known; of another row, its uuid. */
  nameOf(list: string, bridge: string, uuid: Uuid): string {
    const mark = this.#markOf(this.#tables?.row('QoS', uuid)) ?? '';
    const start = entryMark(bridge, list, '');
    return mark.startsWith(start) ? mark.slice(start.length) : uuid;
  }

  /** The bridges whose entries bear vnetd's mark, in any list, with those entries. */
  *marked(): Generator<{ readonly bridge: string; readonly list: string; readonly entry: string }> {
    const told = new Set<string>();
    for (const table of ['QoS', 'Mirror', 'Queue'] as const) {
      for (const mark of this.#marked[table].keys()) {
        const whole = table === 'Queue' ? mark.slice(0, mark.lastIndexOf('/')) : mark;
        const [bridge = '', list = '', ...entry] = whole.split('/');
        if (entry.length === 0 || told.has(whole)) continue;
        told.add(whole);
        yield { bridge, list, entry: entry.join('/') };
      }
    }
  }

  /** The rows, there or gone, that were made for a bridge, and those it leads to. */
  uuidsOf(bridge: string, holder: Row | undefined): readonly Uuid[] {
    const within = switchedLists.flatMap(({ rows }) => rows.within ?? []);
    const led = within.flatMap((column) => referencesAt(holder ?? {}, column));
    const rows = [...Object.values(this.#marked), this.#gone].flatMap((marks) => [...marks]);
    return [...led, ...rows.flatMap(([mark, uuid]) => (bridgeIn(mark) === bridge ? [uuid] : []))];
  }

  #fieldsOf({ rows: { columns, numbered } }: SwitchedList, row: Row): Values {
    const fields: Record<string, Value> = this.#columnsOf(columns, row, '');
    if (numbered === undefined) return fields;
    for (const [number, to] of pairsAt(row, numbered.key)) {
      const inside = this.#tables?.row(numbered.table, to as Uuid);
      const key = `${numbered.key}.${number}`;
      const isOurs =
        this.#markOf(inside) !== undefined && this.#markOf(inside) === `${this.#markOf(row)}/${number}`;
      fields[key] = isOurs ? true : 'another';
      Object.assign(fields, this.#columnsOf(numbered.columns, inside ?? {}, `${key}.`));
    }
    return fields;
  }

  #columnsOf(columns: EntryColumns, row: Row, start: string): Record<string, Value> {
    const fields: Record<string, Value> = {};
    for (const [key, { holds }] of Object.entries(columns)) {
      if (holds === 'map') {
        for (const [own, text] of pairsAt(row, key)) fields[`${start}${key}.${own}`] = text;
        continue;
      }
      const value = holds === 'one' || holds === 'set' ? valueIn(row[key]) : this.#portNames(row, key);
      const said = holds === 'port' && Array.isArray(value) ? value[0] : value;
      if (said !== undefined) fields[`${start}${key}`] = said;
    }
    return fields;
  }

  #portNames(row: Row, key: string): readonly string[] {
    return referencesAt(row, key)
      .flatMap((uuid) => textAt(this.#tables?.row('Port', uuid) ?? {}, 'name') ?? [])
      .sort();
  }

  #know(table: MarkedTable, mark: string, uuid: Uuid): void {
    // Of two of one mark the first is it.
    if (!this.#marked[table].has(mark)) this.#marked[table].set(mark, uuid);
  }

  #forget(table: MarkedTable, mark: string, uuid: Uuid): void {
    if (this.#marked[table].get(mark) === uuid) this.#marked[table].delete(mark);
    if (this.#gone.size >= MOST_GONE) this.#gone.clear();
    this.#gone.set(mark, uuid);
  }

  /** The bridges that have a mirror, or an entry with a queue. */
  #holding(table: 'Mirror' | 'Queue', uuid: Uuid): readonly string[] {
    if (table === 'Queue')
      return this.entriesWith(uuid).flatMap((entry) => {
        const mark = this.#markOf(this.#tables?.row('QoS', entry));
        return mark === undefined ? [] : [bridgeIn(mark)];
      });
    return this.#leadingTo('Bridge', 'mirrors', uuid).flatMap(
      (bridge) => textAt(this.#tables?.row('Bridge', bridge) ?? {}, 'name') ?? [],
    );
  }

  #leadingTo(table: string, column: string, uuid: Uuid): readonly Uuid[] {
    return [...(this.#tables?.rows(table) ?? [])].flatMap(([holder, row]) =>
      referencesAt(row, column).includes(uuid) ? [holder] : [],
    );
  }

  #markOf(row: Row | undefined): string | undefined {
    return markOf(row, this.#identity);
  }
}

function isMarkedTable(table: string): table is MarkedTable {
  return table === 'QoS' || table === 'Queue' || table === 'Mirror';
}

/** The bridge whose entry a mark is on. */
function bridgeIn(mark: string): string {
  const slash = mark.indexOf('/');
  return slash < 0 ? mark : mark.slice(0, slash);
}

function valueIn(datum: Datum | undefined): Value | undefined {
  if (datum === undefined || datum === null || datum === '' || isMap(datum)) return undefined;
  return isSet(datum) ? [...datum].sort((a, b) => Number(a) - Number(b)) : datum;
}
