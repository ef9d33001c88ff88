import type { WantedEntry } from '../model/declaration.ts';
import { didYouMean } from '../model/nearest.ts';
import { sameValue, type Value, type Values } from '../model/value.ts';
import { Misfit, nameOf, textWritten, type Written, type WrittenMap } from '../model/written.ts';
import { parseInteger } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import type { SwitchedList } from './list.ts';

/** A column of an entry's row; the key it is written by has its name. */
export interface EntryColumn {
  // biome-ignore lint/suspicious/noExplicitAny: a table holds columns of every value type; each is only ever used with itself
  readonly type: WireType<any>;
  readonly doc: string;
  /** One value or none, a set, a map of which each written key counts by itself, or ports of the bridge by their names. */
  readonly holds: 'one' | 'set' | 'map' | 'port' | 'ports';
  /** What it is when nobody writes it, and has to be then; without it what is not written is left alone. */
  readonly empty?: Value;
}

export type EntryColumns = Readonly<Record<string, EntryColumn>>;

/** Rows inside an entry that are known by a number there. */
export interface NumberedRows {
  /** The key they are written under, and the column that leads to them. */
  readonly key: string;
  readonly table: 'Queue';
  readonly most: number;
  readonly one: string;
  readonly doc: string;
  readonly columns: EntryColumns;
}

/** The rows of the OVSDB that the entries of a list are. */
export interface EntryRows {
  readonly table: 'Mirror' | 'QoS';
  /** What one of them is called in a sentence. */
  readonly one: string;
  /**
   * The column of the bridge that leads to them; there each has its name in `name`. Rows without such a column have
   * none either: they are known by vnetd's mark alone, live on by themselves, and are all vnetd's own.
   */
  readonly within?: 'mirrors';
  readonly columns: EntryColumns;
  readonly numbered?: NumberedRows;
}

interface Options
  extends Pick<SwitchedList, 'name' | 'summary' | 'rows' | 'canBeComplete' | 'samples' | 'refused'> {
  /** What is wrong with all of it together, and at which key; without a key at the entry. */
  check(fields: Values): { readonly key?: string; readonly message: string } | undefined;
}

/** A list of a bridge whose entries are rows, by their table. What is inside of maps is known by dotted keys: `other_config.max-rate`. */
export function entryList({ check, rows, ...rest }: Options): SwitchedList {
  return {
    ...rest,
    rows,
    source: 'ovsdb',
    notice: 'always',
    fields: {
      name: { doc: 'Its name.', schema: nameSchema, required: true },
      ...Object.fromEntries(
        Object.entries(rows.columns).map(([key, { doc, type }]) => [
          key,
          { doc, schema: type.schema, takes: type.range },
        ]),
      ),
      ...(rows.numbered === undefined ? {} : { [rows.numbered.key]: numberedField(rows.numbered) }),
    },
    schema: nameSchema,
    read(written) {
      const entry = readEntry(rows, written);
      const wrong = check(entry.fields);
      if (wrong === undefined) return [entry];
      const places = written.is === 'map' ? written.entries : [];
      const place = places.find(({ key }) => key.text === (wrong.key ?? 'name'));
      throw new Misfit((wrong.key === undefined ? place?.value : place?.key) ?? written, wrong.message);
    },
    agrees: (wanted, found) => Object.keys(differing(rows, wanted, found)).length === 0,
    differing: (wanted, found) => differing(rows, wanted, found),
    merged: (wanted) => wanted,
  };
}

const nameSchema = { type: 'string', minLength: 1 } as const;

function numberedField({ doc, columns, most }: NumberedRows) {
  const properties = Object.fromEntries(
    Object.entries(columns).map(([key, { doc: description, type }]) => [
      key,
      { ...type.schema, description },
    ]),
  );
  const one = { type: 'object', additionalProperties: false, properties } as const;
  const takes = `a map of number (0 to ${most}) to ${Object.keys(columns).join(' and ')}`;
  return {
    doc,
    takes,
    schema: { type: 'object', propertyNames: { pattern: '^[0-9]+$' }, additionalProperties: one },
  };
}

/** The fields inside a map or a numbered row, by their own keys. */
export function fieldsIn(fields: Values, key: string): Values {
  const start = `${key}.`;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([one, value]) =>
      one.startsWith(start) ? [[one.slice(start.length), value] as const] : [],
    ),
  );
}

