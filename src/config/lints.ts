import type { WorldLint } from './lint.ts';
import { bondLints } from './lints-bond.ts';
import { kindLints } from './lints-kind.ts';
import { listLints } from './lints-lists.ts';
import { membershipLints } from './lints-membership.ts';
import { namespaceLints } from './lints-namespace.ts';
import { ovsLints } from './lints-ovs.ts';
import { stackLints } from './lints-stack.ts';
import { takingLints } from './lints-taking.ts';
import { tunnelLints } from './lints-tunnel.ts';

/** Everything that is looked for in a declaration as a whole. */
export const lints: readonly WorldLint[] = [
  ...stackLints,
  ...takingLints,
  ...tunnelLints,
  ...listLints,
  ...membershipLints,
  ...bondLints,
  ...namespaceLints,
  ...ovsLints,
  ...kindLints,
];
