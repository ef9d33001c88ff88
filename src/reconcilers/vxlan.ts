import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { ipBytes, ipText, ipv4, ipv6 } from '../wire/addresses.ts';
import { linkRef, portRange } from '../wire/composites.ts';
import { IFLA_VXLAN } from '../wire/if-link.ts';
import { namespaceRef } from '../wire/namespaces.ts';
import { u8, u16be, u32, u32be } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { oneOf, onOff, orWord, presence } from '../wire/words.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import {
  type ChangeNeed,
  type Circumstances,
  defineKind,
  info,
  infoByFamily,
  infoPath,
  type Lint,
  underlay,
} from './kind.ts';

/** An address of either family; `none` (or `any`) for none. */
const endpoint: WireType<string> = {
  ...ipv4(),
  name: 'IP address',
  range: 'an IPv4 or IPv6 address, or none',
  schema: { type: 'string' },
  read(written) {
    if (written.is === 'scalar' && (written.text === 'any' || written.text === 'none')) return 'none';
    const address = textWritten(written, 'an IP address');
    const bytes = ipBytes(address);
    if (bytes === undefined) throw new Misfit(written, `${nameOf(written)} is not an IPv4 or IPv6 address`);
    return bytes.every((byte) => byte === 0) ? 'none' : (ipText(bytes) ?? address);
  },
  encode: (value, names) =>
    value === 'none'
      ? Uint8Array.of(0, 0, 0, 0)
      : (value.includes(':') ? ipv6() : ipv4()).encode(value, names),
  decode: (slice, names) => {
    const text = (slice.end - slice.start === 16 ? ipv6() : ipv4()).decode(slice, names);
    return text === '0.0.0.0' || text === '::' ? 'none' : text;
  },
  samples: ['192.0.2.1', '198.51.100.77', '2001:db8::1', 'none'],
};

const made = { change: 'recreate', notice: 'always' } as const;
const live = { change: 'live', notice: 'when-up' } as const;

const familyOf = (value: unknown) =>
  typeof value !== 'string' || value === 'none' ? undefined : value.includes(':') ? 'IPv6' : 'IPv4';

/** An endpoint can change to another address of its family; the family is settled at creation, IPv4 where nothing says (vxlan_nl2conf). */
function ofFamily(key: 'local' | 'remote') {
  return {
    change: ({ found, wanted }: Circumstances) => {
      const family = familyOf(wanted[key]);
      const made = familyOf(found.remote) ?? familyOf(found.local) ?? 'IPv4';
      return family === undefined || family === made ? 'live' : 'recreate';
    },
    notice: 'when-up',
    absent: 'none',
    beside: ['remote', 'local'],
    // To have none is said in the family of the one there is.
    sentAs: (wanted: string, found: string | undefined) =>
      wanted === 'none' && familyOf(found) === 'IPv6' ? '::' : wanted,
  } as const;
}

/** The kernel wants both ends of one family (vxlan_config_validate in drivers/net/vxlan/vxlan_core.c). */
const endsOfOneFamily: Lint = {
  severity: 'error',
  check({ local, remote }) {
    const [own, other] = [familyOf(local), familyOf(remote)];
    if (own === undefined || other === undefined || own === other) return undefined;
    return {
      key: 'local',
      message: `\`local\` is of ${own} and \`remote\` of ${other}; both are of one family`,
    };
  },
};

/**
 * The kernel takes 0 and leaves it as it was. Any other is looked up in the namespace of the underlay, which is for life
 * (vxlan_changelink); two references made in one namespace are to one other if they begin alike.
 */
function withinUnderlay({ found, wanted }: Circumstances): ChangeNeed {
  const namespaceOf = (dev: unknown) => String(dev ?? '').replace(/[^/]*$/, '');
  const settled = wanted.link_netns !== undefined && found.dev === 'none';
  const stays = settled || namespaceOf(found.dev) === namespaceOf(wanted.dev);
  return wanted.dev === 'none' || !stays ? 'recreate' : 'live';
}

