import type { NamespaceName } from '../model/address.ts';
import type { Value } from '../model/value.ts';
import type { Written } from '../model/written.ts';
import type { AnyRow } from '../reconcilers/kind.ts';
import { namespaceForLater } from './later.ts';
import { isIpWhereMacIsMeant } from './mistakes.ts';
import type { FieldPart } from './part.ts';
import { attempt, fault, nothingWritten, type Reading } from './reading.ts';

/** The value of one attribute, as its row reads it. */
export function compileField(
  reading: Reading,
  namespace: NamespaceName,
  { key, row }: { readonly key: string; readonly row: AnyRow },
  written: Written,
): FieldPart | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten(key));
  if (isIpWhereMacIsMeant(key, written)) {
    return fault(reading, written, '`address` is the MAC address; did you mean `addresses`?');
  }
  const value = attempt(reading, () => row.type.read(written) as Value);
  if (value === undefined) return undefined;
  const reference = foreignReference(row, value);
  if (reference === undefined) return { value, at: written.offset };
  const isHost = reference.startsWith('/') && namespace === null;
  if (!isHost) return fault(reading, written, namespaceForLater(reference));
  return { value: reference.slice(1), at: written.offset };
}

/** The reference with a namespace in it that a value makes, if it makes one. */
function foreignReference(row: AnyRow, value: Value): string | undefined {
  return row.type.mentions?.(value).find((reference) => reference.includes('/'));
}
