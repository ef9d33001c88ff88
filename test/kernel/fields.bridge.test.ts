// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of a bridge and of its ports, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';

test('every field of a bridge', async (t) => {
  await tryFields(t, {
    table: 'bridge',
    kind: 'bridge',
    fields: { ...everyLink, ...kinds.bridge.fields },
    companions: [],
    beside: (key, value): Record<string, boolean> =>
      key === 'mcast_vlan_snooping' && value === true ? { vlan_filtering: true } : {},
    values: (key, n) => (key === 'master' ? [] : valuesOfEveryLink(key, n)),
    single: new Set(['mcast_hash_elasticity']),
  });
});

test('every field of a bridge port', async (t) => {
  await tryFields(t, {
    table: 'bridge_port',
    kind: 'bridge',
    fields: kinds.bridge.membership.port.fields,
    companions: [
      'link add br0 up type bridge',
      'link add bp1 up master br0 type veth peer name bq1',
      'link add bp2 up master br0 type veth peer name bq2',
    ],
    foreign: (name, n) => [
      `link add ${name} up type veth peer name q${n}`,
      `link set q${n} up`,
      `link set ${name} master br0`,
    ],
    beside: (key, value) => ({
      master: 'br0',
      ...(key === 'mab' && value === true ? { locked: true, learning: true } : {}),
    }),
    values: (key) => (key === 'backup_port' ? ['bp1', 'bp2', 'none'] : undefined),
  });
});
