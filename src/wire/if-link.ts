/**
 * Numbers of uapi/linux/if_link.h, under the kernel's names without their common prefix.
 * Those of kernels newer than 6.1 are among them: a kernel that lacks one does not report it.
 */

/** Top-level attributes of a link message. */
export const IFLA = {
  ADDRESS: 1,
  BROADCAST: 2,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  QDISC: 6,
  STATS: 7,
  COST: 8,
  PRIORITY: 9,
  MASTER: 10,
  WIRELESS: 11,
  PROTINFO: 12,
  TXQLEN: 13,
  MAP: 14,
  WEIGHT: 15,
  OPERSTATE: 16,
  LINKMODE: 17,
  LINKINFO: 18,
  NET_NS_PID: 19,
  IFALIAS: 20,
  NUM_VF: 21,
  VFINFO_LIST: 22,
  STATS64: 23,
  VF_PORTS: 24,
  PORT_SELF: 25,
  AF_SPEC: 26,
  GROUP: 27,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  PROMISCUITY: 30,
  NUM_TX_QUEUES: 31,
  NUM_RX_QUEUES: 32,
  CARRIER: 33,
  PHYS_PORT_ID: 34,
  CARRIER_CHANGES: 35,
  PHYS_SWITCH_ID: 36,
  LINK_NETNSID: 37,
  PHYS_PORT_NAME: 38,
  PROTO_DOWN: 39,
  GSO_MAX_SEGS: 40,
  GSO_MAX_SIZE: 41,
  PAD: 42,
  XDP: 43,
  EVENT: 44,
  NEW_NETNSID: 45,
  IF_NETNSID: 46,
  CARRIER_UP_COUNT: 47,
  CARRIER_DOWN_COUNT: 48,
  NEW_IFINDEX: 49,
  MIN_MTU: 50,
  MAX_MTU: 51,
  PROP_LIST: 52,
  ALT_IFNAME: 53,
  PERM_ADDRESS: 54,
  PROTO_DOWN_REASON: 55,
  PARENT_DEV_NAME: 56,
  PARENT_DEV_BUS_NAME: 57,
  GRO_MAX_SIZE: 58,
  TSO_MAX_SIZE: 59,
  TSO_MAX_SEGS: 60,
  ALLMULTI: 61,
  DEVLINK_PORT: 62,
  GSO_IPV4_MAX_SIZE: 63,
  GRO_IPV4_MAX_SIZE: 64,
  DPLL_PIN: 65,
} as const;

/** What stands in IFLA_LINKINFO. */
export const IFLA_INFO = {
  KIND: 1,
  DATA: 2,
  XSTATS: 3,
  SLAVE_KIND: 4,
  SLAVE_DATA: 5,
} as const;

/** IPv6 settings, in IFLA_AF_SPEC / AF_INET6. */
export const IFLA_INET6 = {
  FLAGS: 1,
  CONF: 2,
  STATS: 3,
  MCAST: 4,
  CACHEINFO: 5,
  ICMP6STATS: 6,
  TOKEN: 7,
  ADDR_GEN_MODE: 8,
  RA_MTU: 9,
} as const;

/** A bridge. */
export const IFLA_BR = {
  FORWARD_DELAY: 1,
  HELLO_TIME: 2,
  MAX_AGE: 3,
  AGEING_TIME: 4,
  STP_STATE: 5,
  PRIORITY: 6,
  VLAN_FILTERING: 7,
  VLAN_PROTOCOL: 8,
  GROUP_FWD_MASK: 9,
  ROOT_ID: 10,
  BRIDGE_ID: 11,
  ROOT_PORT: 12,
  ROOT_PATH_COST: 13,
  TOPOLOGY_CHANGE: 14,
  TOPOLOGY_CHANGE_DETECTED: 15,
  HELLO_TIMER: 16,
  TCN_TIMER: 17,
  TOPOLOGY_CHANGE_TIMER: 18,
  GC_TIMER: 19,
  GROUP_ADDR: 20,
  FDB_FLUSH: 21,
  MCAST_ROUTER: 22,
  MCAST_SNOOPING: 23,
  MCAST_QUERY_USE_IFADDR: 24,
  MCAST_QUERIER: 25,
  MCAST_HASH_ELASTICITY: 26,
  MCAST_HASH_MAX: 27,
  MCAST_LAST_MEMBER_CNT: 28,
  MCAST_STARTUP_QUERY_CNT: 29,
  MCAST_LAST_MEMBER_INTVL: 30,
  MCAST_MEMBERSHIP_INTVL: 31,
  MCAST_QUERIER_INTVL: 32,
  MCAST_QUERY_INTVL: 33,
  MCAST_QUERY_RESPONSE_INTVL: 34,
  MCAST_STARTUP_QUERY_INTVL: 35,
  NF_CALL_IPTABLES: 36,
  NF_CALL_IP6TABLES: 37,
  NF_CALL_ARPTABLES: 38,
  VLAN_DEFAULT_PVID: 39,
  PAD: 40,
  VLAN_STATS_ENABLED: 41,
  MCAST_STATS_ENABLED: 42,
  MCAST_IGMP_VERSION: 43,
  MCAST_MLD_VERSION: 44,
  VLAN_STATS_PER_PORT: 45,
  MULTI_BOOLOPT: 46,
  MCAST_QUERIER_STATE: 47,
  FDB_N_LEARNED: 48,
  FDB_MAX_LEARNED: 49,
} as const;

