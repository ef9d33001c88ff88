import { arrayIn, Garbled, isArray, isObject, type Json, objectIn, textIn } from './json.ts';

export type AtomType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

/** What one atom of a column may be (`<base-type>`, RFC 7047 section 3.2). */
export interface BaseType {
  readonly type: AtomType;
  /** The only values there are, or undefined. */
  readonly enum: readonly (boolean | number | string)[] | undefined;
  /** Of a number its least value, of a string its least length. */
  readonly least: number | undefined;
  readonly most: number | undefined;
  /** The table whose rows these are. A strong reference keeps its row alive, a weak one goes with it. */
  readonly refTable: string | undefined;
  readonly refType: 'strong' | 'weak';
}

/** What a column may hold (`<type>`): a map if it has a `value`, else `min` to `max` of `key`. */
export interface ColumnType {
  readonly key: BaseType;
  readonly value: BaseType | undefined;
  readonly min: 0 | 1;
  /** Infinity where there is no limit. */
  readonly max: number;
}

export interface ColumnSchema {
  readonly type: ColumnType;
  /** Lost when the server ends. */
  readonly ephemeral: boolean;
  /** May be changed once the row is there. */
  readonly mutable: boolean;
}

export interface TableSchema {
  readonly columns: ReadonlyMap<string, ColumnSchema>;
  /** Rows live on though no strong reference leads to them. */
  readonly isRoot: boolean;
  readonly maxRows: number;
}

/** What a database holds (`<database-schema>`, RFC 7047 section 3.2). */
export interface Schema {
  readonly name: string;
  readonly version: string | undefined;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

/** Columns by their tables. */
export type Columns = Readonly<Record<string, readonly string[]>>;

/** A column a server does not have, or a table, and then `column` is undefined. */
export interface Lacking {
  readonly table: string;
  readonly column: string | undefined;
}

/** Reads the reply to `get_schema`; throws {@link Garbled}. */
export function readSchema(json: Json): Schema {
  const { name, version, tables } = objectIn(json, 'a schema');
  return {
    name: textIn(name, "a schema's name"),
    version: typeof version === 'string' ? version : undefined,
    tables: mapOver(objectIn(tables, 'tables'), readTable),
  };
}

export function columnOf(schema: Schema, table: string, column: string): ColumnSchema | undefined {
  return schema.tables.get(table)?.columns.get(column);
}

/** Whether a column may hold an atom, as far as its enumeration and its limits go. */
export function mayHold({ key }: ColumnType, atom: boolean | number | string): boolean {
  if (key.enum !== undefined && !key.enum.includes(atom)) return false;
  const size = typeof atom === 'string' ? atom.length : Number(atom);
  return size >= (key.least ?? -Infinity) && size <= (key.most ?? Infinity);
}

/** What of the wanted tables and columns a server does not have. */
export function lackingIn(schema: Schema, wanted: Columns): readonly Lacking[] {
  return Object.entries(wanted).flatMap(([table, columns]): Lacking[] => {
    const found = schema.tables.get(table)?.columns;
    if (found === undefined) return [{ table, column: undefined }];
    return columns.filter((column) => !found.has(column)).map((column) => ({ table, column }));
  });
}

function readTable(json: Json | undefined, name: string): TableSchema {
  const { columns, isRoot, maxRows } = objectIn(json, `table ${name}`);
  return {
    columns: mapOver(objectIn(columns, `columns of ${name}`), readColumn),
    isRoot: isRoot === true,
    maxRows: typeof maxRows === 'number' ? maxRows : Infinity,
  };
}

function readColumn(json: Json | undefined, name: string): ColumnSchema {
  const { type, ephemeral, mutable } = objectIn(json, `column ${name}`);
  return { type: readType(type), ephemeral: ephemeral === true, mutable: mutable !== false };
}

/** Reads a `<type>`; throws {@link Garbled}. */
export function readType(json: Json | undefined): ColumnType {
  if (!isObject(json)) return { key: readBase(json), value: undefined, min: 1, max: 1 };
  const { key, value, min = 1, max = 1 } = json;
  if (min !== 0 && min !== 1) throw new Garbled(`min is neither 0 nor 1: ${min}`);
  const most = max === 'unlimited' ? Infinity : max;
  if (typeof most !== 'number' || most < 1) throw new Garbled(`max is no count: ${max}`);
  return { key: readBase(key), value: value === undefined ? undefined : readBase(value), min, max: most };
}

function readBase(json: Json | undefined): BaseType {
  const {
    type,
    enum: words,
    refTable,
    refType,
    ...limits
  } = isObject(json) ? json : { type: textIn(json, 'a type') };
  if (!isAtomType(type)) throw new Garbled(`no such type: ${type}`);
  return {
    type,
    enum: words === undefined ? undefined : readEnum(words),
    least: numberOf(limits.minInteger ?? limits.minReal ?? limits.minLength),
    most: numberOf(limits.maxInteger ?? limits.maxReal ?? limits.maxLength),
    refTable: typeof refTable === 'string' ? refTable : undefined,
    refType: refType === 'weak' ? 'weak' : 'strong',
  };
}

/** `["set", [atom…]]`, or one atom alone. */
function readEnum(json: Json): readonly (boolean | number | string)[] {
  const atoms = isArray(json) ? arrayIn(json[1], 'an enum') : [json];
  return atoms.filter(
    (atom) => typeof atom === 'string' || typeof atom === 'number' || typeof atom === 'boolean',
  );
}

function isAtomType(type: Json | undefined): type is AtomType {
  return type === 'integer' || type === 'real' || type === 'boolean' || type === 'string' || type === 'uuid';
}

function numberOf(json: Json | undefined): number | undefined {
  return typeof json === 'number' ? json : undefined;
}

function mapOver<T>(
  object: { readonly [key: string]: Json | undefined },
  read: (json: Json | undefined, name: string) => T,
): ReadonlyMap<string, T> {
  return new Map(Object.entries(object).map(([name, json]) => [name, read(json, name)]));
}
