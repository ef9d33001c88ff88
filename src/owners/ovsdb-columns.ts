import type { Switches } from '../inventory/switches.ts';
import type { Value, Values } from '../model/value.ts';
import {
  insert,
  type Mutation,
  mutate,
  type Operation,
  rowIs,
  setKeys,
  update,
  type WireRow,
} from '../ovsdb/operations.ts';
import type { Row } from '../ovsdb/row.ts';
import { mapOf, namedRef, rowRef, setOf, type Uuid, type WireAtom, type WireDatum } from '../ovsdb/values.ts';
import { rowOf } from '../reconcilers/index.ts';
import type { PlaceInOvsdb, SwitchTable } from '../reconcilers/kind.ts';
import type { Premise } from './ovsdb-premises.ts';

/** The letter that is written. */
export interface Paper {
  readonly switches: Switches;
  push(...operations: readonly Operation[]): void;
  /** What the step that is being written rests on. */
  expect(premise: Premise): void;
  nextName(what: string): string;
}

/** Writes fields into the columns their rows in the tables of kinds name. */
export class ColumnWriter {
  readonly #paper: Paper;

  constructor(paper: Paper) {
    this.#paper = paper;
  }

  /** Columns are replaced, but of a map only the keys that are meant. */
  change(table: SwitchTable, uuid: Uuid, row: Row, kind: string, fields: Values): void {
    const columns: Record<string, WireDatum> = {};
    const mutations: Mutation[] = [];
    for (const [key, value] of Object.entries(fields)) {
      const place = placeOf(kind, key);
      if (place.table !== table || isAboutOthers(place)) continue;
      if (place.holds === 'map')
        mutations.push(...setKeys(place.column, { [place.key ?? '']: String(value) }));
      else columns[place.column] = this.datum(place, value, row);
    }
    if (Object.keys(columns).length > 0) this.#paper.push(update(table, rowIs(uuid), columns));
    if (mutations.length > 0) this.#paper.push(mutate(table, rowIs(uuid), ...mutations));
  }

  /** The columns of new rows, by table. */
  ofNewRows(kind: string, fields: Values): Partial<Record<SwitchTable, WireRow>> {
    const columns: Partial<Record<SwitchTable, Record<string, WireDatum>>> = {};
    const maps = new Map<string, Record<string, string>>();
    for (const [key, value] of Object.entries(fields)) {
      const place = placeOf(kind, key);
      if (isAboutOthers(place)) continue;
      const row = columns[place.table] ?? {};
      columns[place.table] = row;
      if (place.holds !== 'map') {
        row[place.column] = this.datum(place, value, {});
        continue;
      }
      const at = `${place.table} ${place.column}`;
      const map = maps.get(at) ?? {};
      maps.set(at, map);
      map[place.key ?? ''] = String(value);
      row[place.column] = mapOf(map);
    }
    return columns;
  }

  datum(place: PlaceInOvsdb, value: Value, holder: Row): WireDatum {
    if (place.holds === 'rows') return this.#references(place, value as readonly string[], holder);
    if (Array.isArray(value)) return setOf(value as readonly WireAtom[]);
    return value === place.empty ? '' : (value as WireAtom);
  }

  /** Rows that say what is wanted stay as they are; what lacks is made, and what is too much is let go. */
  #references(place: PlaceInOvsdb, wanted: readonly string[], holder: Row): WireDatum {
    const { table = '', column = '' } = place.rows ?? {};
    const there = new Map(this.#paper.switches.rowsIn(place, holder).map(([uuid, text]) => [text, uuid]));
    return setOf(
      wanted.map((text) => {
        const uuid = there.get(text);
        if (uuid !== undefined) return rowRef(uuid);
        const name = this.#paper.nextName('row');
        this.#paper.push(insert(table, { [column]: text }, name));
        return namedRef(name);
      }),
    );
  }
}

/** Where a field is kept; throws RangeError for one that is not in the OVSDB. */
export function placeOf(kind: string, key: string): PlaceInOvsdb {
  const place = rowOf(kind, key)?.place;
  if (place?.at !== 'ovsdb') throw new RangeError(`${key} of ${kind} is not kept in the OVSDB`);
  return place;
}

/** Whether a place is no column of the row itself, but tells of rows around it. */
export function isAboutOthers({ holds }: PlaceInOvsdb): boolean {
  return holds === 'holder' || holds === 'interfaces' || holds === 'entry';
}
