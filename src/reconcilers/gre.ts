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
import {
  encapRows,
  endRows,
  ends,
  endsApart,
  externalRow,
  externalWithEnds,
  ipv4HeaderRows,
  tunnelLacks,
} from './tunnel.ts';

export const gre = defineKind({
  name: 'gre',
  summary: 'Packets of any protocol in IPv4 packets, with a GRE header (RFC 2784, RFC 2890).',
  when: 'For IPv4 and IPv6 in one tunnel, for multicast and routing protocols, or to tell tunnels between the same ends apart by `key`. For Ethernet inside, gretap; for IPv4 alone, ipip is leaner.',
  knows: [
    'Each packet grows by 24 bytes on its way, by 4 more with a `key`, a checksum or sequence numbers each.',
    'It has carrier whatever the other end does.',
  ],
  kernel: { kind: 'gre', module: 'ip_gre' },
  sends: 'whole',
  fallback: 'gre0',
  address: 'none',
  lacks: tunnelLacks,
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65511 }),
    ...endRows(IFLA_GRE, 'IPv4', { remote: ends.settledAsGroup, change: ends.fixedByGroup }),
    ...keyRows(ends.fixedByGroup),
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