/** A port of a bridge. */
export const IFLA_BRPORT = {
  STATE: 1,
  PRIORITY: 2,
  COST: 3,
  MODE: 4,
  GUARD: 5,
  PROTECT: 6,
  FAST_LEAVE: 7,
  LEARNING: 8,
  UNICAST_FLOOD: 9,
  PROXYARP: 10,
  LEARNING_SYNC: 11,
  PROXYARP_WIFI: 12,
  ROOT_ID: 13,
  BRIDGE_ID: 14,
  DESIGNATED_PORT: 15,
  DESIGNATED_COST: 16,
  ID: 17,
  NO: 18,
  TOPOLOGY_CHANGE_ACK: 19,
  CONFIG_PENDING: 20,
  MESSAGE_AGE_TIMER: 21,
  FORWARD_DELAY_TIMER: 22,
  HOLD_TIMER: 23,
  FLUSH: 24,
  MULTICAST_ROUTER: 25,
  PAD: 26,
  MCAST_FLOOD: 27,
  MCAST_TO_UCAST: 28,
  VLAN_TUNNEL: 29,
  BCAST_FLOOD: 30,
  GROUP_FWD_MASK: 31,
  NEIGH_SUPPRESS: 32,
  ISOLATED: 33,
  BACKUP_PORT: 34,
  MRP_RING_OPEN: 35,
  MRP_IN_OPEN: 36,
  MCAST_EHT_HOSTS_LIMIT: 37,
  MCAST_EHT_HOSTS_CNT: 38,
  LOCKED: 39,
  MAB: 40,
  MCAST_N_GROUPS: 41,
  MCAST_MAX_GROUPS: 42,
  NEIGH_VLAN_SUPPRESS: 43,
  BACKUP_NHID: 44,
} as const;

/** A bond. */
export const IFLA_BOND = {
  MODE: 1,
  ACTIVE_SLAVE: 2,
  MIIMON: 3,
  UPDELAY: 4,
  DOWNDELAY: 5,
  USE_CARRIER: 6,
  ARP_INTERVAL: 7,
  ARP_IP_TARGET: 8,
  ARP_VALIDATE: 9,
  ARP_ALL_TARGETS: 10,
  PRIMARY: 11,
  PRIMARY_RESELECT: 12,
  FAIL_OVER_MAC: 13,
  XMIT_HASH_POLICY: 14,
  RESEND_IGMP: 15,
  NUM_PEER_NOTIF: 16,
  ALL_SLAVES_ACTIVE: 17,
  MIN_LINKS: 18,
  LP_INTERVAL: 19,
  PACKETS_PER_SLAVE: 20,
  AD_LACP_RATE: 21,
  AD_SELECT: 22,
  AD_INFO: 23,
  AD_ACTOR_SYS_PRIO: 24,
  AD_USER_PORT_KEY: 25,
  AD_ACTOR_SYSTEM: 26,
  TLB_DYNAMIC_LB: 27,
  PEER_NOTIF_DELAY: 28,
  AD_LACP_ACTIVE: 29,
  MISSED_MAX: 30,
  NS_IP6_TARGET: 31,
  COUPLED_CONTROL: 32,
  BROADCAST_NEIGH: 33,
} as const;

/** A member of a bond. */
export const IFLA_BOND_SLAVE = {
  STATE: 1,
  MII_STATUS: 2,
  LINK_FAILURE_COUNT: 3,
  PERM_HWADDR: 4,
  QUEUE_ID: 5,
  AD_AGGREGATOR_ID: 6,
  AD_ACTOR_OPER_PORT_STATE: 7,
  AD_PARTNER_OPER_PORT_STATE: 8,
  PRIO: 9,
  ACTOR_PORT_PRIO: 10,
  AD_CHURN_ACTOR_STATE: 11,
  AD_CHURN_PARTNER_STATE: 12,
} as const;

