import type { Operation, WireRow } from '../../../src/ovsdb/operations.ts';
import type { WireDatum } from '../../../src/ovsdb/values.ts';

type Where = Extract<Operation, { readonly op: 'wait' }>['where'];

/** The rows where a column has exactly this value. */
export function where(column: string, value: WireDatum): Where {
  return [[column, '==', value]];
}

/** Holds a transaction up, for so many milliseconds, until the rows are these. */
export function wait(table: string, where: Where, rows: readonly WireRow[], timeout: number): Operation {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { op: 'wait', table, where, columns, until: '==', rows, timeout };
}