/** The numbers of the rows inside an entry that its fields tell of. */
export function numbersIn(fields: Values, { key }: NumberedRows): readonly number[] {
  const inside = Object.keys(fieldsIn(fields, key)).map((one) => Number(one.split('.')[0]));
  return [...new Set(inside)].sort((a, b) => a - b);
}

/** The ports of its bridge that an entry names. */
export function portsIn({ columns }: EntryRows, fields: Values): readonly string[] {
  return Object.entries(columns).flatMap(([key, { holds }]) => {
    const value = fields[key];
    if (value === undefined || (holds !== 'port' && holds !== 'ports')) return [];
    return [value].flat() as readonly string[];
  });
}

/** The found fields that are not as wanted: of what is written, and of what has to be empty where it is not. */
function differing({ columns, numbered }: EntryRows, wanted: Values, found: Values): Values {
  const differ: Record<string, Value> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const is = found[key] ?? columns[key]?.empty ?? null;
    if (!sameValue(value, is)) differ[key] = is;
  }
  for (const [key, { empty }] of Object.entries(columns)) {
    const is = found[key];
    if (empty === undefined || is === undefined || Object.hasOwn(wanted, key)) continue;
    if (!sameValue(is, empty)) differ[key] = is;
  }
  if (numbered === undefined) return differ;
  const declared = new Set(numbersIn(wanted, numbered));
  for (const number of numbersIn(found, numbered)) {
    const key = `${numbered.key}.${number}`;
    if (!declared.has(number) && found[key] === true) differ[key] = true;
  }
  return differ;
}

function readEntry(rows: EntryRows, written: Written): WantedEntry {
  if (written.is !== 'map') return { key: readName(rows, written), fields: {} };
  const { numbered } = rows;
  const name = written.entries.find(({ key }) => key.text === 'name');
  if (name === undefined) throw new Misfit(written, `${rows.one} needs a name`);
  const others = { ...written, entries: written.entries.filter((entry) => entry !== name) };
  const own = others.entries.filter(({ key }) => key.text !== numbered?.key);
  const inside = others.entries.find(({ key }) => key.text === numbered?.key)?.value;
  return {
    key: readName(rows, name.value),
    fields: {
      ...readColumns(rows.one, rows.columns, { ...others, entries: own }, numbered?.key),
      ...(numbered === undefined || inside === undefined ? {} : readNumbered(numbered, inside)),
    },
  };
}

function readName({ one }: EntryRows, written: Written): string {
  const name = textWritten(written, `the name of ${one}`);
  if (name === '' || name === 'none') throw new Misfit(written, `${one} cannot be called \`${name}\``);
  return name;
}

function readColumns(one: string, columns: EntryColumns, { entries }: WrittenMap, other?: string): Values {
  const fields: Record<string, Value> = {};
  for (const { key, value } of entries) {
    const column = Object.hasOwn(columns, key.text) ? columns[key.text] : undefined;
    if (column === undefined) {
      const known = [...Object.keys(columns), ...(other === undefined ? [] : [other])];
      throw new Misfit(key, `${one} has no \`${key.text}\`${didYouMean(key.text, known)}`);
    }
    const read = column.type.read(value) as Value;
    if (column.holds !== 'map') fields[key.text] = read;
    else for (const [own, text] of Object.entries(read as Values)) fields[`${key.text}.${own}`] = text;
  }
  return fields;
}

/** One that says nothing of itself is there all the same. */
function readNumbered({ key, most, one, columns }: NumberedRows, written: Written): Values {
  if (written.is !== 'map')
    throw new Misfit(written, `a map by number is expected here, not ${nameOf(written)}`);
  const fields: Record<string, Value> = {};
  for (const { key: number, value } of written.entries) {
    const n = Number(parseInteger(number.text) ?? Number.NaN);
    if (!(n >= 0 && n <= most))
      throw new Misfit(number, `${nameOf(number)} is not the number of ${one}, 0 to ${most}`);
    if (value.is !== 'map')
      throw new Misfit(value, `a map of attributes is expected here, not ${nameOf(value)}; {} is one`);
    const inside = Object.entries(readColumns(one, columns, value));
    if (inside.length === 0) fields[`${key}.${n}`] = true;
    for (const [own, read] of inside) fields[`${key}.${n}.${own}`] = read;
  }
  return fields;
}
