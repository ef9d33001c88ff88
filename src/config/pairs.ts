import { article } from '../derive/grammar.ts';
import { type ObjectId, referenceTo, resolveReference } from '../model/address.ts';
import type { Kind } from '../reconcilers/kind.ts';
import type { DraftLink } from './combine.ts';
import type { Finding } from './world.ts';

/**
 * Gives each declared end of a pair the peer the other end names.
 * Either end may be declared alone; two declared ends have to name each other, or one of them nobody.
 */
export function pairUp(links: ReadonlyMap<ObjectId, DraftLink>, conflicts: Finding[]): void {
  const claimed = new Map<ObjectId, DraftLink>();
  for (const link of links.values()) {
    const key = peerKeyOf(link.kind);
    const field = key === undefined ? undefined : link.part?.fields[key];
    if (key === undefined || field === undefined) continue;
    const spot = { source: (link.spots[0] as (typeof link.spots)[number]).source, at: field.at };
    const id = resolveReference(link.namespace, String(field.value));
    const rival = claimed.get(id);
    if (rival !== undefined) {
      const also = rival.fields[key]?.spot ?? rival.spots[0];
      conflicts.push({
        message: `\`${id}\` cannot be the peer of ${rival.id} and of ${link.id}`,
        spot,
        ...(also === undefined ? {} : { also }),
      });
      continue;
    }
    claimed.set(id, link);
    join(link, key, links.get(id), { message: '', spot }, conflicts);
  }
  for (const link of links.values()) requirePeer(link, conflicts);
}

function join(
  link: DraftLink,
  key: string,
  other: DraftLink | undefined,
  at: Finding,
  conflicts: Finding[],
): void {
  if (other === undefined) return;
  const says = (message: string) => {
    const also = other.fields[key]?.spot ?? other.spots[0];
    conflicts.push({ ...at, message, ...(also === undefined ? {} : { also }) });
  };
  if (other === link) {
    conflicts.push({ ...at, message: `\`${link.id}\` cannot be its own peer` });
  } else if (other.kind === link.kind) {
    const back = other.part?.fields[key];
    if (back === undefined) other.fields[key] = { value: referenceTo(other.namespace, link), spot: at.spot };
    else if (resolveReference(other.namespace, String(back.value)) !== link.id) {
      says(`\`${link.id}\` names ${other.id} as its peer, which names ${String(back.value)}`);
    }
  } else if (other.kind.made) {
    says(
      `the peer of \`${link.id}\` is ${article(link.kind.name)} too, and \`${other.id}\` is declared as ${article(other.kind.name)}`,
    );
  }
}

function requirePeer(link: DraftLink, conflicts: Finding[]): void {
  const key = peerKeyOf(link.kind);
  const [spot] = link.spots;
  if (key === undefined || spot === undefined || link.fields[key] !== undefined) return;
  conflicts.push({
    message: `${article(link.kind.name)} needs \`${key}\`: ${link.kind.fields[key]?.doc ?? ''}`,
    spot,
  });
}

function peerKeyOf(kind: Kind): string | undefined {
  return Object.entries(kind.fields).find(([, row]) => row.place.at === 'peer')?.[0];
}
