import { type NamespaceName, namespaceReferred, parseObjectId, resolveReference } from '../model/address.ts';
import type { Values } from '../model/value.ts';
import { rowOf } from '../reconcilers/index.ts';

/** The namespace that the outer packets of a link go through, as far as its fields say: `link_netns`, that of `dev`, or its own. */
export function underlayWanted(own: NamespaceName, kind: string, fields: Values): NamespaceName {
  for (const [key, value] of Object.entries(fields)) {
    const row = rowOf(kind, key);
    const from =
      row?.place.at === 'netns'
        ? namespaceReferred(String(value))
        : row?.elsewhere === true && row.place.at !== 'peer'
          ? parseObjectId(resolveReference(own, String(value))).namespace
          : own;
    if (from !== own) return from;
  }
  return own;
}
