import { type Atom, type Datum, isMap, isSet, type Uuid } from './values.ts';

/** The followed columns of a row. One that the server does not have is absent. */
export type Row = Readonly<Record<string, Datum>>;

/** A row that came, went or changed: `before` is undefined for one that came, `after` for one that went. */
export interface RowChange {
  readonly table: string;
  readonly uuid: Uuid;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** The followed tables. A row is replaced when it changes, never changed itself. */
export interface Tables {
  /** The rows of a table; none of one that the server does not have or that is not followed. */
  rows(table: string): ReadonlyMap<Uuid, Row>;
  row(table: string, uuid: Uuid): Row | undefined;
}

/** A column's string; undefined where there is none. */
export function textAt(row: Row, column: string): string | undefined {
  const datum = row[column];
  return typeof datum === 'string' ? datum : undefined;
}

/** A column's number; undefined where there is none. */
export function numberAt(row: Row, column: string): number | undefined {
  const datum = row[column];
  return typeof datum === 'number' ? datum : undefined;
}

/** A column's boolean; undefined where there is none. */
export function flagAt(row: Row, column: string): boolean | undefined {
  const datum = row[column];
  return typeof datum === 'boolean' ? datum : undefined;
}

/** What is in a column that may hold several; nothing where the server does not have it. */
export function membersAt(row: Row, column: string): readonly Atom[] {
  const datum = row[column];
  return isSet(datum) ? datum : [];
}

/** The rows a column leads to, whether it may lead to several or to one. */
export function referencesAt(row: Row, column: string): readonly Uuid[] {
  const datum = row[column];
  if (isSet(datum)) return datum as readonly Uuid[];
  return typeof datum === 'string' ? [datum as Uuid] : [];
}

/**
 * Those of one set that another has not; both in order. Mostly they are two states of one large set: what they begin
 * and end with alike is passed by, which is a look at pointers.
 */
export function notIn(these: readonly Uuid[], others: readonly Uuid[]): readonly Uuid[] {
  let from = 0;
  while (from < these.length && these[from] === others[from]) from++;
  let [end, otherEnd] = [these.length, others.length];
  while (end > from && otherEnd > from && these[end - 1] === others[otherEnd - 1]) {
    end--;
    otherEnd--;
  }
  let at = from;
  return these.slice(from, end).filter((one) => {
    while (at < otherEnd && (others[at] as Uuid) < one) at++;
    return others[at] !== one;
  });
}

/** A column's pairs; none where the server does not have it. */
export function pairsAt(row: Row, column: string): ReadonlyMap<Atom, Atom> {
  const datum = row[column];
  return isMap(datum) ? datum : noPairs;
}

const noPairs: ReadonlyMap<Atom, Atom> = new Map();
