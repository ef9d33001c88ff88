import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { ipBytes, ipText, ipv4, ipv6 } from '../wire/addresses.ts';
import { isGroup } from '../wire/endpoints.ts';
import { IFLA_GENEVE } from '../wire/if-link.ts';
import { namespaceRef } from '../wire/namespaces.ts';
import { u8, u16be, u32, u32be } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { oneOf, onOff, orWord, presence } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { type Circumstances, defineKind, info, infoByFamily, infoPath, type Lint, underlay } from './kind.ts';

const live = { change: 'live', notice: 'when-up' } as const;
const made = { change: 'recreate', notice: 'always' } as const;

/** The other end, of either family; never a group (geneve_nl2info in drivers/net/geneve.c). */
const otherEnd: WireType<string> = {
  ...ipv4(),
  name: 'IP address',
  range: 'an IPv4 or IPv6 address',
  schema: { type: 'string' },
  read(written) {
    const text = textWritten(written, 'an IP address');
    const bytes = ipBytes(text);
    if (bytes === undefined) throw new Misfit(written, `${nameOf(written)} is not an IPv4 or IPv6 address`);
    if (isGroup(text)) throw new Misfit(written, `${text} is a group’s; Geneve has one other end`);
    return ipText(bytes) ?? text;
  },
  encode: (value, names) => (value.includes(':') ? ipv6() : ipv4()).encode(value, names),
  decode: (slice, names) => (slice.end - slice.start === 16 ? ipv6() : ipv4()).decode(slice, names),
  samples: ['192.0.2.1', '198.51.100.77', '2001:db8::1'],
  refused: [...ipv4().refused, '239.1.1.1', 'ff02::1'],
};

const isIpv6 = (remote: unknown) => String(remote ?? '').includes(':');

/** What is about IPv6 alone is refused or forgotten over IPv4, and the reverse. */
const ofTheOtherFamily: Lint = {
  severity: 'error',
  check(fields) {
    if (fields.remote === undefined) return undefined;
    const family = isIpv6(fields.remote) ? 'IPv6' : 'IPv4';
    const others = family === 'IPv6' ? ['udpcsum'] : ['udp6zerocsumtx', 'udp6zerocsumrx', 'flowlabel'];
    const key = others.find((one) => fields[one] !== undefined);
    return key === undefined
      ? undefined
      : { key, message: `\`${key}\` means nothing with a \`remote\` of ${family}` };
  },
};

const endsMissing: Lint = {
  severity: 'error',
  check({ external, id, remote }) {
    if (external === true) {
      const key = id !== undefined ? 'id' : remote !== undefined ? 'remote' : undefined;
      return key === undefined
        ? undefined
        : {
            key,
            message: `with \`external: true\` identifier and end come with each packet; \`${key}\` has to go`,
          };
    }
    if (id === undefined) return { key: 'kind', message: 'a geneve needs `id`, or `external: true`' };
    return remote === undefined
      ? { key: 'kind', message: 'a geneve needs `remote`, or `external: true`' }
      : undefined;
  },
};

export const geneve = defineKind({
  name: 'geneve',
  summary: 'An Ethernet segment carried over UDP, with options in the header (RFC 8926).',
  when: 'Where the other end speaks Geneve, as OVN and cloud gateways do, or options travel along. For several ends by flooding or multicast, vxlan; for one end without UDP, gretap.',
  knows: [
    'Each frame grows by 50 bytes on its way and more with options, by 20 more over IPv6.',
    'Without `mtu` the kernel takes what fits the route to `remote` when the link is made, and 1500 where there is none yet: write it.',
    'It has one `remote`: for several ends each takes one of its own, or a program sends with `external`.',
  ],
  apart: { id: 'none', remote: 'none', dstport: 6081, external: false },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65485 }),
    id: info(IFLA_GENEVE.ID, u32({ max: 0xff_ffff }), made, 'The network identifier (VNI).'),
    remote: infoByFamily(
      IFLA_GENEVE.REMOTE,
      IFLA_GENEVE.REMOTE6,
      otherEnd,
      {
        // The family is for life (geneve_changelink).
        change: ({ found, wanted }: Circumstances) =>
          isIpv6(found.remote) === isIpv6(wanted.remote) ? 'live' : 'recreate',
        notice: 'when-up',
        absent: 'none',
        fromTheStart: true,
        moves: () => ['mtu'],
      },
      'The other end.',
    ),
    ttl: info(
      IFLA_GENEVE.TTL,
      orWord(u8({ words: { auto: 0 } }), 'inherit'),
      live,
      'Time to live of the outer packets.',
      { word: { word: 'inherit', path: infoPath(IFLA_GENEVE.TTL_INHERIT), payload: Uint8Array.of(1) } },
    ),
    tos: info(
      IFLA_GENEVE.TOS,
      u8({ words: { inherit: 1 } }),
      live,
      'Type of service of the outer packets; what ip(8) writes as `10` is `0x10` here.',
    ),
    df: info(
      IFLA_GENEVE.DF,
      oneOf(u8(), { unset: 0, set: 1, inherit: 2 }),
      live,
      'The outer packets’ don’t-fragment bit.',
    ),
    flowlabel: info(IFLA_GENEVE.LABEL, u32be({ max: 0xf_ffff }), live, 'Flow label of outer IPv6 packets.'),
    link_netns: underlay(
      namespaceRef,
      // The driver tells nobody (it has no get_link_net).
      { ...made, untold: true },
      'The namespace the outer packets go through, `/` for the host’s; settled when the link is made, and not to be seen later.',
    ),
    dstport: info(
      IFLA_GENEVE.PORT,
      u16be(),
      made,
      'The UDP port of the other end; 6081 is the assigned one.',
    ),
    external: info(
      IFLA_GENEVE.COLLECT_METADATA,
      presence,
      { ...made, absent: false },
      'Take identifier, end and options from each packet’s metadata.',
    ),
    udpcsum: info(IFLA_GENEVE.UDP_CSUM, onOff, made, 'Checksum the outer UDP over IPv4.'),
    udp6zerocsumtx: info(
      IFLA_GENEVE.UDP_ZERO_CSUM6_TX,
      onOff,
      made,
      'Send outer UDP over IPv6 without checksum.',
    ),
    udp6zerocsumrx: info(
      IFLA_GENEVE.UDP_ZERO_CSUM6_RX,
      onOff,
      made,
      'Take outer UDP over IPv6 without checksum.',
    ),
    innerprotoinherit: info(
      IFLA_GENEVE.INNER_PROTO_INHERIT,
      presence,
      { ...made, absent: false, since: '5.18' },
      'Carry packets without Ethernet, with the protocol in the Geneve header.',
    ),
  },
  lints: [endsMissing, ofTheOtherFamily],
  left: { TTL_INHERIT: 'the word `inherit` of ttl' },
});
