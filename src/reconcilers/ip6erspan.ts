import { IFLA_GRE } from '../wire/if-link.ts';
import { u8 } from '../wire/numbers.ts';
import { mtuWithin } from './every-link.ts';
import {
  erspanOfAnotherVersion,
  erspanRows,
  erspanWithoutKey,
  gre6Left,
  keyRows,
  keyShorthand,
  mostSessions,
  seqRows,
  seqShorthand,
  withoutCsum,
} from './gre-rows.ts';
import { defineKind } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { encapRows, endRows, endsApart, externalRow, externalWithEnds } from './tunnel.ts';
import { ipv6HeaderRows } from './tunnel6.ts';

export const ip6erspan = defineKind({
  name: 'ip6erspan',
  summary: 'Copies of Ethernet frames in IPv6 packets, for an analyser elsewhere (ERSPAN).',
  when: 'As erspan, over an IPv6 network. To join networks, ip6gretap.',
  knows: ['Both ends have to agree on the `key`, 0 to 1023; tc(8) puts a mirror into it.'],
  kernel: { kind: 'ip6erspan', module: 'ip6_gre' },
  sends: 'whole',
  apart: { ...endsApart, ikey: 'none', external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65505 }),
    ...endRows(IFLA_GRE, 'IPv6'),
    ...keyRows('live', mostSessions),
    ...seqRows,
    ...erspanRows,
    // There is no type I over IPv6 (ip6erspan_tap_validate in net/ipv6/ip6_gre.c).
    erspan_ver: { ...erspanRows.erspan_ver, type: u8({ min: 1, max: 2 }) },
    ...ipv6HeaderRows(IFLA_GRE),
    external: externalRow(IFLA_GRE.COLLECT_METADATA, { resent: true }),
    ...encapRows(IFLA_GRE),
  },
  lists: { fou: receivePorts('IPv6', 47) },
  shorthands: { ...keyShorthand, ...seqShorthand },
  lints: [externalWithEnds, erspanOfAnotherVersion, erspanWithoutKey],
  left: { ...gre6Left, icsum: withoutCsum, ocsum: withoutCsum, csum: withoutCsum },
});
