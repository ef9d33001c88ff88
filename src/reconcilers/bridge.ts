import { linkLocalGroup } from '../wire/addresses.ts';
import { IFLA_BR } from '../wire/if-link.ts';
import { centiseconds, centiseconds64, u8, u16, u16be, u32 } from '../wire/numbers.ts';
import { maskedBit, oneOf, onOff, onOff32 } from '../wire/words.ts';
import { bridgePort } from './bridge-port.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import { defineKind, type FoundSurroundings, info, type Lint } from './kind.ts';

/** Bits of IFLA_BR_MULTI_BOOLOPT (enum br_boolopt_id in uapi/linux/if_bridge.h). */
const BR_BOOLOPT = { NO_LL_LEARN: 0, MCAST_VLAN_SNOOPING: 1, MST_ENABLE: 2 } as const;

/** A bridge that is down changes without a word, by rtnetlink as by sysfs (netdev_state_change in net/core/dev.c). */
const live = { change: 'live', notice: 'when-up' } as const;
/** Only while no port is in a VLAN, and every port is in the default one from its first moment. */
const withoutPorts = { change: 'empty', notice: 'when-up' } as const;

/** BR_MIN_FORWARD_DELAY, BR_MAX_FORWARD_DELAY in net/bridge/br_private_stp.h. */
const forwardDelay = { min: 200, max: 3000 } as const;

/** The kernel clamps: from a second (BR_MULTICAST_QUERY_INTVL_MIN in net/bridge/br_private.h) to a day. */
const queryInterval = { min: 100, max: 8_640_000 } as const;

/** In a tree with another root the bridge goes by that one's times, and tells those (br_record_config_timeout_values). */
const ofTheRoot = {
  ...live,
  beside: ['root_port'],
  agrees: (_wanted: unknown, _found: unknown, { values }: FoundSurroundings) => (values.root_port ?? 0) !== 0,
} as const;

/** While the tree changes the bridge forgets faster, and tells that (__br_set_topology_change in net/bridge/br_stp.c). */
const whileTheTreeIsStill = {
  ...live,
  beside: ['topology_change'],
  agrees: (_wanted: unknown, _found: unknown, { values }: FoundSurroundings) =>
    values.topology_change === true,
} as const;

const vlans = { ...live, config: 'CONFIG_BRIDGE_VLAN_FILTERING' } as const;
const netfilter = { ...live, config: 'CONFIG_BRIDGE_NETFILTER' } as const;

const forwardDelayWithStp: Lint = {
  severity: 'error',
  check({ stp_state, forward_delay }) {
    if (stp_state !== true || typeof forward_delay !== 'number') return undefined;
    const { min, max } = forwardDelay;
    if (forward_delay >= min && forward_delay <= max) return undefined;
    return {
      key: 'forward_delay',
      message: `with the spanning tree on, \`forward_delay\` is ${min} to ${max} hundredths of a second, not ${forward_delay}`,
    };
  },
};

const snoopingByVlanWithoutVlans: Lint = {
  severity: 'error',
  check({ mcast_vlan_snooping, vlan_filtering }) {
    if (mcast_vlan_snooping !== true || vlan_filtering !== false) return undefined;
    return { key: 'mcast_vlan_snooping', message: '`mcast_vlan_snooping` needs `vlan_filtering: true`' };
  },
};

