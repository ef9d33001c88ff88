import { article } from '../derive/grammar.ts';
import { asWritten, referenceOf, type WorldLint, written } from './lint.ts';
import { spotOf, spotOfKey, type World, type WorldLink } from './world.ts';

/** One link taking all packets of another, by a key that names it. */
interface Take {
  readonly by: WorldLink;
  readonly key: string;
  /** The id of the link that is taken, declared or not. */
  readonly from: string;
}

/** What cannot go together since a link’s packets go one way only; all of it is refused by the kernel (EBUSY, EINVAL). */
export const takingLints: readonly WorldLint[] = [
  {
    id: 'passthru-shares',
    severity: 'error',
    doc: 'A macvlan or macvtap in mode passthru has its lower link for itself; another is on it too.',
    *check(world) {
      const all = takes(world).filter(({ by }) => by.kind.takes?.sharedAs === 'macvlan');
      const passing = new Map(
        all.filter(({ by }) => written(by, 'mode') === 'passthru').map(({ by, from }) => [from, by]),
      );
      for (const { by: link, key, from } of all) {
        const owner = passing.get(from);
        if (owner === undefined || owner === link) continue;
        const message = `\`${owner.id}\` is in mode passthru and must be the only macvlan on ${from}; \`${link.id}\` is there too`;
        yield { message, spot: spotOfKey(link, key), also: spotOfKey(owner, 'mode') };
      }
    },
  },
  {
    id: 'on-its-like',
    severity: 'error',
    doc: 'A macvlan stands on a macvlan, or an ipvlan on an ipvlan; the kernel puts it on the link underneath instead.',
    *check(world) {
      for (const { by: link, key } of takes(world)) {
        const lower = world.named(link, key);
        const shared = link.kind.takes?.sharedAs;
        if (shared === undefined || lower?.kind.takes?.sharedAs !== shared || lower === link) continue;
        const under = referenceOf(lower, key);
        const instead = under === undefined ? 'the link underneath' : asWritten(link, under);
        const message = `\`${link.id}\` stands on ${article(lower.kind.name)}, which the kernel never does: write \`${key}: ${instead}\``;
        yield { message, spot: spotOfKey(link, key), also: spotOf(lower) };
      }
    },
  },
  {
    id: 'taken-by-master',
    severity: 'error',
    doc: 'A macvlan, an ipvlan or an HSR ring stands on a bridge’s port or a bond’s member, whose packets already belong to the master.',
    *check(world) {
      for (const { by: link, key } of takes(world)) {
        const lower = world.named(link, key);
        const master = lower === undefined ? undefined : takerOf(world, lower);
        if (lower === undefined || master === undefined) continue;
        const message = `\`${link.id}\` cannot stand on ${lower.id}, a member of ${article(master.kind.name)}; put it on ${master.id}`;
        yield { message, spot: spotOfKey(link, key), also: spotOfKey(lower, 'master') };
      }
    },
  },
  {
    id: 'two-takers',
    severity: 'error',
    doc: 'Two links of different kinds take all packets of one link: a macvlan and an ipvlan, or two HSR rings.',
    *check(world) {
      const first = new Map<string, WorldLink>();
      for (const { by: link, key, from } of takes(world)) {
        const before = first.get(from) ?? link;
        first.set(from, before);
        const shared = link.kind.takes?.sharedAs;
        if (before === link || (shared !== undefined && shared === before.kind.takes?.sharedAs)) continue;
        const [one, two] = [article(before.kind.name), article(link.kind.name)];
        const message = `\`${link.id}\` is ${two} on ${from}, whose packets \`${before.id}\` takes, ${one}; a link can have one of the two`;
        yield { message, spot: spotOfKey(link, key), also: spotOf(before) };
      }
    },
  },
  {
    id: 'one-for-all',
    severity: 'error',
    doc: 'Links that share the one underneath differ in what they have in common: the `mode` of ipvlans, the `bclim` of macvlans.',
    *check(world) {
      const first = new Map<string, WorldLink>();
      for (const { by: link, from } of takes(world)) {
        for (const key of link.kind.takes?.inCommon ?? []) {
          const value = written(link, key);
          if (value === undefined) continue;
          const place = `${link.kind.takes?.sharedAs} ${key} ${from}`;
          const before = first.get(place);
          if (before === undefined) first.set(place, link);
          else if (written(before, key) !== value) {
            const message = `all on ${from} have one \`${key}\`: \`${link.id}\` has ${value}, and \`${before.id}\` has ${written(before, key)}`;
            yield { message, spot: spotOfKey(link, key), also: spotOfKey(before, key) };
          }
        }
      }
    },
  },
  {
    id: 'unsaid-for-all',
    severity: 'warning',
    doc: 'An ipvlan without `mode` stands beside one that has another than l3, which all would get when it is made.',
    *check(world) {
      const all = takes(world);
      for (const { by: link, key, from } of all) {
        for (const [unsaid, value] of Object.entries(link.kind.takes?.unsaid ?? {})) {
          if (written(link, unsaid) !== undefined) continue;
          const sibling = all.find(
            ({ by, from: theirs }) => theirs === from && (written(by, unsaid) ?? value) !== value,
          )?.by;
          if (sibling === undefined) continue;
          const said = `\`${unsaid}: ${written(sibling, unsaid)}\``;
          const message = `\`${link.id}\` has no \`${unsaid}\`: made so, it gives all on ${from} ${value}; write ${said} here as on ${sibling.id}`;
          yield { message, spot: spotOfKey(link, key), also: spotOfKey(sibling, unsaid) };
        }
      }
    },
  },
];

/** The declared master that takes all packets of a link; a VRF does without. */
export function takerOf(world: World, link: WorldLink): WorldLink | undefined {
  const master = world.named(link, 'master');
  return master?.kind.takes?.from === 'members' ? master : undefined;
}

/** Every taking of a link by one that stands on it. */
function takes(world: World): readonly Take[] {
  return [...world.links.values()].flatMap((by) => {
    const { from } = by.kind.takes ?? {};
    return (Array.isArray(from) ? (from as readonly string[]) : []).flatMap((key) => {
      const lower = referenceOf(by, key);
      return lower === undefined ? [] : [{ by, key, from: lower }];
    });
  });
}
