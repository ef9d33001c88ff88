import { IFLA_GRE } from '../wire/if-link.ts';
import { mtuWithin } from './every-link.ts';
import {
  csumRows,
  csumShorthand,
  erspanLeft,
  gre6Left,
  keyRows,
  keyShorthand,
  seqRows,
  seqShorthand,
} from './gre-rows.ts';
import { defineKind } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { encapRows, endRows, endsApart, externalRow, externalWithEnds, tunnelLacks } from './tunnel.ts';
import { ipv6HeaderRows } from './tunnel6.ts';

/** What ip6gretap has as well. */
export const ip6greFields = {
  ...endRows(IFLA_GRE, 'IPv6'),
  ...keyRows(),
  ...seqRows,
  ...csumRows,
  ...ipv6HeaderRows(IFLA_GRE),
  external: externalRow(IFLA_GRE.COLLECT_METADATA, { resent: true }),
  ...encapRows(IFLA_GRE),
};

export const ip6greLeft = {
  ...gre6Left,
  ...erspanLeft,
  erspan_ver: 'of ip6erspan',
  erspan: 'of ip6erspan',
  erspan_dir: 'of ip6erspan',
  erspan_hwid: 'of ip6erspan',
} as const;

export const ip6gre = defineKind({
  name: 'ip6gre',
  summary: 'Packets of any protocol in IPv6 packets, with a GRE header (RFC 7676).',
  when: 'As gre, over an IPv6 network. For Ethernet inside, ip6gretap; for IP alone, ip6tnl is leaner.',
  knows: ['Each packet grows by 44 bytes on its way, by 8 more unless `encaplimit` is none.'],
  kernel: { kind: 'ip6gre', module: 'ip6_gre' },
  sends: 'whole',
  fallback: 'ip6gre0',
  address: 'none',
  lacks: tunnelLacks,
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65531 }),
    ...ip6greFields,
  },
  lists: { fou: receivePorts('IPv6', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand, ...csumShorthand },
  lints: [externalWithEnds],
  left: ip6greLeft,
});
