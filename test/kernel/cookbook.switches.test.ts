// kernels: host uml-6.12 uml-6.1
// timeout: 900
// docs/cookbook.md as it stands there: bridges and ports of Open vSwitch.
import { test } from 'node:test';
import { cannotProve, prove } from './cookbook/prove.ts';
import { switches } from './cookbook/switches.ts';

for (const [title, proof] of Object.entries(switches))
  test(title, { skip: cannotProve(proof) }, (t) => prove(t, title, proof));
