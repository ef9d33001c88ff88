import { type NamespaceName, parseObjectId, referenceTo, resolveReference } from '../model/address.ts';
import type { Value } from '../model/value.ts';
import type { Written } from '../model/written.ts';
import type { AnyRow } from '../reconcilers/kind.ts';
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
  const at = written.offset;
  if (row.type.mentions?.(value)[0] !== value) return { value, at };
  const reference = referenceTo(namespace, parseObjectId(resolveReference(namespace, String(value))));
  if (reference.includes('/') && row.elsewhere !== true)
    return fault(reading, written, notInItsNamespace(key, reference));
  return { value: reference, at };
}

function notInItsNamespace(key: string, reference: string): string {
  const rule =
    key === 'master'
      ? 'a master is in its member’s own namespace'
      : `\`${key}\` is in the same namespace as the link that names it`;
  return `${rule}, which \`${reference}\` is not`;
}
