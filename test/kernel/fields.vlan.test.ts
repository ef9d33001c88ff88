// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of a VLAN, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { cannotTry } from './fields/lacking.ts';

test('every field of a VLAN', { skip: cannotTry('vlan') }, async (t) => {
  await tryFields(t, {
    table: 'vlan',
    kind: 'vlan',
    fields: { ...everyLink, ...kinds.vlan.fields },
    companions: [
      'link add lower1 mtu 65535 up type bridge',
      'link add lower2 mtu 65535 up type bridge',
      'link add lower3 mtu 65535 up type bridge',
      'link add master1 type bridge',
      'link add master2 type bridge',
    ],
    beside: (key, _, n) => ({
      ...(key === 'link' ? {} : { link: key === 'id' ? 'lower3' : 'lower1' }),
      ...(key === 'id' ? {} : { id: 100 + n }),
    }),
    values: (key, n) => {
      if (key === 'link') return ['lower1', 'lower2'];
      if (key === 'id') return [0, 1, 4093, 4094];
      return valuesOfEveryLink(key, n);
    },
    // The kernel merges: a pair the other adds is nobody's to take away.
    moved: { 'ingress-qos-map': ['ingress_qos'], 'egress-qos-map': ['egress_qos'] },
  });
});
