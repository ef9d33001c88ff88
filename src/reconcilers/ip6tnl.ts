import { IFLA_IPTUN } from '../wire/if-link.ts';
import { u8 } from '../wire/numbers.ts';
import { oneOf } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { encapRows, endRows, endsApart, externalRow, externalWithEnds, live, tunnelLacks } from './tunnel.ts';
import { ipv6HeaderRows } from './tunnel6.ts';

export const ip6tnl = defineKind({
  name: 'ip6tnl',
  summary: 'IPv6 or IPv4 packets in IPv6 packets (RFC 2473).',
  when: 'For a lean tunnel over IPv6, and for DS-Lite. For multicast, keys or other protocols inside, ip6gre; over IPv4, ipip and sit.',
  knows: [
    'Each packet grows by 40 bytes on its way, by 8 more unless `encaplimit` is none.',
    'It has carrier whatever the other end does.',
  ],
  kernel: { kind: 'ip6tnl', module: 'ip6_tunnel' },
  sends: 'whole',
  fallback: 'ip6tnl0',
  address: 'none',
  lacks: tunnelLacks,
  apart: { ...endsApart, external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65535 }),
    ...endRows(IFLA_IPTUN, 'IPv6'),
    ...ipv6HeaderRows(IFLA_IPTUN),
    mode: info(
      IFLA_IPTUN.PROTO,
      oneOf(
        u8(),
        { ip6ip6: 41, ipip6: 4, any: 0 },
        { 'ipv6/ipv6': 41, 'ipv4/ipv6': 4, ip4ip6: 4, 'any/ipv6': 0 },
      ),
      live,
      'What is carried: IPv6, IPv4, or both.',
    ),
    external: externalRow(IFLA_IPTUN.COLLECT_METADATA),
    ...encapRows(IFLA_IPTUN),
  },
  lists: { fou: receivePorts('IPv6', 41) },
  lints: [externalWithEnds],
  left: {
    TOS: '`tclass` stands in FLOWINFO',
    PMTUDISC: 'of tunnels over IPv4',
    '6RD_PREFIX': 'of sit',
    '6RD_RELAY_PREFIX': 'of sit',
    '6RD_PREFIXLEN': 'of sit',
    '6RD_RELAY_PREFIXLEN': 'of sit',
  },
});
