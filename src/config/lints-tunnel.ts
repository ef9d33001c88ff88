import { listing } from '../derive/grammar.ts';
import { canonical, type Value, type Values } from '../model/value.ts';
import { linkKinds } from '../reconcilers/index.ts';
import { referenceOf, repeated, underlayOf, type WorldLint, written } from './lint.ts';
import { spotOf, spotOfKey, type WorldLink } from './world.ts';

/** What only the kernel makes, and what no two links of a kind can be. */
export const tunnelLints: readonly WorldLint[] = [
  {
    id: 'fallback',
    severity: 'error',
    doc: 'The link a kind has in every namespace from the kernel itself (`tunl0`, `gre0`) is declared as one vnetd would make.',
    *check(world) {
      const owners = new Map(
        linkKinds.flatMap((kind) => (kind.fallback === undefined ? [] : [[kind.fallback, kind] as const])),
      );
      for (const link of world.links.values()) {
        const owner = owners.get(link.name);
        if (owner === undefined || !link.kind.made) continue;
        const message = `\`${link.name}\` is the kernel’s own: it comes with ${owner.name} and nobody can make or delete it; as \`kind: device\` it can be kept`;
        yield { message, spot: spotOf(link) };
      }
    },
  },
  {
    id: 'one-of-each',
    severity: 'error',
    doc: 'Two links of a kind agree in what one of them at most can have: tunnels in their ends and key, xfrm in `if_id`, bareudp in `dstport`; there can be one gtp.',
    *check(world) {
      for (const [first, link] of repeated(world.links.values(), identityOf)) {
        const { name, apart = {} } = link.kind;
        const said = Object.keys(apart).filter((key) => saidOf(link, key) !== apart[key]);
        const of = said.map((key) => `\`${key}\` ${saidOf(link, key)}`);
        const message = `\`${first.id}\` and \`${link.id}\` are both of kind ${name}, of which ${oneOf(apart, of)}`;
        const [key] = said;
        if (key === undefined) yield { message, spot: spotOf(link), also: spotOf(first) };
        else yield { message, spot: spotOfKey(link, key), also: spotOfKey(first, key) };
      }
    },
  },
];

/** Equal for two links the kernel takes for one, or has no room for beside each other. */
function identityOf(link: WorldLink): string | undefined {
  const { name, apart } = link.kind;
  if (apart === undefined) return undefined;
  const values = Object.keys(apart).map((key) => saidOf(link, key));
  return values.includes(null) ? undefined : canonical([name, underlayOf(link), ...values]);
}

/** What is written there, as an id where it names a link; or what it is when nobody writes it. */
function saidOf(link: WorldLink, key: string): Value {
  const { apart = {}, fields } = link.kind;
  const isReference = fields[key]?.type.mentions !== undefined;
  return (isReference ? referenceOf(link, key) : written(link, key)) ?? apart[key] ?? null;
}

function oneOf(apart: Values, of: readonly string[]): string {
  const keys = Object.keys(apart).filter((key) => apart[key] !== false);
  if (of.length > 0) return `only one can have ${listing(of, 'and')}`;
  if (keys.length === 0) return 'there can be one';
  return `only one can be without ${listing(
    keys.map((key) => `\`${key}\``),
    'and',
  )}`;
}
