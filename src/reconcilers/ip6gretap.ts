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
import { encapRows, endRows, endsApart, externalRow, externalWithEnds } from './tunnel.ts';
import { ipv6HeaderRows } from './tunnel6.ts';

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
    ...endRows(IFLA_GRE, 'IPv6'),
    ...keyRows(),
    ...seqRows,
    ...csumRows,
    ...ipv6HeaderRows(IFLA_GRE),
    external: externalRow(IFLA_GRE.COLLECT_METADATA, { resent: true }),
    ...encapRows(IFLA_GRE),
  },
  lists: { fou: receivePorts('IPv6', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand, ...csumShorthand },
  lints: [externalWithEnds],
  left: {
    ...gre6Left,
    ...erspanLeft,
    erspan_ver: 'of ip6erspan',
    erspan: 'of ip6erspan',
    erspan_dir: 'of ip6erspan',
    erspan_hwid: 'of ip6erspan',
  },
});
