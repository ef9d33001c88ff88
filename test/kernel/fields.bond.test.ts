// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of a bond and of its members, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import type { Values } from '../../src/model/value.ts';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { cannotTry } from './fields/lacking.ts';

/** What has to stand beside a key for the driver to take it (bond_opts in drivers/net/bonding/bond_options.c). */
const conditions: Readonly<Record<string, Values>> = {
  packets_per_slave: { mode: 'balance-rr' },
  tlb_dynamic_lb: { mode: 'balance-tlb' },
  updelay: { miimon: 1 },
  downdelay: { miimon: 1 },
  peer_notify_delay: { miimon: 1 },
};
for (const key of [
  'lacp_rate',
  'lacp_active',
  'ad_actor_sys_prio',
  'ad_actor_system',
  'ad_user_port_key',
  'coupled_control',
])
  Object.assign(conditions, { [key]: { mode: '802.3ad' } });

test('every field of a bond', { skip: cannotTry('bond') }, async (t) => {
  const { active_slave: _, primary: __, ...fields } = kinds.bond.fields;
  await tryFields(t, {
    table: 'bond',
    kind: 'bond',
    fields: { ...everyLink, ...fields },
    companions: ['link add master1 type bridge', 'link add master2 type bridge'],
    beside: (key) => conditions[key] ?? {},
    values: valuesOfEveryLink,
    // Who changes the mode changes these with it (bond_option_mode_set).
    moved: {
      mode: ['miimon', 'tlb_dynamic_lb'],
      arp_interval: ['miimon'],
      miimon: ['arp_interval', 'arp_validate'],
    },
  });
});

test('which member of a bond is used', { skip: cannotTry('bond', 'dummy') }, async (t) => {
  const { active_slave, primary } = kinds.bond.fields;
  await tryFields(t, {
    table: 'bond',
    kind: 'bond',
    fields: { active_slave, primary },
    companions: Array.from({ length: 24 }, (_, i) => `link add m${i + 1} type dummy`),
    beside: (_, __, n) => ({
      mode: 'active-backup',
      miimon: 100,
      members: [1, 2, 3].map((i) => `m${3 * n + i}`),
    }),
    values: (_, n) => [1, 2, 3].map((i) => `m${3 * n + i}`),
  });
});

test('every field of a member of a bond', { skip: cannotTry('bond', 'dummy') }, async (t) => {
  await tryFields(t, {
    table: 'bond_port',
    kind: 'bond',
    fields: kinds.bond.membership.port.fields,
    companions: [],
    // No two members of a bond have one queue: each has a bond for itself.
    foreign: (name, n) => [
      `link add bond${n} up type bond mode active-backup miimon 100`,
      `link add ${name} type dummy`,
      `link set ${name} master bond${n}`,
    ],
    beside: (_, __, n) => ({ master: `bond${n}` }),
    values: (key) => (key === 'queue_id' ? [1, 7, 16, 0] : undefined),
  });
});
