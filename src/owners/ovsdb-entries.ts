import { entryMark, marksFor } from '../inventory/switch-entries.ts';
import type { SwitchRow } from '../inventory/switches.ts';
import type { Step } from '../model/step.ts';
import type { Value, Values } from '../model/value.ts';
import {
  deleteRows,
  insert,
  type Mutation,
  mutate,
  rowIs,
  setKeys,
  takeOut,
  update,
  type WireRow,
} from '../ovsdb/operations.ts';
import { mapOf, namedRef, rowRef, setOf, type WireAtom, type WireDatum } from '../ovsdb/values.ts';
import { switchedList } from '../reconcilers/index.ts';
import type { SwitchedList } from '../reconcilers/list.ts';
import {
  type EntryColumn,
  type EntryColumns,
  fieldsIn,
  type NumberedRows,
  numbersIn,
  portsIn,
} from '../reconcilers/ovs-entries.ts';
import type { Paper } from './ovsdb-columns.ts';

/** The letter that entries are written into. */
export interface EntryPaper extends Paper {
  /** A port of a bridge, there or made by the same letter. */
  portOf(bridge: string, name: string): WireAtom | undefined;
  /** Puts a row into a column of a bridge, there or made by the same letter; false where there is none. */
  putInto(bridge: string, column: string, row: WireAtom): boolean;
}

type AddStep = Extract<Step, { readonly do: 'add' }>;

interface Written {
  readonly set: WireRow;
  readonly maps: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Writes entries of bridges’ lists, which are rows of their own, into a letter. */
export class EntryWriter {
  readonly #paper: EntryPaper;
  readonly #made = new Map<string, WireAtom>();

  constructor(paper: EntryPaper) {
    this.#paper = paper;
  }

  /** The row of an entry, there or made by this letter. */
  rowOf(bridge: string, listName: string, entry: string): WireAtom | undefined {
    const list = switchedList(listName);
    const made = this.#made.get(entryMark(bridge, listName, entry));
    const there = list === undefined ? undefined : this.#paper.switches.entry(list, bridge, entry);
    return made ?? (there === undefined ? undefined : rowRef(there.uuid));
  }

