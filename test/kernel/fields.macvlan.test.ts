// kernels: host uml-6.12 uml-6.1
// timeout: 500
// Every field of a macvlan and of a macvtap, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

for (const kind of ['macvlan', 'macvtap'] as const) {
  test(`every field of a ${kind}`, async (t) => {
    await tryFields(t, {
      table: kind,
      kind,
      fields: { ...everyLink, ...kinds[kind].fields },
      companions: [
        // One in passthru has its lower link for itself, and all on one have the same `bclim`: each has one.
        ...Array.from({ length: 120 }, (_, i) => `link add lower${i + 1} mtu 65535 up type bridge`),
        'link add master1 type bridge',
        'link add master2 type bridge',
      ],
      beside: (key, _, n) => ({
        ...(key === 'link' ? {} : { link: `lower${n}` }),
        ...(key === 'macaddr' ? { mode: 'source' } : {}),
      }),
      values: (key, n) => {
        // What comes to a macvtap goes to user space and to no bridge.
        if (kind === 'macvtap' && key === 'master') return [];
        return key === 'link' ? ['lower118', 'lower119'] : valuesOfEveryLink(key, n);
      },
    });
  });
}
