import { infinibandPorts } from '../support/infiniband.ts';
import { startGuest } from './guest.ts';
import { type Proofs, plug, vlanOfLan } from './proof.ts';

/** Bridges, bonds, VLANs, and what stands by itself. */
export const links: Proofs = {
  'Bridge with a NIC, a tap and a veth': {
    kinds: ['bridge', 'veth'],
    cards: ['eth0'],
    beside: (t, host) => startGuest(t, host, 'tap', 'tap0', '192.0.2.50'),
    drifts: ['ip link del br0', 'ip link set tap0 nomaster', 'ip link del tap0', 'ip link del veth0'],
  },
  'Bond with a spare': {
    kinds: ['bond'],
    cards: ['eth0', 'eth1'],
    drifts: ['ip link del bond0', 'ip link set eth1 nomaster'],
  },
  'VLANs 2 and 3 on a NIC': {
    kinds: ['vlan'],
    cards: ['eth0'],
    before: [2, 3].map(vlanOfLan).join('\n'),
    drifts: ['ip link del eth0.2', 'ip addr flush dev eth0.3', `ip link del eth0; ${plug('eth0')}`],
  },
  'vrf with two members': {
    kinds: ['vrf'],
    cards: ['eth0', 'eth1'],
    before: 'ip -n lan addr add 10.0.1.254/24 dev sw',
    drifts: ['ip link del blue', 'ip link set eth0 nomaster'],
  },
  'dummy with an address': {
    kinds: ['dummy'],
    drifts: ['ip link del svc0', 'ip addr del 203.0.113.53/32 dev svc0'],
  },
  // No ping, for none passes in the lab: its port has neither a subnet manager that could give it a broadcast group to join
  // (`ib_sa_join_multicast failed, status -19`) nor keys beside 0xffff (`P_Key 0x8001 is not found`): no link has a carrier.
  'ipoib: a partition': {
    kinds: ['ipoib'],
    async beside(t, host) {
      await infinibandPorts(t, host);
      return undefined;
    },
    drifts: [
      'ip link del ib0.8001',
      'ip link del ib0.8001; ip link add link ib0 name ib0.8001 up type ipoib pkey 0x8002',
      'ip link set ib0 down',
      'ip addr flush dev ib0.8001',
    ],
  },
  nlmon: { kinds: ['nlmon'], drifts: ['ip link del nlmon0', 'ip link set nlmon0 down'] },
  vcan: { kinds: ['vcan'], drifts: ['ip link del vcan0', 'ip link set vcan0 down'] },
  vxcan: { kinds: ['vxcan'], drifts: ['ip -n ns1 link del can0', 'ip -n ns2 link set can0 down'] },
};
