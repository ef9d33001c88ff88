import {
  namespaceItself,
  type ObjectId,
  parseObjectId,
  referenceTo,
  resolveReference,
} from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import { fieldsOf, linkKinds } from '../reconcilers/index.ts';
import { lowerKeys, referenceOf, underlayWritten, type WorldLint, written } from './lint.ts';
import { spotOfKey, type World, type WorldLink } from './world.ts';

/** What does not go together across namespaces. */
export const namespaceLints: readonly WorldLint[] = [
  {
    id: 'underlay-elsewhere',
    severity: 'error',
    doc: 'A link has `link_netns`, and the link underneath is in another namespace; the kernel looks for it in that one.',
    *check(world) {
      for (const link of world.links.values()) {
        const underlay = underlayWritten(link);
        for (const key of underlay === undefined ? [] : lowerKeys) {
          const id = referenceOf(link, key);
          if (underlay === undefined || id === undefined) continue;
          const { namespace, name } = parseObjectId(id);
          if (namespace === underlay) continue;
          const right = referenceTo(link.namespace, { namespace: underlay, name });
          const message = `with \`link_netns: ${written(link, 'link_netns')}\` the \`${key}\` is looked for in that namespace; write \`${key}: ${right}\``;
          yield { message, spot: spotOfKey(link, key), also: spotOfKey(link, 'link_netns') };
        }
      }
    },
  },
  {
    id: 'namespace-undeclared',
    severity: 'warning',
    doc: 'A link refers to a namespace that no file declares; vnetd does not look into it, so the link waits for ever.',
    *check(world) {
      for (const { link, key, id } of references(world)) {
        const itself = namespaceItself(id);
        const namespace = itself ?? parseObjectId(id).namespace;
        if (namespace === null || world.namespaces.has(namespace)) continue;
        const what = itself === undefined ? `\`${id}\` is in a namespace` : `\`${namespace}\` is a namespace`;
        const hint = didYouMean(namespace, world.namespaces.keys());
        const message = `${what} that is not declared${hint}, so this link waits for ever; write \`namespaces: { ${namespace}: {} }\`, with which vnetd makes it or adopts it`;
        yield { message, spot: spotOfKey(link, key) };
      }
    },
  },
];

/** Every reference of every link, with the key that makes it. */
function* references(world: World): Generator<{ link: WorldLink; key: string; id: ObjectId }> {
  const naming = new Map(linkKinds.map(({ name }) => [name, keysThatName(name)]));
  for (const link of world.links.values()) {
    for (const [key, mentions] of naming.get(link.kind.name) ?? []) {
      const value = written(link, key);
      if (value === undefined) continue;
      for (const reference of mentions(value))
        yield { link, key, id: resolveReference(link.namespace, reference) };
    }
  }
}

function keysThatName(kindName: string) {
  return Object.entries(fieldsOf(kindName)).flatMap(([key, { type }]) =>
    type.mentions === undefined ? [] : [[key, type.mentions] as const],
  );
}
