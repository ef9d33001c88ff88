import type { Kind } from '../reconcilers/kind.ts';
import type { WorldLint } from './lint.ts';
import { type Finding, spotOfKey, type World } from './world.ts';

/** What the kinds' own tables look for in one link. */
export const kindLints: readonly WorldLint[] = (['error', 'warning'] as const).map((severity) => ({
  id: `kind-${severity}`,
  severity,
  doc:
    severity === 'error' ? 'What the link’s own kind cannot have.' : 'What the link’s own kind rarely means.',
  check: (world) => ofKinds(world, severity),
}));

function* ofKinds(world: World, severity: 'error' | 'warning'): Generator<Finding> {
  for (const link of world.links.values()) {
    const { lints }: Kind = link.kind;
    if (lints === undefined) continue;
    const fields = Object.fromEntries(Object.entries(link.fields).map(([key, { value }]) => [key, value]));
    const members = world.membersOf(link.id).map(({ name }) => name);
    for (const lint of lints) {
      const found = lint.severity === severity ? lint.check(fields, { name: link.name, members }) : undefined;
      if (found !== undefined) yield { message: found.message, spot: spotOfKey(link, found.key) };
    }
  }
}
