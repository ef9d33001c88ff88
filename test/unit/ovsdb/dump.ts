import type { Tables } from '../../../src/ovsdb/row.ts';
import type { Columns } from '../../../src/ovsdb/schema.ts';
import { type Datum, isMap, isSet } from '../../../src/ovsdb/values.ts';
import { output } from '../../kernel/support/command.ts';

/** Rows by table and uuid, their columns as texts that are equal exactly for equal values. */
export type Dump = Record<string, Record<string, Record<string, string>>>;

/** What `ovsdb-client` says is in the database. */
export async function dumped(socket: string, database: string, columns: Columns): Promise<Dump> {
  const text = await output(['ovsdb-client', '-f', 'json', 'dump', `unix:${socket}`, database]);
  const dump: Dump = {};
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const { caption, headings, data } = JSON.parse(line) as {
      caption: string;
      headings: readonly string[];
      data: readonly (readonly unknown[])[];
    };
    const table = caption.replace(/ table$/, '');
    if (columns[table] === undefined) continue;
    const rows: Dump[string] = {};
    for (const cells of data) {
      const row = Object.fromEntries(headings.map((heading, i) => [heading, cells[i]]));
      rows[(row._uuid as [string, string])[1]] = Object.fromEntries(
        columns[table].map((column) => [column, ofWire(row[column])]),
      );
    }
    dump[table] = rows;
  }
  return dump;
}

/** What a client's tables say of the same. */
export function mirrored(tables: Tables, columns: Columns): Dump {
  return Object.fromEntries(
    Object.entries(columns).map(([table, names]) => [
      table,
      Object.fromEntries(
        Array.from(tables.rows(table), ([uuid, row]) => [
          uuid,
          Object.fromEntries(names.map((name) => [name, ofDatum(row[name])])),
        ]),
      ),
    ]),
  );
}

function ofWire(value: unknown): string {
  if (!Array.isArray(value)) return inOrder([JSON.stringify(value)]);
  const [form, inside] = value as [string, unknown];
  if (form === 'uuid') return inOrder([JSON.stringify(inside)]);
  const atom = (atom: unknown) => JSON.stringify(Array.isArray(atom) ? atom[1] : atom);
  const list = inside as readonly unknown[];
  if (form === 'set') return inOrder(list.map(atom));
  return inOrder(list.map((pair) => (pair as readonly unknown[]).map(atom).join('=')));
}

function ofDatum(datum: Datum | undefined): string {
  if (isMap(datum)) {
    return inOrder(Array.from(datum, (pair) => pair.map((atom) => JSON.stringify(atom)).join('=')));
  }
  const atoms = isSet(datum) ? datum : datum === null ? [] : [datum];
  return inOrder(atoms.map((atom) => JSON.stringify(atom) ?? 'nothing'));
}

function inOrder(texts: readonly string[]): string {
  return [...texts].sort().join(' ');
}
