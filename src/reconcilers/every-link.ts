import { mac } from '../wire/addresses.ts';
import { linkRef, text } from '../wire/composites.ts';
import { IFLA, IFLA_INET6 } from '../wire/if-link.ts';
import { u8, u32 } from '../wire/numbers.ts';
import { AF, IFF } from '../wire/rtnetlink.ts';
import { oneOf, onOff, upOrDown } from '../wire/words.ts';
import { attr, type Fields, flag, type Kind, nested, type Row, type RowOptions } from './kind.ts';

const mtuDoc = 'The largest packet the link carries, in bytes, without its own header.';

/** The MTU within what the driver takes (IFLA_MIN_MTU, IFLA_MAX_MTU), for kinds whose driver is known. */
export function mtuWithin(
  bounds: { readonly min: number; readonly max: number },
  more: Partial<RowOptions<number | string>> = {},
): Row<number | string> {
  return attr(IFLA.MTU, u32(bounds), { change: 'live', notice: 'always', ...more }, mtuDoc);
}

/** From the least IPv4 can do to the longest frame of Ethernet drivers (ETH_MIN_MTU, ETH_MAX_MTU). */
export const ethernetMtu = { min: 68, max: 65535 } as const;

/** How many queues a link is made with, for kinds that have use for more than one. */
export const queues = {
  numtxqueues: attr(
    IFLA.NUM_TX_QUEUES,
    u32({ min: 1, max: 4096 }),
    { change: 'recreate', notice: 'always' },
    'Number of transmit queues.',
  ),
  // Only kernels with CONFIG_RPS tell it (rtnl_fill_ifinfo in net/core/rtnetlink.c).
  numrxqueues: attr(
    IFLA.NUM_RX_QUEUES,
    u32({ min: 1, max: 4096 }),
    { change: 'recreate', notice: 'always', untold: true },
    'Number of receive queues.',
  ),
} as const satisfies Fields;

/** The attributes every link has, whatever its kind. */
export const everyLink = {
  state: flag(
    IFF.UP,
    upOrDown,
    { change: 'live', notice: 'always' },
    'Whether the link is administratively up.',
  ),
  mtu: mtuWithin({ min: 0, max: 0x7fff_ffff }),
  address: attr(IFLA.ADDRESS, mac(), { change: 'live', notice: 'always' }, 'The hardware (MAC) address.'),
  txqueuelen: attr(
    IFLA.TXQLEN,
    u32(),
    { change: 'live', notice: 'always' },
    'Length of the transmit queue, in packets.',
  ),
  promisc: flag(
    IFF.PROMISC,
    onOff,
    { change: 'live', notice: 'always' },
    'Receive every packet, whoever it is for.',
  ),
  allmulticast: flag(
    IFF.ALLMULTI,
    onOff,
    { change: 'live', notice: 'always' },
    'Receive every multicast packet.',
  ),
  multicast: flag(
    IFF.MULTICAST,
    onOff,
    { change: 'live', notice: 'always' },
    'Whether the link takes part in multicast.',
  ),
  arp: flag(
    IFF.NOARP,
    onOff,
    { change: 'live', notice: 'always', inverted: true },
    'Whether addresses are resolved on the link (ARP, ND).',
  ),
  alias: attr(
    IFLA.IFALIAS,
    text(255, ['to the core', 'rack 12, port 4']),
    { change: 'live', notice: 'when-up', absent: '', afterCreate: true },
    'A free text, for people.',
  ),
  // `ip link set group` is announced on links that are up; writing netdev_group in sysfs never is.
  link_group: attr(
    IFLA.GROUP,
    u32({ words: { default: 0 } }),
    { change: 'live', notice: 'never' },
    'The group the link belongs to, as `ip link set group` names it.',
  ),
  // Likewise: the sysctl addr_gen_mode changes it without a word (addrconf_sysctl_addr_gen_mode in net/ipv6/addrconf.c).
  addrgenmode: nested(
    [IFLA.AF_SPEC, AF.INET6, IFLA_INET6.ADDR_GEN_MODE],
    oneOf(u8(), { eui64: 0, none: 1, stable_secret: 2, random: 3 }),
    { change: 'live', notice: 'never', beforeUp: true, afterCreate: true },
    'How IPv6 makes the link-local address.',
  ),
  master: attr(
    IFLA.MASTER,
    linkRef({ none: true }),
    { change: 'live', notice: 'always', absent: 'none' },
    'The bridge, bond, team or VRF the link is a member of; `none` for none.',
  ),
} as const satisfies Fields;

