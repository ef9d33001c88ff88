// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of a vxlan, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import type { Values } from '../../src/model/value.ts';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

/** What has to stand beside a key for the driver to take it (vxlan_config_validate in drivers/net/vxlan/vxlan_core.c). */
const conditions: Readonly<Record<string, Values>> = {
  flowlabel: { local: '2001:db8::1' },
  gpe: { external: true, learning: false },
  vnifilter: { external: true },
};

/** A namespace of the underlay takes two namespaces; here is one. */
const { link_netns: _, ...fields } = kinds.vxlan.fields;

test('every field of a vxlan', async (t) => {
  await tryFields(t, {
    table: 'vxlan',
    kind: 'vxlan',
    fields: { ...everyLink, ...fields },
    companions: [
      'link add lower1 mtu 65535 up type bridge',
      'link add lower2 mtu 65535 up type bridge',
      'link add master1 type bridge',
      'link add master2 type bridge',
    ],
    // Each has a port for itself, so that no two are one to the kernel.
    beside: (key, _, n) => ({
      ...(key === 'id' || conditions[key]?.external === true || key === 'external' ? {} : { id: n }),
      ...(key === 'dstport' ? {} : { dstport: 20_000 + n }),
      ...conditions[key],
    }),
    values: (key, n) => {
      if (key === 'dev') return ['lower1', 'lower2', 'none'];
      if (key === 'dstport') return [4789, 8472, 65535, 1];
      // From one to the next: within a family, to the other, to none and back.
      if (key === 'remote' || key === 'local')
        return ['192.0.2.1', '198.51.100.77', '2001:db8::1', '2001:db8::77', 'none', '192.0.2.9'];
      return valuesOfEveryLink(key, n);
    },
    // The kernel does not tell the family of a vxlan without endpoints.
    untold: (key, was) => (key === 'remote' || key === 'local') && was === 'none',
  });
});
