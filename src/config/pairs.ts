import { article } from '../derive/grammar.ts';
import { type ObjectId, referenceTo, resolveReference } from '../model/address.ts';
import { peerKeyOf } from '../reconcilers/index.ts';
import type { DraftLink } from './combine.ts';
import { type Finding, spotOf, spotOfKey } from './world.ts';

/**
 * Gives each declared end of a pair the peer the other end names.
 * Either end may be declared alone; two declared ends have to name each other, or one of them nobody.
 */
export function pairUp(links: ReadonlyMap<ObjectId, DraftLink>, conflicts: Finding[]): void {
  const claimed = new Map<ObjectId, DraftLink>();
  const ends = [...links.values()].filter((link) => peerKeyOf(link.kind.name) !== undefined);
  for (const link of ends) {
    const key = peerKeyOf(link.kind.name) ?? '';
    const own = link.part?.fields[key];
    if (own === undefined) continue;
    const id = resolveReference(link.namespace, String(own.value));
    const rival = claimed.get(id);
    const other = links.get(id);
    const spot = { source: spotOf(link).source, at: own.at };
    if (rival !== undefined) {
      const message = `\`${id}\` cannot be the peer of ${rival.id} and of ${link.id}`;
      conflicts.push({ message, spot, also: spotOfKey(rival, key) });
      continue;
    }
    claimed.set(id, link);
    const mismatch = other === undefined ? undefined : mismatchOf(link, other, key);
    if (other === link) conflicts.push({ message: `\`${link.id}\` cannot be its own peer`, spot });
    else if (other !== undefined && mismatch !== undefined) {
      conflicts.push({ message: mismatch, spot, also: spotOfKey(other, key) });
    } else if (other?.kind === link.kind && other.part?.fields[key] === undefined) {
      other.fields = { ...other.fields, [key]: { value: referenceTo(other.namespace, link), ...spot } };
    }
  }
  for (const link of ends) {
    const key = peerKeyOf(link.kind.name) ?? '';
    if (link.fields[key] !== undefined) continue;
    const doc = link.kind.fields[key]?.doc ?? '';
    conflicts.push({ message: `${article(link.kind.name)} needs \`${key}\`: ${doc}`, spot: spotOf(link) });
  }
}

/** Why a link cannot be the other end of one that names it; a `device` may be, for somebody else may make the pair. */
function mismatchOf(link: DraftLink, other: DraftLink, key: string): string | undefined {
  if (other.kind !== link.kind) {
    const [one, two] = [article(link.kind.name), article(other.kind.name)];
    return other.kind.made
      ? `the peer of \`${link.id}\` is ${one} too, and \`${other.id}\` is declared as ${two}`
      : undefined;
  }
  const back = other.part?.fields[key];
  const named = back === undefined ? link.id : resolveReference(other.namespace, String(back.value));
  return named === link.id ? undefined : `\`${link.id}\` names ${other.id} as its peer, which names ${named}`;
}