  /** Why it cannot be asked for, or undefined. */
  add(bridge: string, { list: listName, entry, fields }: AddStep): string | undefined {
    const list = switchedList(listName);
    if (list === undefined) return `Open vSwitch has no ${listName}`;
    const { switches } = this.#paper;
    const lacking = portsIn(list.rows, fields).find((port) => this.#paper.portOf(bridge, port) === undefined);
    if (lacking !== undefined) return `there is no port ${lacking}`;
    const written = this.#columns(list.rows.columns, bridge, fields);
    const there = switches.entry(list, bridge, entry);
    return there === undefined
      ? this.#make(bridge, list, entry, written, fields)
      : this.#bringIntoLine(bridge, list, entry, there, written, fields);
  }

  remove(bridge: string, { list: listName, entry }: Extract<Step, { readonly do: 'remove' }>): undefined {
    const list = switchedList(listName);
    if (list === undefined) return;
    const { switches } = this.#paper;
    const there = switches.entry(list, bridge, entry);
    const { within, table, numbered } = list.rows;
    const holder = switches.bridge(bridge);
    if (within !== undefined) {
      // The server collects what no bridge leads to.
      if (there !== undefined && holder !== undefined)
        this.#paper.push(mutate('Bridge', rowIs(holder.uuid), takeOut(within, rowRef(there.uuid))));
      return;
    }
    if (there !== undefined) {
      for (const port of switches.entries.portsWith(there.uuid))
        this.#paper.push(mutate('Port', rowIs(port), takeOut('qos', rowRef(there.uuid))));
      this.#paper.push(deleteRows(table, rowIs(there.uuid)));
    }
    if (numbered === undefined) return;
    for (const [, row] of switches.entries.numberedIn(entryMark(bridge, listName, entry)))
      this.#dropNumbered(numbered, row, there);
  }

  #make(
    bridge: string,
    list: SwitchedList,
    entry: string,
    { set, maps }: Written,
    fields: Values,
  ): string | undefined {
    const { table, within, numbered } = list.rows;
    const mark = entryMark(bridge, list.name, entry);
    const name = this.#paper.nextName('entry');
    if (within !== undefined && !this.#paper.putInto(bridge, within, namedRef(name)))
      return `there is no bridge ${bridge}`;
    const inside =
      numbered === undefined ? {} : { [numbered.key]: mapOf(this.#numbered(mark, numbered, fields)) };
    const own = within === undefined ? {} : { name: entry };
    this.#paper.push(insert(table, { ...own, ...newRow({ set, maps }, this.#marks(mark)), ...inside }, name));
    this.#made.set(mark, namedRef(name));
    return undefined;
  }

  #bringIntoLine(
    bridge: string,
    list: SwitchedList,
    entry: string,
    there: SwitchRow,
    written: Written,
    fields: Values,
  ): undefined {
    const { table, numbered } = list.rows;
    const mark = entryMark(bridge, list.name, entry);
    this.#change(table, there, written);
    if (numbered === undefined) return;
    const rows = this.#numbered(mark, numbered, fields);
    const declared = new Set(rows.map(([number]) => number));
    const strange = [...this.#paper.switches.entries.numberedIn(mark)].filter(([n]) => !declared.has(n));
    const numbers = [...declared, ...strange.map(([number]) => number)];
    if (numbers.length > 0) {
      const insertion: Mutation = [numbered.key, 'insert', mapOf(rows)];
      this.#paper.push(mutate(table, rowIs(there.uuid), takeOut(numbered.key, ...numbers), insertion));
    }
    for (const [, row] of strange) this.#dropNumbered(numbered, row, there);
  }

  /** Rows inside an entry by their numbers, brought into line where vnetd made them before. */
  #numbered(mark: string, numbered: NumberedRows, fields: Values): readonly (readonly [number, WireAtom])[] {
    return numbersIn(fields, numbered).map((number) => {
      const written = this.#columns(numbered.columns, '', fieldsIn(fields, `${numbered.key}.${number}`));
      const there = this.#paper.switches.entries.numbered(`${mark}/${number}`);
      if (there !== undefined) {
        this.#change(numbered.table, there, written);
        return [number, rowRef(there.uuid)] as const;
      }
      const name = this.#paper.nextName('numbered');
      this.#paper.push(insert(numbered.table, newRow(written, this.#marks(`${mark}/${number}`)), name));
      return [number, namedRef(name)] as const;
    });
  }

  /** What others lead to as well stays. */
  #dropNumbered({ table }: NumberedRows, { uuid }: SwitchRow, entry: SwitchRow | undefined): void {
    const holders = this.#paper.switches.entries.entriesWith(uuid);
    if (holders.every((holder) => holder === entry?.uuid)) this.#paper.push(deleteRows(table, rowIs(uuid)));
  }

  #change(table: string, { uuid }: SwitchRow, { set, maps }: Written): void {
    const mutations = Object.entries(maps).flatMap(([column, pairs]) => setKeys(column, pairs));
    if (Object.keys(set).length > 0) this.#paper.push(update(table, rowIs(uuid), set));
    if (mutations.length > 0) this.#paper.push(mutate(table, rowIs(uuid), ...mutations));
  }

  #columns(columns: EntryColumns, bridge: string, fields: Values): Written {
    const set: Record<string, WireDatum> = {};
    const maps: Record<string, Readonly<Record<string, string>>> = {};
    for (const [key, column] of Object.entries(columns)) {
      const value = fields[key] ?? column.empty;
      if (column.holds === 'map') {
        const inside = fieldsIn(fields, key);
        if (Object.keys(inside).length > 0) maps[key] = inside as Readonly<Record<string, string>>;
      } else if (value !== undefined) set[key] = this.#datum(column, bridge, value);
    }
    return { set, maps };
  }

  #marks(mark: string): Readonly<Record<string, string>> {
    return marksFor(mark, this.#paper.switches.identity);
  }

  #datum({ holds }: EntryColumn, bridge: string, value: Value): WireDatum {
    if (value === null) return setOf([]);
    if (holds !== 'port' && holds !== 'ports')
      return Array.isArray(value) ? setOf(value as readonly WireAtom[]) : (value as WireAtom);
    const names = [value].flat() as readonly string[];
    return setOf(names.map((name) => this.#paper.portOf(bridge, name)).filter((port) => port !== undefined));
  }
}

function newRow({ set, maps }: Written, marks: Readonly<Record<string, string>>): WireRow {
  const pairs = Object.entries(maps).map(([column, inside]) => [column, mapOf(inside)] as const);
  return { ...set, ...Object.fromEntries(pairs), external_ids: mapOf(marks) };
}
