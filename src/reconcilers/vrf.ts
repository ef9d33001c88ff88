import { IFLA_VRF } from '../wire/if-link.ts';
import { u32 } from '../wire/numbers.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info } from './kind.ts';

export const vrf = defineKind({
  name: 'vrf',
  summary: 'A virtual routing and forwarding domain: its members route by a table of their own.',
  when: 'To keep customers’ routes apart on one host; when their processes and links must be apart too, use a namespace.',
  knows: [
    'A service that does not bind to it hears connections within it only with `net.ipv4.tcp_l3mdev_accept=1`.',
    'The kernel takes an up link down and up when it joins or leaves: its IPv6 addresses go, and vnetd puts declared ones back.',
  ],
  fields: {
    mtu: mtuWithin({ min: 1280, max: 65575 }),
    table: info(
      IFLA_VRF.TABLE,
      u32({ min: 1, max: 0xffff_ffff, words: { local: 255, main: 254, default: 253 } }),
      { change: 'recreate', notice: 'always', required: true },
      'The routing table of the domain.',
    ),
  },
  membership: { list: 'members', joinsDown: false, cycles: true },
});
