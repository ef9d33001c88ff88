import { startGuest } from './guest.ts';
import type { Proofs } from './proof.ts';

/** What shares a card. */
export const macvlans: Proofs = {
  'macvlan: bridge': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns2 link set mv0 type macvlan mode private'],
  },
  'macvlan: private': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: [
      'ip -n ns2 link del mv0',
      'for ns in ns1 ns2; do ip -n $ns link set mv0 type macvlan mode bridge; done',
    ],
  },
  'macvlan: vepa': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    before: 'bridge -n lan link set dev eth0 hairpin on',
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns2 addr flush dev mv0'],
  },
  'macvlan: passthru': { kinds: ['macvlan'], cards: ['eth0'], drifts: ['ip -n ns1 link del mv0'] },
  'macvlan: source': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns1 link set mv0 type macvlan macaddr flush'],
  },
  'ipvlan: l2': {
    kinds: ['ipvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del iv0', 'ip -n ns2 addr flush dev iv0'],
  },
  'ipvlan: l3': { kinds: ['ipvlan'], cards: ['eth0'], drifts: ['ip -n ns1 link del iv0'] },
  'macvtap for a virtual machine': {
    kinds: ['macvtap'],
    cards: ['eth0'],
    beside: (t, host) => startGuest(t, host, 'macvtap', 'macvtap0', '192.0.2.50'),
    drifts: ['ip link set macvtap0 down', 'ip link set macvtap0 address 02:00:00:00:00:51'],
  },
};