export const bridge = defineKind({
  name: 'bridge',
  summary: 'A switch in software: what comes in by one port goes out by the port its address was learnt on.',
  when: 'To put virtual machines and containers on the same network as a card. An enslaved card’s address belongs on the bridge.',
  knows: [
    'Without `address` it has the lowest MAC of its ports, and another one when ports come and go.',
    'A Wi-Fi card that joined an access point is no good as a port: the access point takes frames of one MAC only.',
    'With `stp_state` a new port passes nothing for twice the `forward_delay`.',
  ],
  fields: {
    // The first port moves what stood in the creating message (br_mtu_auto_adjust in net/bridge/br_if.c).
    mtu: mtuWithin(ethernetMtu, { twice: true }),
    forward_delay: info(
      IFLA_BR.FORWARD_DELAY,
      centiseconds(),
      ofTheRoot,
      'Time in the listening and in the learning state, in hundredths of a second; the root’s holds for the whole tree.',
    ),
    hello_time: info(
      IFLA_BR.HELLO_TIME,
      centiseconds({ min: 100, max: 1000 }),
      ofTheRoot,
      'Time between two hellos of the root, in hundredths of a second; the root’s holds for the whole tree.',
    ),
    max_age: info(
      IFLA_BR.MAX_AGE,
      centiseconds({ min: 600, max: 4000 }),
      ofTheRoot,
      'How long a hello holds, in hundredths of a second; the root’s holds for the whole tree.',
    ),
    ageing_time: info(
      IFLA_BR.AGEING_TIME,
      centiseconds(),
      whileTheTreeIsStill,
      'How long an address learnt is kept without traffic, in hundredths of a second; shorter while the tree changes.',
    ),
    stp_state: info(
      IFLA_BR.STP_STATE,
      onOff32,
      live,
      'Whether the bridge speaks the spanning tree protocol.',
    ),
    priority: info(
      IFLA_BR.PRIORITY,
      u16(),
      live,
      'The bridge’s priority in the spanning tree; the lowest becomes root.',
    ),
    group_fwd_mask: info(
      IFLA_BR.GROUP_FWD_MASK,
      u16({ without: 7 }),
      live,
      'Which link-local groups 01:80:c2:00:00:0X are forwarded, a bit each.',
    ),
    group_address: info(
      IFLA_BR.GROUP_ADDR,
      linkLocalGroup(),
      live,
      'The group address of the spanning tree.',
    ),
    no_linklocal_learn: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.NO_LL_LEARN),
      live,
      'Do not learn from link-local packets.',
    ),
    vlan_filtering: info(
      IFLA_BR.VLAN_FILTERING,
      onOff,
      vlans,
      'Whether ports pass only the VLANs they are in.',
    ),
    vlan_protocol: info(
      IFLA_BR.VLAN_PROTOCOL,
      oneOf(u16be(), { '802.1Q': 0x8100, '802.1ad': 0x88a8 }, { '802.1q': 0x8100, '802.1AD': 0x88a8 }),
      vlans,
      'The protocol of the tags the bridge filters by.',
    ),
    vlan_default_pvid: info(
      IFLA_BR.VLAN_DEFAULT_PVID,
      u16({ max: 4094 }),
      vlans,
      'The VLAN a new port is in, untagged; 0 for none.',
    ),
    vlan_stats_enabled: info(IFLA_BR.VLAN_STATS_ENABLED, onOff, vlans, 'Count traffic by VLAN.'),
    vlan_stats_per_port: info(
      IFLA_BR.VLAN_STATS_PER_PORT,
      onOff,
      { ...withoutPorts, config: vlans.config },
      'Count traffic by VLAN and port; only while no port has a VLAN.',
    ),
    mcast_snooping: info(
      IFLA_BR.MCAST_SNOOPING,
      onOff,
      live,
      'Forward multicast only to ports that asked for it.',
    ),
    mcast_vlan_snooping: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.MCAST_VLAN_SNOOPING),
      { ...vlans, since: '5.15' },
      'Snoop for each VLAN by itself.',
    ),
    mst_enabled: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.MST_ENABLE),
      { ...withoutPorts, since: '5.18', config: vlans.config },
      'Keep a spanning tree state for each VLAN (MST).',
    ),
    mcast_router: info(
      IFLA_BR.MCAST_ROUTER,
      u8({ max: 2 }),
      live,
      'Whether a multicast router sits on the bridge: 0 no, 1 as it seems, 2 yes.',
    ),
    mcast_query_use_ifaddr: info(
      IFLA_BR.MCAST_QUERY_USE_IFADDR,
      onOff,
      live,
      'Use the bridge’s own address in queries.',
    ),
    mcast_querier: info(IFLA_BR.MCAST_QUERIER, onOff, live, 'Send queries.'),
    mcast_hash_elasticity: info(
      IFLA_BR.MCAST_HASH_ELASTICITY,
      u32({ min: 16, max: 16 }),
      { change: 'fixed', notice: 'when-up' },
      'Kept for old tools; the kernel always says 16.',
    ),
    mcast_hash_max: info(IFLA_BR.MCAST_HASH_MAX, u32(), live, 'How many multicast groups are kept.'),
    mcast_last_member_count: info(
      IFLA_BR.MCAST_LAST_MEMBER_CNT,
      u32(),
      live,
      'Queries sent after a leave before the group is dropped.',
    ),
    mcast_startup_query_count: info(IFLA_BR.MCAST_STARTUP_QUERY_CNT, u32(), live, 'Queries sent at start.'),
    mcast_last_member_interval: info(
      IFLA_BR.MCAST_LAST_MEMBER_INTVL,
      centiseconds64(),
      live,
      'Time between the queries after a leave, in hundredths of a second.',
    ),
    mcast_membership_interval: info(
      IFLA_BR.MCAST_MEMBERSHIP_INTVL,
      centiseconds64(),
      live,
      'How long a membership holds without a report, in hundredths of a second.',
    ),
    mcast_querier_interval: info(
      IFLA_BR.MCAST_QUERIER_INTVL,
      centiseconds64(),
      live,
      'How long another querier is believed to be there, in hundredths of a second.',
    ),
    mcast_query_interval: info(
      IFLA_BR.MCAST_QUERY_INTVL,
      centiseconds64(queryInterval),
      live,
      'Time between queries, in hundredths of a second.',
    ),
    mcast_query_response_interval: info(
      IFLA_BR.MCAST_QUERY_RESPONSE_INTVL,
      centiseconds64(),
      live,
      'Time members have to answer, in hundredths of a second.',
    ),
    mcast_startup_query_interval: info(
      IFLA_BR.MCAST_STARTUP_QUERY_INTVL,
      centiseconds64(queryInterval),
      live,
      'Time between queries at start, in hundredths of a second.',
    ),
    mcast_stats_enabled: info(IFLA_BR.MCAST_STATS_ENABLED, onOff, live, 'Count multicast by type.'),
    mcast_igmp_version: info(
      IFLA_BR.MCAST_IGMP_VERSION,
      u8({ min: 2, max: 3 }),
      live,
      'The version of IGMP to speak.',
    ),
    mcast_mld_version: info(
      IFLA_BR.MCAST_MLD_VERSION,
      u8({ min: 1, max: 2 }),
      live,
      'The version of MLD to speak.',
    ),
    nf_call_iptables: info(IFLA_BR.NF_CALL_IPTABLES, onOff, netfilter, 'Pass bridged IPv4 through iptables.'),
    nf_call_ip6tables: info(
      IFLA_BR.NF_CALL_IP6TABLES,
      onOff,
      netfilter,
      'Pass bridged IPv6 through ip6tables.',
    ),
    nf_call_arptables: info(
      IFLA_BR.NF_CALL_ARPTABLES,
      onOff,
      netfilter,
      'Pass bridged ARP through arptables.',
    ),
    fdb_max_learned: info(
      IFLA_BR.FDB_MAX_LEARNED,
      u32(),
      { ...live, since: '6.7' },
      'How many addresses may be learnt; 0 for no limit.',
    ),
  },
  told: {
    root_port: info(
      IFLA_BR.ROOT_PORT,
      u16(),
      { change: 'fixed', notice: 'never' },
      'The port towards the root; 0 for the root itself.',
    ),
    topology_change: info(
      IFLA_BR.TOPOLOGY_CHANGE,
      onOff,
      { change: 'fixed', notice: 'never' },
      'Whether the tree is changing.',
    ),
  },
  membership: { list: 'ports', port: { key: 'bridge_port', fields: bridgePort }, joinsDown: false },
  takes: { from: 'members' },
  lints: [forwardDelayWithStp, snoopingByVlanWithoutVlans],
  left: {
    ROOT_ID: 'told by the spanning tree',
    BRIDGE_ID: 'told by the spanning tree',
    ROOT_PORT: 'told by the spanning tree',
    ROOT_PATH_COST: 'told by the spanning tree',
    TOPOLOGY_CHANGE: 'told by the spanning tree',
    TOPOLOGY_CHANGE_DETECTED: 'told by the spanning tree',
    HELLO_TIMER: 'a running timer',
    TCN_TIMER: 'a running timer',
    TOPOLOGY_CHANGE_TIMER: 'a running timer',
    GC_TIMER: 'a running timer',
    FDB_FLUSH: 'an action, not a setting',
    fdb_flush: 'an action, not a setting',
    MCAST_QUERIER_STATE: 'told by snooping',
    FDB_N_LEARNED: 'a counter',
    PAD: 'padding',
  },
});
