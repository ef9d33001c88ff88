// kernels: uml-6.12 uml-6.1
// timeout: 400
// Every field of an ipvlan and of an ipvtap, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLinkOf } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

for (const kind of ['ipvlan', 'ipvtap'] as const) {
  test(`every field of an ${kind}`, async (t) => {
    await tryFields(t, {
      table: kind,
      kind,
      fields: { ...everyLinkOf(kinds[kind]), ...kinds[kind].fields },
      companions: [
        // All on one lower link have one mode and one flag: each has one.
        ...Array.from({ length: 90 }, (_, i) => `link add lower${i + 1} mtu 65535 up type dummy`),
        // No bridge takes an ipvlan for a port.
        'link add master1 up type vrf table 901',
        'link add master2 up type vrf table 902',
      ],
      beside: (key, _, n) => (key === 'link' ? {} : { link: `lower${n}` }),
      values: (key, n) => (key === 'link' ? ['lower88', 'lower89'] : valuesOfEveryLink(key, n)),
    });
  });
}
