import { linkRef } from '../wire/composites.ts';
import { IFLA_IPVLAN } from '../wire/if-link.ts';
import { u16 } from '../wire/numbers.ts';
import { oneOf } from '../wire/words.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import { defineKind, type Fields, info, lower, type Taking } from './kind.ts';

/** A sibling’s request sets it for all on the link underneath, and is announced of that sibling alone (ipvlan_nl_changelink). */
const ofAll = { change: 'live', notice: 'never' } as const;

/** What ipvlan and ipvtap have, which share everything but the way to user space. */
export const ipvlanFields = {
  // A new mtu underneath is taken over without a word (ipvlan_adjust_mtu).
  mtu: mtuWithin(ethernetMtu, { notice: 'never' }),
  link: lower(
    linkRef(),
    { change: 'recreate', notice: 'always', required: true, elsewhere: true },
    'The link underneath.',
  ),
  mode: info(
    IFLA_IPVLAN.MODE,
    oneOf(u16(), { l2: 0, l3: 1, l3s: 2 }),
    ofAll,
    'Whether it switches (`l2`) or routes (`l3`, and `l3s` past netfilter); all on one link have the same.',
  ),
  flag: info(
    IFLA_IPVLAN.FLAGS,
    oneOf(u16(), { bridge: 0, private: 1, vepa: 2 }),
    { ...ofAll, also: ['flags'] },
    'Who the children of one link can talk to: each other, nobody, or by way of the switch outside.',
  ),
} as const satisfies Fields;

/** They share the one underneath with each other and with nobody else. */
export const ipvlanTakes: Taking = {
  from: ['link'],
  sharedAs: 'ipvlan',
  inCommon: ['mode', 'flag'],
  // ipvlan_link_new starts from it and sets the port.
  unsaid: { mode: 'l3' },
};

/** They answer under the MAC underneath, and follow it. */
export const ipvlanLacks = { address: 'it has that of the link underneath' } as const;

export const ipvlanKnows: readonly string[] = [
  'All children have the MAC of the link underneath: DHCP over ipvlan needs a client identifier that differs.',
  'Children cannot reach the link underneath, nor it them.',
  'In modes l3 and l3s nothing is broadcast and no ARP is answered: routers need a route to them.',
];

export const ipvlan = defineKind({
  name: 'ipvlan',
  summary: 'A link with IP addresses of its own and the MAC of another underneath.',
  when: 'Where a macvlan would do but the switch allows one MAC a port, or over Wi-Fi. DHCP by MAC does not work on it.',
  knows: ipvlanKnows,
  address: 'lower',
  lacks: ipvlanLacks,
  takes: ipvlanTakes,
  fields: ipvlanFields,
});
