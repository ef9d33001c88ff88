// kernels: host uml-6.12 uml-6.1
// timeout: 900
// docs/cookbook.md as it stands there: from one namespace to another.
import { test } from 'node:test';
import { cannotProve, prove } from './cookbook/prove.ts';
import { tunnels } from './cookbook/tunnels.ts';

for (const [title, proof] of Object.entries(tunnels))
  test(title, { skip: cannotProve(proof) }, (t) => prove(t, title, proof));
