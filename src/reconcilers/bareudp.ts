import { IFLA_BAREUDP } from '../wire/if-link.ts';
import { u16, u16be } from '../wire/numbers.ts';
import { presence } from '../wire/words.ts';
import { addrgenmodeWithoutMac, mtuWithin } from './every-link.ts';
import { defineKind, info, type Lint } from './kind.ts';

/** It has no changelink: everything is for life (drivers/net/bareudp.c). */
const made = { change: 'recreate', notice: 'always' } as const;

const protocols = { ipv4: 0x0800, ipv6: 0x86dd, mpls_uc: 0x8847, mpls_mc: 0x8848 } as const;

const multiprotoOfFew: Lint = {
  severity: 'error',
  check: ({ multiproto, ethertype }) =>
    multiproto === true && ethertype !== undefined && ethertype !== 'ipv4' && ethertype !== 'mpls_uc'
      ? { key: 'multiproto', message: '`multiproto` is there for `ethertype: ipv4` and `mpls_uc` only' }
      : undefined,
};

export const bareudp = defineKind({
  name: 'bareudp',
  summary: 'Packets of one protocol in UDP with no header between (RFC 7510 for MPLS).',
  when: 'To carry MPLS or IP over a network that balances by UDP ports; where to, routes with `encap` or tc say. For Ethernet: vxlan.',
  knows: ['It has no `remote`: without a route with `encap` or a tc(8) rule nothing leaves by it.'],
  triedOn: ['6.12'],
  address: 'none',
  lacks: { address: 'it carries packets without an Ethernet header' },
  apart: { dstport: null },
  fields: {
    // What is left of an IP packet by the header of UDP.
    mtu: mtuWithin({ min: 68, max: 65527 }),
    addrgenmode: addrgenmodeWithoutMac,
    dstport: info(IFLA_BAREUDP.PORT, u16be({ min: 1 }), { ...made, required: true }, 'The UDP port.'),
    ethertype: info(
      IFLA_BAREUDP.ETHERTYPE,
      u16be({ words: protocols }),
      { ...made, required: true },
      'The protocol inside.',
    ),
    srcportmin: info(
      IFLA_BAREUDP.SRCPORT_MIN,
      u16(),
      made,
      'The least UDP source port; which one hangs on the flow.',
    ),
    multiproto: info(
      IFLA_BAREUDP.MULTIPROTO_MODE,
      presence,
      { ...made, absent: false },
      'Also take the sister protocol: IPv6 beside ipv4, multicast MPLS beside mpls_uc.',
    ),
  },
  lints: [multiprotoOfFew],
});
