// kernels: host uml-6.12 uml-6.1
// timeout: 900
// docs/cookbook.md as it stands there: bridges, bonds, VLANs, and what stands by itself.
import { test } from 'node:test';
import { links } from './cookbook/links.ts';
import { cannotProve, prove } from './cookbook/prove.ts';

for (const [title, proof] of Object.entries(links))
  test(title, { skip: cannotProve(proof) }, (t) => prove(t, title, proof));
