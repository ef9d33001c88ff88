// kernels: uml-6.12 uml-6.1
// timeout: 300
// Every field of a geneve, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { tryFields } from './fields/campaign.ts';
import { geneveBed } from './fields/tunnel-beds.ts';

test('every field of a geneve', async (t) => {
  await tryFields(t, geneveBed);
});
