// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of a macvlan, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

test('every field of a macvlan', async (t) => {
  await tryFields(t, {
    table: 'macvlan',
    kind: 'macvlan',
    fields: { ...everyLink, ...kinds.macvlan.fields },
    companions: [
      // A macvlan in passthru has its lower link for itself: each has one.
      ...Array.from({ length: 120 }, (_, i) => `link add lower${i + 1} mtu 65535 up type bridge`),
      'link add master1 type bridge',
      'link add master2 type bridge',
    ],
    beside: (key, _, n) => ({
      ...(key === 'link' ? {} : { link: `lower${n}` }),
      ...(key === 'macaddr' ? { mode: 'source' } : {}),
    }),
    values: (key, n) => (key === 'link' ? ['lower118', 'lower119'] : valuesOfEveryLink(key, n)),
  });
});