/** A VLAN. */
export const IFLA_VLAN = {
  ID: 1,
  FLAGS: 2,
  EGRESS_QOS: 3,
  INGRESS_QOS: 4,
  PROTOCOL: 5,
} as const;

/** A priority mapping of a VLAN. */
export const IFLA_VLAN_QOS = {
  MAPPING: 1,
} as const;

/** A VXLAN. */
export const IFLA_VXLAN = {
  ID: 1,
  GROUP: 2,
  LINK: 3,
  LOCAL: 4,
  TTL: 5,
  TOS: 6,
  LEARNING: 7,
  AGEING: 8,
  LIMIT: 9,
  PORT_RANGE: 10,
  PROXY: 11,
  RSC: 12,
  L2MISS: 13,
  L3MISS: 14,
  PORT: 15,
  GROUP6: 16,
  LOCAL6: 17,
  UDP_CSUM: 18,
  UDP_ZERO_CSUM6_TX: 19,
  UDP_ZERO_CSUM6_RX: 20,
  REMCSUM_TX: 21,
  REMCSUM_RX: 22,
  GBP: 23,
  REMCSUM_NOPARTIAL: 24,
  COLLECT_METADATA: 25,
  LABEL: 26,
  GPE: 27,
  TTL_INHERIT: 28,
  DF: 29,
  VNIFILTER: 30,
  LOCALBYPASS: 31,
  LABEL_POLICY: 32,
  RESERVED_BITS: 33,
  MC_ROUTE: 34,
} as const;

/** A macvlan. */
export const IFLA_MACVLAN = {
  MODE: 1,
  FLAGS: 2,
  MACADDR_MODE: 3,
  MACADDR: 4,
  MACADDR_DATA: 5,
  MACADDR_COUNT: 6,
  BC_QUEUE_LEN: 7,
  BC_QUEUE_LEN_USED: 8,
  BC_CUTOFF: 9,
} as const;

/** What to do with the senders in IFLA_MACVLAN_MACADDR_DATA (enum macvlan_macaddr_mode). */
export const MACVLAN_MACADDR = { ADD: 0, DEL: 1, FLUSH: 2, SET: 3 } as const;

/** An ipvlan. */
export const IFLA_IPVLAN = {
  MODE: 1,
  FLAGS: 2,
} as const;

/** A VRF. */
export const IFLA_VRF = {
  TABLE: 1,
} as const;

/** A member of a VRF. */
export const IFLA_VRF_PORT = {
  TABLE: 1,
} as const;

/** A veth. */
export const VETH_INFO = {
  PEER: 1,
} as const;

/** A vxcan (uapi/linux/can/vxcan.h). */
export const VXCAN_INFO = {
  PEER: 1,
} as const;

/** A netkit. */
export const IFLA_NETKIT = {
  PEER_INFO: 1,
  PRIMARY: 2,
  POLICY: 3,
  PEER_POLICY: 4,
  MODE: 5,
  SCRUB: 6,
  PEER_SCRUB: 7,
} as const;

/** An xfrm interface. */
export const IFLA_XFRM = {
  LINK: 1,
  IF_ID: 2,
  COLLECT_METADATA: 3,
} as const;

/** A bareudp. */
export const IFLA_BAREUDP = {
  PORT: 1,
  ETHERTYPE: 2,
  SRCPORT_MIN: 3,
  MULTIPROTO_MODE: 4,
} as const;

/** An AMT tunnel (uapi/linux/amt.h). */
export const IFLA_AMT = {
  MODE: 1,
  RELAY_PORT: 2,
  GATEWAY_PORT: 3,
  LINK: 4,
  LOCAL_IP: 5,
  REMOTE_IP: 6,
  DISCOVERY_IP: 7,
  MAX_TUNNELS: 8,
} as const;

/** An HSR or PRP ring. */
export const IFLA_HSR = {
  SLAVE1: 1,
  SLAVE2: 2,
  MULTICAST_SPEC: 3,
  SUPERVISION_ADDR: 4,
  SEQ_NR: 5,
  VERSION: 6,
  PROTOCOL: 7,
  INTERLINK: 8,
} as const;

/** A GTP tunnel. */
export const IFLA_GTP = {
  FD0: 1,
  FD1: 2,
  PDP_HASHSIZE: 3,
  ROLE: 4,
  CREATE_SOCKETS: 5,
  RESTART_COUNT: 6,
  LOCAL: 7,
  LOCAL6: 8,
} as const;

