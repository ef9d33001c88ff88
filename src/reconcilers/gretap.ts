import { IFLA_GRE } from '../wire/if-link.ts';
import { mtuWithin } from './every-link.ts';
import {
  csumRows,
  csumShorthand,
  erspanLeft,
  greLeft,
  ignoreDfRow,
  ignoreDfWithDiscovery,
  keyRows,
  keyShorthand,
  seqRows,
  seqShorthand,
} from './gre-rows.ts';
import { defineKind } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { encapRows, endRows, endsApart, externalRow, externalWithEnds, ipv4HeaderRows } from './tunnel.ts';

export const gretap = defineKind({
  name: 'gretap',
  summary: 'Ethernet frames in IPv4 packets, with a GRE header (RFC 2784, RFC 2890).',
  when: 'To bring a bridge to one other site. For many sites or where GRE is filtered, vxlan or geneve; over IPv6, ip6gretap; without Ethernet inside, gre.',
  knows: [
    'Each frame grows by 38 bytes on its way, by 4 more with a `key`, a checksum or sequence numbers each.',
    'It has carrier whatever the other end does; a bridge over two of them between the same sites is a loop.',
  ],
  kernel: { kind: 'gretap', module: 'ip_gre' },
  sends: 'whole',
  fallback: 'gretap0',
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65497 }),
    ...endRows(IFLA_GRE, 'IPv4'),
    ...keyRows(),
    ...seqRows,
    ...csumRows,
    ...ipv4HeaderRows(IFLA_GRE),
    'ignore-df': ignoreDfRow,
    external: externalRow(IFLA_GRE.COLLECT_METADATA, { resent: true }),
    ...encapRows(IFLA_GRE),
  },
  lists: { fou: receivePorts('IPv4', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand, ...csumShorthand },
  lints: [ignoreDfWithDiscovery, externalWithEnds],
  left: { ...greLeft, ...erspanLeft },
});
