import { mtuWithin } from './every-link.ts';
import { csumShorthand, keyShorthand, seqShorthand } from './gre-rows.ts';
import { ip6greFields, ip6greLeft } from './ip6gre.ts';
import { defineKind } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { endsApart, externalWithEnds } from './tunnel.ts';

export const ip6gretap = defineKind({
  name: 'ip6gretap',
  summary: 'Ethernet frames in IPv6 packets, with a GRE header (RFC 7676).',
  when: 'As gretap, over an IPv6 network. Without Ethernet inside, ip6gre; for many sites, vxlan or geneve.',
  knows: ['Each frame grows by 58 bytes on its way, by 8 more unless `encaplimit` is none.'],
  kernel: { kind: 'ip6gretap', module: 'ip6_gre' },
  sends: 'whole',
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65455 }),
    ...ip6greFields,
  },
  lists: { fou: receivePorts('IPv6', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand, ...csumShorthand },
  lints: [externalWithEnds],
  left: ip6greLeft,
});
