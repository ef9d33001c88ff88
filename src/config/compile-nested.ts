import type { NamespaceName } from '../model/address.ts';
import type { WrittenMap } from '../model/written.ts';
import type { AnyRow, Fields } from '../reconcilers/kind.ts';
import { compileField } from './compile-field.ts';
import type { FieldPart } from './part.ts';
import { fault, type Reading } from './reading.ts';

/** Attributes in a map under a key, by their dotted keys; `unknown` is what to say of a key there is not. */
export function compileNested(
  reading: Reading,
  namespace: NamespaceName,
  table: { readonly key: string; readonly fields: Fields },
  map: WrittenMap,
  unknown: (key: string) => string,
): Record<string, FieldPart> {
  const fields: Record<string, FieldPart> = {};
  for (const { key, value } of map.entries) {
    const [own, row] = rowWritten(table.fields, key.text) ?? [];
    if (own === undefined || row === undefined) {
      fault(reading, key, unknown(key.text));
      continue;
    }
    const dotted = `${table.key}.${own}`;
    const first = fields[dotted];
    if (first !== undefined) {
      const message = `\`${own}\` is written twice, one time as \`${key.text}\``;
      fault(reading, key, message, first.at);
      continue;
    }
    const field = compileField(reading, namespace, { key: own, row }, value);
    if (field !== undefined) fields[dotted] = field;
  }
  return fields;
}

/** A row by its key, or by another spelling of it. */
function rowWritten(table: Fields, written: string): readonly [string, AnyRow] | undefined {
  return Object.entries(table).find(([key, row]) => key === written || row.also?.includes(written) === true);
}
