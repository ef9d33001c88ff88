import { Misfit } from '../model/written.ts';
import { ipv4, ipv6 } from '../wire/addresses.ts';
import { linkRef, portRange } from '../wire/composites.ts';
import { IFLA_VXLAN } from '../wire/if-link.ts';
import { u8, u16be, u32, u32be } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { oneOf, onOff, presence } from '../wire/words.ts';
import { defineKind, info, infoByFamily } from './kind.ts';

/** An address of either family; `none` (or `any`) for none. */
const endpoint: WireType<string> = {
  ...ipv4(),
  name: 'IP address',
  range: 'an IPv4 or IPv6 address, or none',
  schema: { type: 'string' },
  read(written) {
    if (written.is === 'scalar' && (written.text === 'any' || written.text === 'none')) return 'none';
    try {
      return ipv4().read(written);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      return ipv6().read(written);
    }
  },
  encode: (value, names) =>
    value === 'none'
      ? Uint8Array.of(0, 0, 0, 0)
      : (value.includes(':') ? ipv6() : ipv4()).encode(value, names),
  decode: (slice, names) => {
    const text = (slice.end - slice.start === 16 ? ipv6() : ipv4()).decode(slice, names);
    return text === '0.0.0.0' || text === '::' ? 'none' : text;
  },
  samples: ['192.0.2.1', '2001:db8::1'],
};

const made = { change: 'recreate', notice: 'always' } as const;
const live = { change: 'live', notice: 'when-up' } as const;

export const vxlan = defineKind({
  name: 'vxlan',
  summary: 'An Ethernet segment carried over UDP (RFC 7348).',
  when: 'To stretch a bridge over routers. For a point-to-point tunnel, gretap is smaller; for many options in the header, geneve.',
  fields: {
    id: info(IFLA_VXLAN.ID, u32({ max: 0xff_ffff }), { ...made }, 'The network identifier (VNI).'),
    remote: infoByFamily(
      IFLA_VXLAN.GROUP,
      IFLA_VXLAN.GROUP6,
      endpoint,
      { ...live, absent: 'none', also: ['group'] },
      'Where unknown addresses are sent: the other end, or a multicast group.',
    ),
    local: infoByFamily(
      IFLA_VXLAN.LOCAL,
      IFLA_VXLAN.LOCAL6,
      endpoint,
      { ...live, absent: 'none' },
      'The source address of the tunnel.',
    ),
    ttl: info(IFLA_VXLAN.TTL, u8({ words: { auto: 0 } }), live, 'Time to live of the outer packets.'),
    tos: info(IFLA_VXLAN.TOS, u8({ words: { inherit: 1 } }), live, 'Type of service of the outer packets.'),
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
      { ...live, absent: 'none' },
      'The link the outer packets leave by.',
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
      u32(),
      live,
      'How long an address learnt is kept without traffic, in seconds.',
    ),
    maxaddress: info(
      IFLA_VXLAN.LIMIT,
      u32({ words: { unlimited: 0 } }),
      live,
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
    vnifilter: info(IFLA_VXLAN.VNIFILTER, onOff, made, 'Take only identifiers that were listed.'),
    localbypass: info(
      IFLA_VXLAN.LOCALBYPASS,
      onOff,
      live,
      'Hand packets for an address of this host to its vxlan directly.',
    ),
  },
  left: {
    REMCSUM_NOPARTIAL: 'no word of ip-link(8)',
    TTL_INHERIT: 'the word `inherit` of ttl',
    LABEL_POLICY: 'no word of ip-link(8) 6.1',
  },
});