/** IP over InfiniBand. */
export const IFLA_IPOIB = {
  PKEY: 1,
  MODE: 2,
  UMCAST: 3,
} as const;

/** A B.A.T.M.A.N. mesh (uapi/linux/batman_adv.h). */
export const IFLA_BATADV = {
  ALGO_NAME: 1,
} as const;

/** A tunnel of IPv4 or IPv6 packets: ipip, sit, ip6tnl (uapi/linux/if_tunnel.h). */
export const IFLA_IPTUN = {
  LINK: 1,
  LOCAL: 2,
  REMOTE: 3,
  TTL: 4,
  TOS: 5,
  ENCAP_LIMIT: 6,
  FLOWINFO: 7,
  FLAGS: 8,
  PROTO: 9,
  PMTUDISC: 10,
  '6RD_PREFIX': 11,
  '6RD_RELAY_PREFIX': 12,
  '6RD_PREFIXLEN': 13,
  '6RD_RELAY_PREFIXLEN': 14,
  ENCAP_TYPE: 15,
  ENCAP_FLAGS: 16,
  ENCAP_SPORT: 17,
  ENCAP_DPORT: 18,
  COLLECT_METADATA: 19,
  FWMARK: 20,
} as const;

/** A tunnel by GRE, with or without Ethernet in it, over IPv4 or IPv6. */
export const IFLA_GRE = {
  LINK: 1,
  IFLAGS: 2,
  OFLAGS: 3,
  IKEY: 4,
  OKEY: 5,
  LOCAL: 6,
  REMOTE: 7,
  TTL: 8,
  TOS: 9,
  PMTUDISC: 10,
  ENCAP_LIMIT: 11,
  FLOWINFO: 12,
  FLAGS: 13,
  ENCAP_TYPE: 14,
  ENCAP_FLAGS: 15,
  ENCAP_SPORT: 16,
  ENCAP_DPORT: 17,
  COLLECT_METADATA: 18,
  IGNORE_DF: 19,
  FWMARK: 20,
  ERSPAN_INDEX: 21,
  ERSPAN_VER: 22,
  ERSPAN_DIR: 23,
  ERSPAN_HWID: 24,
} as const;

/** Bits of IFLA_GRE_IFLAGS and OFLAGS, in network order: GRE_CSUM, GRE_KEY, GRE_SEQ. */
export const GRE_BIT = { CSUM: 15, KEY: 13, SEQ: 12 } as const;

/** Bits of IFLA_IPTUN_ENCAP_FLAGS and IFLA_GRE_ENCAP_FLAGS (TUNNEL_ENCAP_FLAG_*). */
export const ENCAP_BIT = { CSUM: 0, CSUM6: 1, REMCSUM: 2 } as const;

/** Bits of IFLA_IPTUN_FLAGS and IFLA_GRE_FLAGS of tunnels over IPv6 (IP6_TNL_F_* in uapi/linux/ip6_tunnel.h). */
export const IP6_TNL_BIT = {
  IGN_ENCAP_LIMIT: 0,
  USE_ORIG_TCLASS: 1,
  USE_ORIG_FLOWLABEL: 2,
  RCV_DSCP_COPY: 4,
  USE_ORIG_FWMARK: 5,
  ALLOW_LOCAL_REMOTE: 6,
} as const;

/** A tunnel of IPsec, over IPv4 or IPv6. */
export const IFLA_VTI = {
  LINK: 1,
  IKEY: 2,
  OKEY: 3,
  LOCAL: 4,
  REMOTE: 5,
  FWMARK: 6,
} as const;

/** A Geneve tunnel. */
export const IFLA_GENEVE = {
  ID: 1,
  REMOTE: 2,
  TTL: 3,
  TOS: 4,
  PORT: 5,
  COLLECT_METADATA: 6,
  REMOTE6: 7,
  UDP_CSUM: 8,
  UDP_ZERO_CSUM6_TX: 9,
  UDP_ZERO_CSUM6_RX: 10,
  LABEL: 11,
  TTL_INHERIT: 12,
  DF: 13,
  INNER_PROTO_INHERIT: 14,
} as const;

/** Bridge settings of a link, in IFLA_AF_SPEC of an AF_BRIDGE message (uapi/linux/if_bridge.h). */
export const IFLA_BRIDGE = {
  FLAGS: 0,
  MODE: 1,
  VLAN_INFO: 2,
  VLAN_TUNNEL_INFO: 3,
} as const;
