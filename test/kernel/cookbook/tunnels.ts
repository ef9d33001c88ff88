import type { Proofs } from './proof.ts';

const cable = 'veth between two namespaces';

/** From one namespace to another. */
export const tunnels: Proofs = {
  [cable]: { kinds: ['veth'], drifts: ['ip -n ns1 link del eth0', 'ip netns del ns2'] },
  'vxlan, point to point': {
    kinds: ['vxlan'],
    on: cable,
    drifts: ['ip -n ns1 link del vx0', 'ip -n ns2 link set vx0 down'],
  },
  geneve: {
    kinds: ['geneve'],
    on: cable,
    drifts: ['ip -n ns1 link del gnv0', 'ip netns del ns2'],
  },
  ipip: {
    kinds: ['ipip'],
    on: cable,
    drifts: ['ip -n ns1 link del tun1', 'ip -n ns1 tunnel change tun1 remote 192.0.2.99'],
  },
  gre: {
    kinds: ['gre'],
    on: cable,
    drifts: [
      'ip -n ns1 link del gre1',
      'ip -n ns2 link set gre1 type gre local 192.0.2.2 remote 192.0.2.1 key 8',
    ],
  },
  sit: {
    kinds: ['sit'],
    on: cable,
    drifts: ['ip -n ns1 link del sit1', 'ip -n ns1 tunnel change sit1 remote 192.0.2.99'],
  },
  isatap: {
    kinds: ['sit'],
    on: cable,
    drifts: ['ip -n ns1 link del is0', 'ip -n ns2 tunnel change is0 mode sit local 192.0.2.9 remote any'],
  },
  vti: {
    kinds: ['vti'],
    on: cable,
    drifts: ['ip -n ns1 link del vti1', 'ip -n ns2 tunnel change vti1 key 8'],
  },
  xfrm: {
    kinds: ['xfrm'],
    on: cable,
    drifts: [
      'ip -n ns1 link del ipsec0',
      'ip -n ns2 link set ipsec0 type xfrm dev eth0 if_id 8',
      'ip -n ns1 link del eth0',
    ],
  },
};
