// kernels: uml-6.12 uml-6.1
// timeout: 300
// Every field of the links of virtual CAN buses, and of one that shows netlink, judged by ip(8).
import { test } from 'node:test';
import { article } from '../../src/derive/grammar.ts';
import { everyLinkOf } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

for (const kind of ['vcan', 'vxcan', 'nlmon'] as const) {
  test(`every field of ${article(kind)}`, async (t) => {
    const isPair = kind === 'vxcan';
    await tryFields(t, {
      table: kind,
      kind,
      fields: { ...everyLinkOf(kinds[kind]), ...kinds[kind].fields },
      // No bridge takes one for a port.
      companions: ['link add master1 up type vrf table 901', 'link add master2 up type vrf table 902'],
      beside: (key, _, n) => (isPair && key !== 'peer' ? { peer: `q${n}` } : {}),
      values: (key, n) => (key === 'peer' ? [`x${n}`, `y${n}`] : valuesOfEveryLink(key, n)),
    });
  });
}
