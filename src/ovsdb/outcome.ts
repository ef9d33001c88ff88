import { arrayIn, Garbled, isObject, type Json, objectIn } from './json.ts';
import type { Operation } from './operations.ts';
import type { Row } from './row.ts';
import type { ColumnType, Schema } from './schema.ts';
import { errorText, type Reply } from './session.ts';
import { type Datum, readDatum, type Uuid } from './values.ts';

/** What became of a transaction. */
export type TransactionOutcome =
  /** All of it is so. The tables had their share of it before this was known. */
  | { readonly is: 'done'; readonly results: readonly OperationResult[] }
  /** Nothing of it is so. */
  | {
      readonly is: 'refused';
      /** The server's own: `constraint violation: Transaction causes multiple rows in …`. */
      readonly words: string;
      /** Of them the first, by which kinds of refusal are told apart: `timed out`, `constraint violation`, `canceled`. */
      readonly error: string;
      /** Which operation, counted from 0; undefined where it is the transaction as a whole. */
      readonly operation: number | undefined;
    }
  /** It was sent, and the connection ended before an answer: what of it is so is known after the next snapshot. */
  | { readonly is: 'lost'; readonly words: string }
  /** Nothing of it is so: it never left. */
  | { readonly is: 'not-sent'; readonly why: string };

/** What an operation gives back. */
export interface OperationResult {
  /** Of an insert: the new row. */
  readonly uuid?: Uuid;
  /** Of an update, a mutate or a delete: how many rows it met. */
  readonly count?: number;
  /** Of a select, with the columns it asked for; without any, all of them, `_uuid` and `_version` too. */
  readonly rows?: readonly Row[];
}

const uuidType: ColumnType = {
  key: {
    type: 'uuid',
    enum: undefined,
    least: undefined,
    most: undefined,
    refTable: undefined,
    refType: 'strong',
  },
  value: undefined,
  min: 1,
  max: 1,
};

/**
 * Reads the reply to a transaction; throws {@link Garbled}.
 * There is a result for each operation, null behind one that failed, and one more where the whole failed when it was
 * committed (RFC 7047 section 4.1.3): a deferred constraint shows nowhere else.
 */
export function readOutcome(
  operations: readonly Operation[],
  reply: Reply,
  schema: Schema,
): TransactionOutcome {
  if (reply.is === 'error') return refused(reply.error, undefined);
  const results = arrayIn(reply.result, 'the results of a transaction');
  for (const [i, result] of results.entries()) {
    const error = isObject(result) ? (result.error ?? null) : null;
    if (error !== null) return refused(result as Json, i < operations.length ? i : undefined);
  }
  if (results.length !== operations.length) {
    throw new Garbled(`${results.length} results of ${operations.length} operations`);
  }
  return {
    is: 'done',
    results: operations.map((operation, i) => readResult(operation, results[i], schema)),
  };
}

function refused(error: Json, operation: number | undefined): TransactionOutcome {
  const first = isObject(error) && typeof error.error === 'string' ? error.error : errorText(error);
  return { is: 'refused', words: errorText(error), error: first, operation };
}

function readResult(operation: Operation, json: Json | undefined, schema: Schema): OperationResult {
  const result = objectIn(json, `the result of ${operation.op}`);
  switch (operation.op) {
    case 'insert':
      return { uuid: readDatum(result.uuid, uuidType) as Uuid };
    case 'update':
    case 'mutate':
    case 'delete':
      if (typeof result.count !== 'number') throw new Garbled(`no count of ${operation.op}`);
      return { count: result.count };
    case 'select':
      return { rows: arrayIn(result.rows, 'rows').map((row) => readRow(operation.table, row, schema)) };
    case 'wait':
    case 'comment':
      return {};
    default:
      return operation satisfies never;
  }
}

function readRow(table: string, json: Json, schema: Schema): Row {
  const types = schema.tables.get(table)?.columns;
  const row: Record<string, Datum> = {};
  for (const [column, value] of Object.entries(objectIn(json, 'a row'))) {
    const type = column === '_uuid' || column === '_version' ? uuidType : types?.get(column)?.type;
    if (type === undefined) throw new Garbled(`no column ${table}.${column}`);
    row[column] = readDatum(value, type);
  }
  return row;
}
