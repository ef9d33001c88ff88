import { linkRef } from '../wire/composites.ts';
import { IFLA_BRPORT } from '../wire/if-link.ts';
import { u8, u16, u32 } from '../wire/numbers.ts';
import { oneOf, onOff } from '../wire/words.ts';
import { type Fields, port } from './kind.ts';

/** A port that is down changes without a word when it is changed by rtnetlink (br_port_slave_changelink). */
const live = { change: 'live', notice: 'when-up' } as const;

/** What a bridge keeps of each of its ports (br_port_fill_attrs in net/bridge/br_netlink.c). */
export const bridgePort = {
  // Blocking and disabled do not hold: without a spanning tree the kernel forwards at once (br_port_state_selection).
  state: port(
    IFLA_BRPORT.STATE,
    oneOf(
      u8(),
      { listening: 1, learning: 2, forwarding: 3 },
      { '1': 1, '2': 2, '3': 3 },
      { disabled: 0, blocking: 4 },
    ),
    {
      ...live,
      silent: (_, { values }) => (values.state === 'down' ? 'the link to be up' : undefined),
    },
    'The port’s spanning tree state, where the bridge speaks no STP.',
  ),
  priority: port(IFLA_BRPORT.PRIORITY, u16({ max: 63 }), live, 'The port’s priority in the spanning tree.'),
  cost: port(
    IFLA_BRPORT.COST,
    u32({ min: 1, max: 65535 }),
    live,
    'The port’s path cost in the spanning tree.',
  ),
  guard: port(IFLA_BRPORT.GUARD, onOff, live, 'Do not take BPDUs on this port (BPDU guard).'),
  hairpin: port(IFLA_BRPORT.MODE, onOff, live, 'Send a packet back out of the port it came in by.'),
  fastleave: port(
    IFLA_BRPORT.FAST_LEAVE,
    onOff,
    { ...live, also: ['mcast_fast_leave'] },
    'Drop a group at once when a leave comes.',
  ),
  root_block: port(IFLA_BRPORT.PROTECT, onOff, live, 'Never let this port become the root port.'),
  learning: port(IFLA_BRPORT.LEARNING, onOff, live, 'Learn addresses on this port.'),
  flood: port(IFLA_BRPORT.UNICAST_FLOOD, onOff, live, 'Send packets for unknown addresses out of this port.'),
  proxy_arp: port(IFLA_BRPORT.PROXYARP, onOff, live, 'Answer ARP for others.'),
  proxy_arp_wifi: port(IFLA_BRPORT.PROXYARP_WIFI, onOff, live, 'Answer ARP for others, as 802.11 wants it.'),
  mcast_router: port(
    IFLA_BRPORT.MULTICAST_ROUTER,
    u8({ max: 3 }),
    live,
    'Whether a multicast router is behind the port: 0 no, 1 as it seems, 2 yes, 3 yes for a while.',
  ),
  mcast_flood: port(
    IFLA_BRPORT.MCAST_FLOOD,
    onOff,
    live,
    'Send multicast nobody asked for out of this port.',
  ),
  bcast_flood: port(IFLA_BRPORT.BCAST_FLOOD, onOff, live, 'Send broadcasts out of this port.'),
  mcast_to_unicast: port(
    IFLA_BRPORT.MCAST_TO_UCAST,
    onOff,
    live,
    'Send multicast to each member as unicast.',
  ),
  group_fwd_mask: port(
    IFLA_BRPORT.GROUP_FWD_MASK,
    u16({ without: 2 }),
    live,
    'Which link-local groups 01:80:c2:00:00:0X the port forwards, a bit each.',
  ),
  neigh_suppress: port(
    IFLA_BRPORT.NEIGH_SUPPRESS,
    onOff,
    live,
    'Answer ARP and ND from the table instead of flooding them.',
  ),
  vlan_tunnel: port(IFLA_BRPORT.VLAN_TUNNEL, onOff, live, 'Map VLANs to tunnel ids.'),
  isolated: port(IFLA_BRPORT.ISOLATED, onOff, live, 'Talk only to ports that are not isolated.'),
  locked: port(
    IFLA_BRPORT.LOCKED,
    onOff,
    { ...live, since: '5.18' },
    'Take packets only from addresses in the table.',
  ),
  mab: port(
    IFLA_BRPORT.MAB,
    onOff,
    { ...live, since: '6.2' },
    'On a locked port: note unknown addresses (MAC authentication bypass).',
  ),
  mcast_max_groups: port(
    IFLA_BRPORT.MCAST_MAX_GROUPS,
    u32(),
    { ...live, since: '6.3' },
    'How many multicast groups the port may join; 0 for no limit.',
  ),
  neigh_vlan_suppress: port(
    IFLA_BRPORT.NEIGH_VLAN_SUPPRESS,
    onOff,
    { ...live, since: '6.4' },
    'Answer ARP and ND from the table for chosen VLANs.',
  ),
  backup_port: port(
    IFLA_BRPORT.BACKUP_PORT,
    linkRef({ none: true }),
    { ...live, absent: 'none' },
    'The port traffic goes to while this one has no carrier; `none` for none.',
  ),
  backup_nhid: port(
    IFLA_BRPORT.BACKUP_NHID,
    u32(),
    { ...live, absent: 0, since: '6.6' },
    'The nexthop traffic goes to by the backup port; 0 for none.',
  ),
} as const satisfies Fields;

/** IFLA_BRPORT_* that are no row, and why. */
export const bridgePortLeft = {
  FLUSH: 'an action, not a setting',
  fdb_flush: 'an action, not a setting',
  LEARNING_SYNC: 'unused by the kernel; switch drivers take it through AF_BRIDGE only',
  ROOT_ID: 'told by the spanning tree',
  BRIDGE_ID: 'told by the spanning tree',
  DESIGNATED_PORT: 'told by the spanning tree',
  DESIGNATED_COST: 'told by the spanning tree',
  ID: 'told by the spanning tree',
  NO: 'told by the spanning tree',
  TOPOLOGY_CHANGE_ACK: 'told by the spanning tree',
  CONFIG_PENDING: 'told by the spanning tree',
  MESSAGE_AGE_TIMER: 'a running timer',
  FORWARD_DELAY_TIMER: 'a running timer',
  HOLD_TIMER: 'a running timer',
  MRP_RING_OPEN: 'told by the media redundancy protocol',
  MRP_IN_OPEN: 'told by the media redundancy protocol',
  MCAST_EHT_HOSTS_LIMIT: 'no word of bridge(8); set in sysfs',
  MCAST_EHT_HOSTS_CNT: 'a counter',
  MCAST_N_GROUPS: 'a counter',
  PAD: 'padding',
} as const;
