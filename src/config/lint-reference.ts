import { linkKinds } from '../reconcilers/index.ts';
import type { WorldLint } from './lint.ts';
import { lints } from './lints.ts';

/** The page docs/lints.md: what is looked for in a declaration beside the values themselves. */
export function lintReference(): string {
  const ofKinds = linkKinds.filter((kind) => (kind.lints?.length ?? 0) > 0);
  const own = lints.filter(({ id }) => !id.startsWith('kind-') || ofKinds.length > 0);
  return [
    '# What vnetd looks for in a declaration',
    '',
    'Each value is checked by its own type (`vnetctl explain KIND.KEY` says what it takes). Beside that, these are looked for;',
    'the names are for this page only.',
    '',
    '## Errors',
    '',
    'What the kernel would refuse, or what can never work. The last good version of the file stays in force.',
    '',
    ...rows(own, 'error'),
    '## Warnings',
    '',
    'What is legal and probably wrong. It is applied all the same.',
    '',
    ...rows(own, 'warning'),
  ].join('\n');
}

function rows(all: readonly WorldLint[], severity: WorldLint['severity']): readonly string[] {
  const some = all.filter((lint) => lint.severity === severity);
  return ['| | |', '|---|---|', ...some.map(({ id, doc }) => `| ${id} | ${doc} |`), ''];
}
