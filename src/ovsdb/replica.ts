import { excerpt, Garbled, type Json, type JsonObject, objectIn } from './json.ts';
import type { Row, RowChange, Tables } from './row.ts';
import type { Columns, ColumnType, Schema } from './schema.ts';
import { type Datum, defaultOf, modified, readDatum, readUuid, sameDatum, type Uuid } from './values.ts';

/** The two forms in which a server tells of changes: `update` (RFC 7047 4.1.6), `update2` (ovsdb-server(7) 4.1.14). */
export type Dialect = 'update' | 'update2';

type Types = ReadonlyMap<string, ColumnType>;

const noRows: ReadonlyMap<Uuid, Row> = new Map();

/**
 * What a database holds in the followed columns, as its server tells it.
 * A message is taken in whole or not at all, so that what was told of changes and what is here are always the same.
 */
export class Replica implements Tables {
  /** What can be followed: the followed columns that the schema has. */
  readonly #types: ReadonlyMap<string, Types>;
  readonly #tables: ReadonlyMap<string, Map<Uuid, Row>>;

  constructor(schema: Schema, followed: Columns) {
    this.#types = followable(schema, followed);
    this.#tables = new Map(Array.from(this.#types.keys(), (table) => [table, new Map()]));
  }

  /** The columns to ask for. */
  get columns(): Columns {
    return Object.fromEntries(Array.from(this.#types, ([table, types]) => [table, [...types.keys()]]));
  }

  rows(table: string): ReadonlyMap<Uuid, Row> {
    return this.#tables.get(table) ?? noRows;
  }

  row(table: string, uuid: Uuid): Row | undefined {
    return this.#tables.get(table)?.get(uuid);
  }

  /** Takes in a `<table-updates>` or `<table-updates2>`, the first of which is the snapshot. Throws {@link Garbled}. */
  apply(updates: Json, dialect: Dialect): readonly RowChange[] {
    const changes: RowChange[] = [];
    for (const [table, rows] of Object.entries(objectIn(updates, 'an update'))) {
      const types = this.#types.get(table);
      if (types === undefined) throw new Garbled(`an update of ${table}, which was not asked for`);
      for (const [name, update] of Object.entries(objectIn(rows, `an update of ${table}`))) {
        const uuid = readUuid(name);
        const before = this.row(table, uuid);
        const after = rowAfter(before, objectIn(update, `an update of ${uuid}`), types, dialect);
        changes.push({ table, uuid, before, after });
      }
    }
    for (const { table, uuid, after } of changes) {
      if (after === undefined) this.#tables.get(table)?.delete(uuid);
      else this.#tables.get(table)?.set(uuid, after);
    }
    return changes;
  }

  /** What is other here than it was there; what is the same becomes the same object. */
  succeed(previous: Replica): readonly RowChange[] {
    const changes: RowChange[] = [];
    for (const table of new Set([...previous.#tables.keys(), ...this.#tables.keys()])) {
      const [old, rows] = [previous.rows(table), this.#tables.get(table)];
      for (const [uuid, before] of old) {
        const after = rows?.get(uuid);
        if (after !== undefined && sameRow(before, after)) rows?.set(uuid, before);
        else changes.push({ table, uuid, before, after });
      }
      for (const [uuid, after] of rows ?? noRows) {
        if (!old.has(uuid)) changes.push({ table, uuid, before: undefined, after });
      }
    }
    return changes;
  }
}

function followable(schema: Schema, followed: Columns): ReadonlyMap<string, Types> {
  const types = new Map<string, Types>();
  for (const [table, columns] of Object.entries(followed)) {
    const found = schema.tables.get(table)?.columns;
    if (found === undefined) continue;
    const present = columns.flatMap((column) => {
      const type = found.get(column)?.type;
      return type === undefined ? [] : [[column, type] as const];
    });
    types.set(table, new Map(present));
  }
  return types;
}

function rowAfter(
  before: Row | undefined,
  update: JsonObject,
  types: Types,
  dialect: Dialect,
): Row | undefined {
  if (dialect === 'update') {
    if ((update.new ?? null) === null) return before === undefined ? strange(update, before) : undefined;
    return newRow(objectIn(update.new, 'new'), types, before);
  }
  if (update.modify !== undefined) {
    return before === undefined
      ? strange(update, before)
      : modifiedRow(before, objectIn(update.modify, 'modify'), types);
  }
  if (update.delete !== undefined) return before === undefined ? strange(update, before) : undefined;
  if (before !== undefined) return strange(update, before);
  return newRow(objectIn(update.initial ?? update.insert, 'a new row'), types, before);
}

/** An update of a row that is not here, or the coming of one that is: one of them was lost. */
function strange(update: JsonObject, before: Row | undefined): never {
  throw new Garbled(`an update of a row that is ${before ? '' : 'not '}there: ${excerpt(update)}`);
}

/** What the message leaves out is as it was, or the default. */
function newRow(json: JsonObject, types: Types, before: Row | undefined): Row {
  const row: Record<string, Datum> = {};
  for (const [column, type] of types) {
    const said = json[column];
    row[column] = said === undefined ? (before?.[column] ?? defaultOf(type)) : readDatum(said, type);
  }
  return row;
}

function modifiedRow(before: Row, json: JsonObject, types: Types): Row {
  const row: Record<string, Datum> = { ...before };
  for (const [column, difference] of Object.entries(json)) {
    const type = types.get(column);
    const was = before[column];
    if (type === undefined || was === undefined) throw new Garbled(`column ${column} was not asked for`);
    row[column] = modified(was, difference, type);
  }
  return row;
}

function sameRow(a: Row, b: Row): boolean {
  const columns = Object.keys(a);
  return (
    columns.length === Object.keys(b).length && columns.every((column) => sameDatum(a[column], b[column]))
  );
}
