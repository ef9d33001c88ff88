import {
  type NamespaceName,
  namespaceName,
  type ObjectId,
  parseObjectId,
  referenceTo,
  resolveReference,
} from '../model/address.ts';
import type { Finding, World, WorldField, WorldLink } from './world.ts';

/** One thing a declaration can show to be wrong (`error`: refused) or probably wrong (`warning`: said, and applied). */
export interface WorldLint {
  /** Its name, in the documentation. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** One sentence: what is found, and why it is wrong. */
  readonly doc: string;
  check(world: World): Iterable<Finding>;
}

export function linksOfKind(world: World, ...kinds: readonly string[]): readonly WorldLink[] {
  return [...world.links.values()].filter((link) => kinds.includes(link.kind.name));
}

/** The value of a key, or undefined where nothing is written. */
export function written(link: WorldLink, key: string): WorldField['value'] | undefined {
  return link.fields[key]?.value;
}

/** Keys that name a link this one stands on. */
export const lowerKeys = ['link', 'dev', 'slave1', 'slave2'] as const;

/** The id a key names, declared or not; undefined for none. */
export function referenceOf(link: WorldLink, key: string): ObjectId | undefined {
  const value = link.fields[key]?.value;
  return typeof value !== 'string' || value === 'none' ? undefined : resolveReference(link.namespace, value);
}

/** The namespace `link_netns` names. */
export function underlayWritten(link: WorldLink): NamespaceName | undefined {
  const value = written(link, 'link_netns');
  if (typeof value !== 'string') return undefined;
  return value === '/' ? null : namespaceName(value);
}

/** The namespace a link's own packets go through: as written, that of `dev`, or its own. */
export function underlayOf(link: WorldLink): string {
  const dev = referenceOf(link, 'dev');
  const own = (dev === undefined ? link : parseObjectId(dev)).namespace;
  const said = underlayWritten(link);
  return (said === undefined ? own : said) ?? '';
}

/** An object as one would write it on a link: without its namespace where that is the link's own. */
export function asWritten({ namespace }: WorldLink, id: ObjectId): string {
  return referenceTo(namespace, parseObjectId(id));
}

/** For links of a group that share a key: each after the first, with the first. */
export function* repeated(
  links: Iterable<WorldLink>,
  keyOf: (link: WorldLink) => string | undefined,
): Generator<readonly [WorldLink, WorldLink]> {
  const first = new Map<string, WorldLink>();
  for (const link of links) {
    const key = keyOf(link);
    if (key === undefined) continue;
    const before = first.get(key);
    if (before === undefined) first.set(key, link);
    else yield [before, link];
  }
}
