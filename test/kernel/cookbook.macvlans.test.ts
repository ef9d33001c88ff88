// kernels: host uml-6.12 uml-6.1
// timeout: 900
// docs/cookbook.md as it stands there: what shares a card.
import { test } from 'node:test';
import { macvlans } from './cookbook/macvlans.ts';
import { cannotProve, prove } from './cookbook/prove.ts';

for (const [title, proof] of Object.entries(macvlans))
  test(title, { skip: cannotProve(proof) }, (t) => prove(t, title, proof));