/**
 * IPv6’s link-local address where there is no MAC to make it from: going up, such a link changes eui64 to random
 * without a word (addrconf_dev_config in net/ipv6/addrconf.c, for ARPHRD_NONE).
 */
export const addrgenmodeWithoutMac: Row<string> = {
  ...everyLink.addrgenmode,
  type: oneOf(u8(), { none: 1, stable_secret: 2, random: 3 }, {}, { eui64: 0 }),
};

/** What of every link the links of a kind have. */
export function everyLinkOf({ lacks = {} }: Kind): Fields {
  return Object.fromEntries(Object.entries(everyLink).filter(([key]) => !Object.hasOwn(lacks, key)));
}

/** IFLA_* attributes of every link that are no row, and why. */
export const everyLinkLeft = {
  BROADCAST: 'follows from the address on Ethernet; rarely set by hand',
  IFNAME: 'the name is the id',
  LINK: 'a row of the kinds that stand on another link',
  LINKINFO: 'the kinds’ own tables',
  AF_SPEC: 'holds addrgenmode; the rest are sysctls, a table of their own later',
  PROP_LIST: 'altnames, a list',
  ALT_IFNAME: 'altnames, a list',
  NUM_TX_QUEUES: 'a row of the kinds that can be made with several queues',
  NUM_RX_QUEUES: 'a row of the kinds that can be made with several queues',
  NET_NS_PID: 'namespaces are declared by name',
  NET_NS_FD: 'used to make a link in a namespace, no attribute of one',
  LINK_NETNSID: 'tells where the link underneath is; `link_netns` where that is a setting',
  NEW_NETNSID: 'tells of a move, no setting',
  NEW_IFINDEX: 'tells of a move, no setting',
  IF_NETNSID: 'addresses a request, no setting',
  EXT_MASK: 'part of a request, no setting',
  EVENT: 'tells why a notice came, no setting',
  QDISC: 'a table of its own later',
  XDP: 'a table of its own later',
  NUM_VF: 'a table of its own later (sriov)',
  VFINFO_LIST: 'a table of its own later (sriov)',
  VF_PORTS: 'a table of its own later (sriov)',
  PORT_SELF: 'a table of its own later (sriov)',
  STATS: 'a counter',
  STATS64: 'a counter',
  CARRIER_CHANGES: 'a counter',
  CARRIER_UP_COUNT: 'a counter',
  CARRIER_DOWN_COUNT: 'a counter',
  PROMISCUITY: 'a counter of who wants promiscuous mode; the wish is `promisc`',
  ALLMULTI: 'a counter of who wants all multicast; the wish is `allmulticast`',
  OPERSTATE: 'a state of the link, not a setting',
  CARRIER: 'a state of the link, not a setting',
  LINKMODE: 'set by 802.1X supplicants, which own it',
  PROTO_DOWN: 'set by other daemons to hold a link down, which own it',
  PROTO_DOWN_REASON: 'set by other daemons to hold a link down, which own it',
  MIN_MTU: 'told by the driver',
  MAX_MTU: 'told by the driver',
  PHYS_PORT_ID: 'told by the driver',
  PHYS_SWITCH_ID: 'told by the driver',
  PHYS_PORT_NAME: 'told by the driver',
  PERM_ADDRESS: 'told by the driver',
  PARENT_DEV_NAME: 'told by the driver',
  PARENT_DEV_BUS_NAME: 'told by the driver',
  DEVLINK_PORT: 'told by the driver',
  DPLL_PIN: 'told by the driver',
  TSO_MAX_SIZE: 'told by the driver',
  TSO_MAX_SEGS: 'told by the driver',
  GSO_MAX_SIZE: 'an offload setting; comes with `ethtool`',
  GSO_MAX_SEGS: 'an offload setting; comes with `ethtool`',
  GRO_MAX_SIZE: 'an offload setting; comes with `ethtool`',
  GSO_IPV4_MAX_SIZE: 'an offload setting; comes with `ethtool`',
  GRO_IPV4_MAX_SIZE: 'an offload setting; comes with `ethtool`',
  MAP: 'addresses of ISA cards; no driver in use has them',
  WEIGHT: 'unused by the kernel',
  COST: 'unused by the kernel',
  PRIORITY: 'unused by the kernel',
  WIRELESS: 'Wi-Fi is not vnetd’s job',
  PROTINFO: 'bridge ports through AF_BRIDGE; the same rows as `bridge_port`',
  PAD: 'padding',
} as const;
