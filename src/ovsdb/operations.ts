import { rowRef, type Uuid, type WireAtom, type WireDatum } from './values.ts';

/** What to write into a row; a column left out keeps its value, or gets the default. */
export type WireRow = Readonly<Record<string, WireDatum>>;

/** A clause of which rows are meant; all of them hold together, and none means every row (RFC 7047 section 5.1). */
export type Condition = readonly [
  column: string,
  is: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes',
  value: WireDatum,
];

/** A change that depends on what is there. `insert` into a map leaves keys alone that are there already. */
export type Mutation = readonly [
  column: string,
  mutator: '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete',
  value: WireDatum,
];

type Where = readonly Condition[];

/** One step of a transaction, as it goes over the wire (RFC 7047 section 5.2, without `commit`, `abort` and `assert`). */
export type Operation =
  | {
      readonly op: 'insert';
      readonly table: string;
      readonly row: WireRow;
      readonly 'uuid-name'?: string;
    }
  | {
      readonly op: 'select';
      readonly table: string;
      readonly where: Where;
      readonly columns?: readonly string[];
    }
  | { readonly op: 'update'; readonly table: string; readonly where: Where; readonly row: WireRow }
  | {
      readonly op: 'mutate';
      readonly table: string;
      readonly where: Where;
      readonly mutations: readonly Mutation[];
    }
  | { readonly op: 'delete'; readonly table: string; readonly where: Where }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: Where;
      readonly columns: readonly string[];
      readonly until: '==' | '!=';
      readonly rows: readonly WireRow[];
      readonly timeout?: number;
    }
  | { readonly op: 'comment'; readonly comment: string };

/** The one row of this name. */
export function rowIs(uuid: Uuid): Where {
  return [['_uuid', '==', rowRef(uuid)]];
}

/** Every row. */
export const everyRow: Where = [];

/** A new row, which the same transaction may refer to by `name` ({@link namedRef}): an identifier like `row_1`. */
export function insert(table: string, row: WireRow, name?: string): Operation {
  return { op: 'insert', table, row, ...(name === undefined ? {} : { 'uuid-name': name }) };
}

/** Reads rows as they are at this point of the transaction: all columns, or these. */
export function select(table: string, where: Where, columns?: readonly string[]): Operation {
  return { op: 'select', table, where, ...(columns === undefined ? {} : { columns }) };
}

/** Replaces whole columns. */
export function update(table: string, where: Where, row: WireRow): Operation {
  return { op: 'update', table, where, row };
}

/** Changes columns by what is there. */
export function mutate(table: string, where: Where, ...mutations: readonly Mutation[]): Operation {
  return { op: 'mutate', table, where, mutations };
}

/** Takes rows away; what only they refer to strongly goes too, if its table is no root. */
export function deleteRows(table: string, where: Where): Operation {
  return { op: 'delete', table, where };
}

/** Has the whole transaction fail where a row is gone, or has something else in a column. */
export function waitFor(table: string, uuid: Uuid, column: string, value: WireDatum): Operation {
  const rows = [{ [column]: value }];
  return { op: 'wait', table, where: rowIs(uuid), columns: [column], until: '==', rows, timeout: 0 };
}

/** A line for the server's log, said if the transaction is done. */
export function comment(text: string): Operation {
  return { op: 'comment', comment: text };
}

/** Adds to a number. */
export function add(column: string, number: number): Mutation {
  return [column, '+=', number];
}

/** Puts into a set. */
export function putIn(column: string, ...atoms: readonly WireAtom[]): Mutation {
  return [column, 'insert', ['set', atoms]];
}

/** Takes out of a set, or pairs by their keys out of a map; what is not in it does not matter. */
export function takeOut(column: string, ...atoms: readonly WireAtom[]): Mutation {
  return [column, 'delete', ['set', atoms]];
}

/** Sets keys of a map and leaves its others alone. `insert` does not overwrite, so they are taken out first. */
export function setKeys(
  column: string,
  pairs: Readonly<Record<string, WireAtom>>,
): readonly [Mutation, Mutation] {
  return [takeOut(column, ...Object.keys(pairs)), [column, 'insert', ['map', Object.entries(pairs)]]];
}
