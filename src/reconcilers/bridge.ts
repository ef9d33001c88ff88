import { mac } from '../wire/addresses.ts';
import { IFLA_BR } from '../wire/if-link.ts';
import { centiseconds, centiseconds64, u8, u16, u16be, u32 } from '../wire/numbers.ts';
import { maskedBit, oneOf, onOff, onOff32 } from '../wire/words.ts';
import { bridgePort } from './bridge-port.ts';
import { defineKind, info } from './kind.ts';

/** Bits of IFLA_BR_MULTI_BOOLOPT (enum br_boolopt_id in uapi/linux/if_bridge.h). */
const BR_BOOLOPT = { NO_LL_LEARN: 0, MCAST_VLAN_SNOOPING: 1, MST_ENABLE: 2 } as const;

export const bridge = defineKind({
  name: 'bridge',
  summary: 'A switch in software: what comes in by one port goes out by the port its address was learnt on.',
  when: 'To put virtual machines and containers on the same network as a card. An enslaved card’s address belongs on the bridge.',
  fields: {
    forward_delay: info(
      IFLA_BR.FORWARD_DELAY,
      centiseconds(),
      { change: 'live', notice: 'always' },
      'Time in the listening and in the learning state, in hundredths of a second.',
    ),
    hello_time: info(
      IFLA_BR.HELLO_TIME,
      centiseconds(),
      { change: 'live', notice: 'always' },
      'Time between two hellos of the root, in hundredths of a second.',
    ),
    max_age: info(
      IFLA_BR.MAX_AGE,
      centiseconds(),
      { change: 'live', notice: 'always' },
      'How long a hello holds, in hundredths of a second.',
    ),
    ageing_time: info(
      IFLA_BR.AGEING_TIME,
      centiseconds(),
      { change: 'live', notice: 'always' },
      'How long an address learnt is kept without traffic, in hundredths of a second.',
    ),
    stp_state: info(
      IFLA_BR.STP_STATE,
      onOff32,
      { change: 'live', notice: 'always' },
      'Whether the bridge speaks the spanning tree protocol.',
    ),
    priority: info(
      IFLA_BR.PRIORITY,
      u16(),
      { change: 'live', notice: 'always' },
      'The bridge’s priority in the spanning tree; the lowest becomes root.',
    ),
    group_fwd_mask: info(
      IFLA_BR.GROUP_FWD_MASK,
      u16(),
      { change: 'live', notice: 'always' },
      'Which link-local groups 01:80:c2:00:00:0X are forwarded, a bit each.',
    ),
    group_address: info(
      IFLA_BR.GROUP_ADDR,
      mac({ group: true, samples: ['01:80:c2:00:00:04', '01:80:c2:00:00:0e'] }),
      { change: 'live', notice: 'always' },
      'The group address of the spanning tree.',
    ),
    no_linklocal_learn: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.NO_LL_LEARN),
      { change: 'live', notice: 'always' },
      'Do not learn from link-local packets.',
    ),
    vlan_filtering: info(
      IFLA_BR.VLAN_FILTERING,
      onOff,
      { change: 'live', notice: 'always' },
      'Whether ports pass only the VLANs they are in.',
    ),
    vlan_protocol: info(
      IFLA_BR.VLAN_PROTOCOL,
      oneOf(u16be(), { '802.1Q': 0x8100, '802.1ad': 0x88a8 }, { '802.1q': 0x8100, '802.1AD': 0x88a8 }),
      { change: 'live', notice: 'always' },
      'The protocol of the tags the bridge filters by.',
    ),
    vlan_default_pvid: info(
      IFLA_BR.VLAN_DEFAULT_PVID,
      u16({ max: 4094 }),
      { change: 'live', notice: 'always' },
      'The VLAN a new port is in, untagged; 0 for none.',
    ),
    vlan_stats_enabled: info(
      IFLA_BR.VLAN_STATS_ENABLED,
      onOff,
      { change: 'live', notice: 'always' },
      'Count traffic by VLAN.',
    ),
    vlan_stats_per_port: info(
      IFLA_BR.VLAN_STATS_PER_PORT,
      onOff,
      { change: 'live', notice: 'always' },
      'Count traffic by VLAN and port; only while no port has a VLAN.',
    ),
    mcast_snooping: info(
      IFLA_BR.MCAST_SNOOPING,
      onOff,
      { change: 'live', notice: 'always' },
      'Forward multicast only to ports that asked for it.',
    ),
    mcast_vlan_snooping: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.MCAST_VLAN_SNOOPING),
      { change: 'live', notice: 'always' },
      'Snoop for each VLAN by itself.',
    ),
    mst_enabled: info(
      IFLA_BR.MULTI_BOOLOPT,
      maskedBit(BR_BOOLOPT.MST_ENABLE),
      { change: 'live', notice: 'always' },
      'Keep a spanning tree state for each VLAN (MST).',
    ),
    mcast_router: info(
      IFLA_BR.MCAST_ROUTER,
      u8({ max: 2 }),
      { change: 'live', notice: 'always' },
      'Whether a multicast router sits on the bridge: 0 no, 1 as it seems, 2 yes.',
    ),
    mcast_query_use_ifaddr: info(
      IFLA_BR.MCAST_QUERY_USE_IFADDR,
      onOff,
      { change: 'live', notice: 'always' },
      'Use the bridge’s own address in queries.',
    ),
    mcast_querier: info(IFLA_BR.MCAST_QUERIER, onOff, { change: 'live', notice: 'always' }, 'Send queries.'),
    mcast_hash_elasticity: info(
      IFLA_BR.MCAST_HASH_ELASTICITY,
      u32(),
      { change: 'live', notice: 'always' },
      'Kept for old tools; the kernel always says 16.',
    ),
    mcast_hash_max: info(
      IFLA_BR.MCAST_HASH_MAX,
      u32(),
      { change: 'live', notice: 'always' },
      'How many multicast groups are kept.',
    ),
    mcast_last_member_count: info(
      IFLA_BR.MCAST_LAST_MEMBER_CNT,
      u32(),
      { change: 'live', notice: 'always' },
      'Queries sent after a leave before the group is dropped.',
    ),
    mcast_startup_query_count: info(
      IFLA_BR.MCAST_STARTUP_QUERY_CNT,
      u32(),
      { change: 'live', notice: 'always' },
      'Queries sent at start.',
    ),
    mcast_last_member_interval: info(
      IFLA_BR.MCAST_LAST_MEMBER_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'Time between the queries after a leave, in hundredths of a second.',
    ),
    mcast_membership_interval: info(
      IFLA_BR.MCAST_MEMBERSHIP_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'How long a membership holds without a report, in hundredths of a second.',
    ),
    mcast_querier_interval: info(
      IFLA_BR.MCAST_QUERIER_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'How long another querier is believed to be there, in hundredths of a second.',
    ),
    mcast_query_interval: info(
      IFLA_BR.MCAST_QUERY_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'Time between queries, in hundredths of a second.',
    ),
    mcast_query_response_interval: info(
      IFLA_BR.MCAST_QUERY_RESPONSE_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'Time members have to answer, in hundredths of a second.',
    ),
    mcast_startup_query_interval: info(
      IFLA_BR.MCAST_STARTUP_QUERY_INTVL,
      centiseconds64(),
      { change: 'live', notice: 'always' },
      'Time between queries at start, in hundredths of a second.',
    ),
    mcast_stats_enabled: info(
      IFLA_BR.MCAST_STATS_ENABLED,
      onOff,
      { change: 'live', notice: 'always' },
      'Count multicast by type.',
    ),
    mcast_igmp_version: info(
      IFLA_BR.MCAST_IGMP_VERSION,
      u8({ min: 2, max: 3 }),
      { change: 'live', notice: 'always' },
      'The version of IGMP to speak.',
    ),
    mcast_mld_version: info(
      IFLA_BR.MCAST_MLD_VERSION,
      u8({ min: 1, max: 2 }),
      { change: 'live', notice: 'always' },
      'The version of MLD to speak.',
    ),
    nf_call_iptables: info(
      IFLA_BR.NF_CALL_IPTABLES,
      onOff,
      { change: 'live', notice: 'always' },
      'Pass bridged IPv4 through iptables.',
    ),
    nf_call_ip6tables: info(
      IFLA_BR.NF_CALL_IP6TABLES,
      onOff,
      { change: 'live', notice: 'always' },
      'Pass bridged IPv6 through ip6tables.',
    ),
    nf_call_arptables: info(
      IFLA_BR.NF_CALL_ARPTABLES,
      onOff,
      { change: 'live', notice: 'always' },
      'Pass bridged ARP through arptables.',
    ),
    fdb_max_learned: info(
      IFLA_BR.FDB_MAX_LEARNED,
      u32(),
      { change: 'live', notice: 'always' },
      'How many addresses may be learnt; 0 for no limit.',
    ),
  },
  membership: { list: 'ports', port: { key: 'bridge_port', fields: bridgePort }, joinsDown: false },
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
    MCAST_QUERIER_STATE: 'told by snooping',
    FDB_N_LEARNED: 'a counter',
    PAD: 'padding',
  },
});
