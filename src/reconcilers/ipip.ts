import { IFLA_IPTUN } from '../wire/if-link.ts';
import { u8 } from '../wire/numbers.ts';
import { oneOf } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import {
  encapRows,
  endRows,
  ends,
  endsApart,
  externalRow,
  externalWithEnds,
  ipv4HeaderRows,
  made,
  ttlWithoutDiscovery,
  tunnelLacks,
} from './tunnel.ts';

export const ipip = defineKind({
  name: 'ipip',
  summary: 'IPv4 packets in IPv4 packets (RFC 2003).',
  when: 'For the leanest tunnel of IPv4 over IPv4. For IPv6 inside, sit; for keys, multicast routing or both families in one, gre.',
  knows: ['Each packet grows by 20 bytes on its way.', 'It has carrier whatever the other end does.'],
  sends: 'whole',
  fallback: 'tunl0',
  address: 'none',
  lacks: tunnelLacks,
  apart: { ...endsApart, external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65515 }),
    ...endRows(IFLA_IPTUN, 'IPv4', { remote: ends.settled, change: ends.fixedByGroup }),
    ...ipv4HeaderRows(IFLA_IPTUN),
    mode: info(
      IFLA_IPTUN.PROTO,
      oneOf(
        u8(),
        { ipip: 4, mplsip: 137, any: 0 },
        { 'ipv4/ipv4': 4, ip4ip4: 4, 'mpls/ipv4': 137, 'any/ipv4': 0 },
      ),
      made,
      'What is carried: IPv4, MPLS, or both.',
    ),
    external: externalRow(IFLA_IPTUN.COLLECT_METADATA),
    ...encapRows(IFLA_IPTUN),
  },
  lists: { fou: receivePorts('IPv4', 4) },
  lints: [ttlWithoutDiscovery, externalWithEnds],
  left: {
    ENCAP_LIMIT: 'of tunnels over IPv6',
    FLOWINFO: 'of tunnels over IPv6',
    FLAGS: 'of sit and of tunnels over IPv6',
    '6RD_PREFIX': 'of sit',
    '6RD_RELAY_PREFIX': 'of sit',
    '6RD_PREFIXLEN': 'of sit',
    '6RD_RELAY_PREFIXLEN': 'of sit',
    '6rd-prefix': 'of sit; the kernel ignores it here',
    '6rd-relay_prefix': 'of sit; the kernel ignores it here',
    '6rd-reset': 'an action, not a setting',
  },
});
