import { type NamespaceName, objectId } from '../model/address.ts';
import type { Written } from '../model/written.ts';
import { compileLink } from './compile-link.ts';
import type { LinkPart } from './part.ts';
import { fault, mapWritten, nothingWritten, type Reading } from './reading.ts';

/** The links of one namespace by name, as far as they were read. */
export type LinksByName = Map<string, LinkPart>;

/** What stands under `links:`, at the top of a file or in a namespace. */
export function compileLinks(
  reading: Reading,
  namespace: NamespaceName,
  links: LinksByName,
  written: Written,
): void {
  if (written.is === 'null') {
    fault(reading, written, nothingWritten('links', '{}'));
    return;
  }
  const map = mapWritten(reading, written, 'links', 'a map of name to attributes');
  for (const { key, value } of map?.entries ?? []) {
    const first = links.get(key.text);
    if (first !== undefined) {
      fault(reading, key, `\`${objectId(namespace, key.text)}\` is declared twice`, first.at);
      continue;
    }
    const link = compileLink(reading, namespace, key, value);
    if (link !== undefined) links.set(link.name, link);
  }
}
