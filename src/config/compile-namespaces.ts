import { type DeclaredNamespace, namespaceName } from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Written } from '../model/written.ts';
import { namespaceNameFault } from '../wire/namespaces.ts';
import { compileLinks, type LinksByName } from './compile-links.ts';
import { isForLater, notInThisVersion } from './later.ts';
import { fault, mapWritten, type Reading } from './reading.ts';

/** A namespace of a file: where it is named first, and what is in it. */
export interface NamespaceDraft {
  readonly at: number;
  readonly links: LinksByName;
}

export type NamespacesByName = Map<DeclaredNamespace, NamespaceDraft>;

const bodyKeys = ['links'] as const;
const topOnly: ReadonlySet<string> = new Set(['daemon', 'namespaces', '$schema']);

/** What stands under `namespaces:`: by name, each the body of the host’s namespace again, or nothing at all. */
export function compileNamespaces(reading: Reading, namespaces: NamespacesByName, written: Written): void {
  const map = mapWritten(reading, written, 'namespaces', 'a map of name to what is in the namespace');
  for (const { key, value } of map?.entries ?? []) {
    const wrong = namespaceNameFault(key.text);
    if (wrong !== undefined) {
      fault(reading, key, wrong);
      continue;
    }
    const name = namespaceName(key.text);
    const draft = namespaces.get(name) ?? { at: key.offset, links: new Map() };
    namespaces.set(name, draft);
    if (value.is !== 'null') compileBody(reading, name, draft.links, value);
  }
}

function compileBody(reading: Reading, name: DeclaredNamespace, links: LinksByName, written: Written): void {
  const map = mapWritten(reading, written, name, 'a namespace, a map with `links:` in it');
  for (const { key, value } of map?.entries ?? []) {
    if (key.text === 'links') compileLinks(reading, name, links, value);
    else fault(reading, key, unknownBodyKey(key.text));
  }
}

function unknownBodyKey(key: string): string {
  if (isForLater('namespace', key)) return notInThisVersion(key);
  if (topOnly.has(key)) return `\`${key}\` stands at the top of a file, not in a namespace`;
  const hint = didYouMean(key, bodyKeys);
  return `a namespace has no key \`${key}\`${hint === '' ? '; its links stand under `links:`' : hint}`;
}
