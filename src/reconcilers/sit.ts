import { ipText } from '../wire/addresses.ts';
import { bitOf } from '../wire/bit-fields.ts';
import { bytesOf, type Slice } from '../wire/bytes.ts';
import { prefix } from '../wire/endpoints.ts';
import { IFLA_IPTUN } from '../wire/if-link.ts';
import { u8, u16 } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { oneOf } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info, infoSpread, type Lint } from './kind.ts';
import { receivePorts } from './receive-ports.ts';
import { routerList } from './router-list.ts';
import { encapRows, endRows, ends, endsApart, ipv4HeaderRows, live, made, tunnelLacks } from './tunnel.ts';

/** An address and its length, each in an attribute of its own. */
function prefixRow(numbers: readonly [address: number, length: number], type: WireType<string>, doc: string) {
  const length = u16();
  return infoSpread(
    numbers,
    type,
    {
      write(value) {
        const names = { indexOf: () => undefined, nameOf: () => undefined };
        return [type.encode(value, names), length.encode(Number(value.split('/')[1]), names)];
      },
      read([address, count]: readonly (Slice | undefined)[]) {
        if (address === undefined || count === undefined) return undefined;
        const bits = length.decode(count, { indexOf: () => undefined, nameOf: () => undefined });
        const text = ipText(bytesOf(address));
        return text === undefined || bits === undefined ? undefined : `${text}/${bits}`;
      },
    },
    { ...live, config: 'CONFIG_IPV6_SIT_6RD' },
    doc,
  );
}

/** A tunnel has a time to live of 64 of its own accord, and with any but `inherit` it discovers the path's MTU. */
const discoveryIsOn: Lint = {
  severity: 'error',
  check({ pmtudisc, ttl }) {
    if (pmtudisc !== false || ttl === 'inherit') return undefined;
    return {
      key: 'pmtudisc',
      message: '`pmtudisc: false` needs `ttl: inherit`: the kernel turns it on with any other',
    };
  },
};

/** ipip6_tunnel_update_6rd in net/ipv6/sit.c: what of the IPv4 address is left has to fit behind the prefix. */
const prefixTooLong: Lint = {
  severity: 'error',
  check(fields) {
    const [inside, outside] = [fields['6rd-prefix'], fields['6rd-relay_prefix']];
    if (typeof inside !== 'string')
      return outside === undefined
        ? undefined
        : { key: '6rd-relay_prefix', message: '`6rd-relay_prefix` needs `6rd-prefix` beside it' };
    const lengthOf = (value: unknown) => Number(String(value ?? '/0').split('/')[1]);
    const bits = lengthOf(inside) + 32 - lengthOf(outside);
    if (bits <= 64) return undefined;
    return {
      key: '6rd-prefix',
      message: `\`6rd-prefix\` and what \`6rd-relay_prefix\` leaves of an IPv4 address come to ${bits} bits; 64 is the most`,
    };
  },
};

export const sit = defineKind({
  name: 'sit',
  summary:
    'IPv6 packets in IPv4 packets: 6in4, 6to4, 6rd and ISATAP (RFC 4213, RFC 3056, RFC 5969, RFC 5214).',
  when: 'To bring IPv6 over an IPv4 network. For IPv4 inside alone, ipip; for both families and multicast, gre.',
  knows: ['Each packet grows by 20 bytes on its way.', 'It has carrier whatever the other end does.'],
  sends: 'whole',
  fallback: 'sit0',
  address: 'none',
  lacks: tunnelLacks,
  apart: endsApart,
  fields: {
    mtu: mtuWithin({ min: 1280, max: 65555 }),
    ...endRows(IFLA_IPTUN, 'IPv4', { remote: ends.someOrAny }),
    ...ipv4HeaderRows(IFLA_IPTUN),
    mode: info(
      IFLA_IPTUN.PROTO,
      oneOf(
        u8(),
        { ip6ip: 41, ipip: 4, mplsip: 137, any: 0 },
        { 'ipv6/ipv4': 41, 'ipv4/ipv4': 4, ip4ip4: 4, 'mpls/ipv4': 137, 'any/ipv4': 0 },
      ),
      made,
      'What is carried: IPv6, IPv4, MPLS, or all of them.',
    ),
    isatap: info(
      IFLA_IPTUN.FLAGS,
      bitOf(2, 0),
      made,
      'Every host of the site is reached by its IPv4 address inside its IPv6 address (RFC 5214).',
    ),
    '6rd-prefix': prefixRow(
      [IFLA_IPTUN['6RD_PREFIX'], IFLA_IPTUN['6RD_PREFIXLEN']],
      prefix('IPv6'),
      'The IPv6 prefix of the provider, behind which the IPv4 address stands; 2002::/16 is 6to4.',
    ),
    '6rd-relay_prefix': prefixRow(
      [IFLA_IPTUN['6RD_RELAY_PREFIX'], IFLA_IPTUN['6RD_RELAY_PREFIXLEN']],
      prefix('IPv4'),
      'What all IPv4 addresses of the provider begin with, and is left out behind the prefix.',
    ),
    ...encapRows(IFLA_IPTUN),
  },
  lists: { fou: receivePorts('IPv4', 41), prl: routerList },
  lints: [discoveryIsOn, prefixTooLong],
  left: {
    ENCAP_LIMIT: 'of tunnels over IPv6',
    FLOWINFO: 'of tunnels over IPv6',
    COLLECT_METADATA: 'the kernel ignores it here (net/ipv6/sit.c)',
    external: 'the kernel ignores it here (net/ipv6/sit.c)',
    '6rd-reset': 'an action, not a setting: write `6rd-prefix: 2002::/16`',
  },
});
