import { IFLA_GRE } from '../wire/if-link.ts';
import { mtuWithin } from './every-link.ts';
import {
  erspanOfAnotherVersion,
  erspanRows,
  erspanWithoutKey,
  greLeft,
  ignoreDfRow,
  ignoreDfWithDiscovery,
  keyRows,
  keyShorthand,
  mostSessions,
  seqRows,
  seqShorthand,
  withoutCsum,
} from './gre-rows.ts';
import { defineKind } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { encapRows, endRows, endsApart, externalRow, externalWithEnds, ipv4HeaderRows } from './tunnel.ts';

export const erspan = defineKind({
  name: 'erspan',
  summary: 'Copies of Ethernet frames in IPv4 packets, for an analyser elsewhere (ERSPAN).',
  when: 'To send or to take a mirror of a port; what a switch calls a session is the `key`. To join networks, gretap; over IPv6, ip6erspan.',
  knows: ['Both ends have to agree on the `key`, 0 to 1023; tc(8) puts a mirror into it.'],
  kernel: { kind: 'erspan', module: 'ip_gre' },
  sends: 'whole',
  fallback: 'erspan0',
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65485 }),
    ...endRows(IFLA_GRE, 'IPv4'),
    ...keyRows('live', mostSessions),
    ...seqRows,
    ...erspanRows,
    ...ipv4HeaderRows(IFLA_GRE),
    'ignore-df': ignoreDfRow,
    external: externalRow(IFLA_GRE.COLLECT_METADATA, { resent: true }),
    ...encapRows(IFLA_GRE),
  },
  lists: { fou: receivePorts('IPv4', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand },
  lints: [ignoreDfWithDiscovery, externalWithEnds, erspanOfAnotherVersion, erspanWithoutKey],
  left: { ...greLeft, icsum: withoutCsum, ocsum: withoutCsum, csum: withoutCsum },
});