export const vxlan = defineKind({
  name: 'vxlan',
  summary: 'An Ethernet segment carried over UDP (RFC 7348).',
  when: 'To stretch a bridge over routers. For a point-to-point tunnel, gretap is smaller; for many options in the header, geneve.',
  knows: [
    'Each frame grows by 50 bytes on its way, by 70 over IPv6: the network underneath needs a larger `mtu`, or this link a smaller one.',
    'Without `dstport` the kernel takes 8472, not the 4789 that IANA assigned and hardware uses.',
    'Without `remote` it floods only to what bridge(8) puts into its forwarding table.',
  ],
  fields: {
    mtu: mtuWithin(ethernetMtu),
    id: info(IFLA_VXLAN.ID, u32({ max: 0xff_ffff }), { ...made }, 'The network identifier (VNI).'),
    remote: infoByFamily(
      IFLA_VXLAN.GROUP,
      IFLA_VXLAN.GROUP6,
      endpoint,
      { ...ofFamily('remote'), also: ['group'] },
      'Where unknown addresses are sent: the other end, or a multicast group.',
    ),
    local: infoByFamily(
      IFLA_VXLAN.LOCAL,
      IFLA_VXLAN.LOCAL6,
      endpoint,
      ofFamily('local'),
      'The source address of the tunnel.',
    ),
    ttl: info(
      IFLA_VXLAN.TTL,
      orWord(u8({ words: { auto: 0 } }), 'inherit'),
      {
        change: ({ found, wanted }) =>
          found.ttl !== wanted.ttl && [found.ttl, wanted.ttl].includes('inherit') ? 'recreate' : 'live',
        notice: 'when-up',
        beside: ['ttl'],
      },
      'Time to live of the outer packets.',
      { word: { word: 'inherit', path: infoPath(IFLA_VXLAN.TTL_INHERIT) } },
    ),
    tos: info(
      IFLA_VXLAN.TOS,
      u8({ words: { inherit: 1 } }),
      live,
      'Type of service of the outer packets; what ip(8) writes as `10` is `0x10` here.',
    ),
    df: info(
      IFLA_VXLAN.DF,
      oneOf(u8(), { unset: 0, set: 1, inherit: 2 }),
      live,
      'The outer packets’ don’t-fragment bit.',
    ),
    flowlabel: info(IFLA_VXLAN.LABEL, u32be({ max: 0xf_ffff }), live, 'Flow label of outer IPv6 packets.'),
    dev: info(
      IFLA_VXLAN.LINK,
      linkRef({ none: true }),
      {
        change: withinUnderlay,
        notice: 'when-up',
        absent: 'none',
        elsewhere: true,
        beside: ['dev'],
      },
      'The link the outer packets leave by.',
    ),
    link_netns: underlay(
      namespaceRef,
      { change: 'recreate', notice: 'always' },
      'The namespace the outer packets go through, `/` for the host’s; without it that of `dev`, or the link’s own.',
    ),
    dstport: info(
      IFLA_VXLAN.PORT,
      u16be(),
      made,
      'The UDP port of the other end; 4789 is the assigned one, 8472 what old Linux used.',
    ),
    srcport: info(IFLA_VXLAN.PORT_RANGE, portRange(), made, 'The UDP source ports to choose from.'),
    learning: info(IFLA_VXLAN.LEARNING, onOff, live, 'Learn where addresses are from what comes in.'),
    proxy: info(IFLA_VXLAN.PROXY, onOff, made, 'Answer ARP and ND for the other side.'),
    rsc: info(IFLA_VXLAN.RSC, onOff, made, 'Route short circuit.'),
    l2miss: info(IFLA_VXLAN.L2MISS, onOff, made, 'Tell user space of unknown MACs.'),
    l3miss: info(IFLA_VXLAN.L3MISS, onOff, made, 'Tell user space of unknown IP addresses.'),
    ageing: info(
      IFLA_VXLAN.AGEING,
      // 0 stands for the default of 300.
      u32({ min: 1 }),
      live,
      'How long an address learnt is kept without traffic, in seconds.',
    ),
    maxaddress: info(
      IFLA_VXLAN.LIMIT,
      u32({ words: { unlimited: 0 } }),
      made,
      'How many addresses are kept.',
    ),
    udpcsum: info(IFLA_VXLAN.UDP_CSUM, onOff, made, 'Checksum the outer UDP over IPv4.'),
    udp6zerocsumtx: info(
      IFLA_VXLAN.UDP_ZERO_CSUM6_TX,
      onOff,
      made,
      'Send outer UDP over IPv6 without checksum.',
    ),
    udp6zerocsumrx: info(
      IFLA_VXLAN.UDP_ZERO_CSUM6_RX,
      onOff,
      made,
      'Take outer UDP over IPv6 without checksum.',
    ),
    remcsumtx: info(IFLA_VXLAN.REMCSUM_TX, onOff, made, 'Offload checksums to the other end, sending.'),
    remcsumrx: info(IFLA_VXLAN.REMCSUM_RX, onOff, made, 'Offload checksums to the other end, receiving.'),
    external: info(
      IFLA_VXLAN.COLLECT_METADATA,
      onOff,
      made,
      'Take identifier and endpoint from each packet’s metadata.',
    ),
    gbp: info(IFLA_VXLAN.GBP, presence, { ...made, absent: false }, 'Carry a group policy mark.'),
    gpe: info(IFLA_VXLAN.GPE, presence, { ...made, absent: false }, 'Generic protocol extension.'),
    vnifilter: info(
      IFLA_VXLAN.VNIFILTER,
      onOff,
      { ...made, absent: false, since: '5.18' },
      'Take only identifiers that were listed.',
    ),
    localbypass: info(
      IFLA_VXLAN.LOCALBYPASS,
      onOff,
      { ...live, since: '6.5' },
      'Hand packets for an address of this host to its vxlan directly.',
    ),
  },
  lints: [endsOfOneFamily],
  left: {
    RESERVED_BITS: 'no word of ip-link(8) 6.1',
    MC_ROUTE: 'no word of ip-link(8) 6.1',
    REMCSUM_NOPARTIAL: 'no word of ip-link(8)',
    TTL_INHERIT: 'the word `inherit` of ttl',
    LABEL_POLICY: 'no word of ip-link(8) 6.1',
  },
});
