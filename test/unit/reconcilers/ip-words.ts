/**
 * The options `ip link help KIND` of iproute2 6.1 lists, by kind; the words behind `type` and, for members,
 * `ip link set … type KIND_slave`. What is written `no…` there is the same option.
 */
export const ipWords: Readonly<Record<string, string>> = {
  bridge: `fdb_flush forward_delay hello_time max_age ageing_time stp_state priority group_fwd_mask group_address
    no_linklocal_learn vlan_filtering vlan_protocol vlan_default_pvid vlan_stats_enabled vlan_stats_per_port
    mcast_snooping mcast_vlan_snooping mcast_router mcast_query_use_ifaddr mcast_querier mcast_hash_elasticity
    mcast_hash_max mcast_last_member_count mcast_startup_query_count mcast_last_member_interval
    mcast_membership_interval mcast_querier_interval mcast_query_interval mcast_query_response_interval
    mcast_startup_query_interval mcast_stats_enabled mcast_igmp_version mcast_mld_version nf_call_iptables
    nf_call_ip6tables nf_call_arptables`,
  bond: `mode active_slave clear_active_slave miimon updelay downdelay peer_notify_delay use_carrier arp_interval
    arp_validate arp_all_targets arp_ip_target ns_ip6_target primary primary_reselect fail_over_mac
    xmit_hash_policy resend_igmp num_grat_arp num_unsol_na all_slaves_active min_links lp_interval
    packets_per_slave tlb_dynamic_lb lacp_rate lacp_active ad_select ad_user_port_key ad_actor_sys_prio
    ad_actor_system arp_missed_max`,
  vlan: 'id protocol reorder_hdr gvrp mvrp loose_binding bridge_binding ingress-qos-map egress-qos-map',
  vxlan: `id group remote local ttl tos df flowlabel dev dstport srcport learning proxy rsc l2miss l3miss ageing
    maxaddress udpcsum udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx external gbp gpe vnifilter`,
  macvlan: 'mode flag macaddr bcqueuelen',
  macvtap: 'mode flag macaddr bcqueuelen',
  ipvlan: 'mode flags',
  ipvtap: 'mode flags',
  veth: 'peer',
  vxcan: 'peer',
  vrf: 'table',
  ipip: `remote local ttl tos pmtudisc 6rd-prefix 6rd-relay_prefix 6rd-reset dev fwmark external encap encap-sport
    encap-dport encap-csum encap-csum6 encap-remcsum mode`,
  sit: `remote local ttl tos pmtudisc 6rd-prefix 6rd-relay_prefix 6rd-reset dev fwmark external encap
    encap-sport encap-dport encap-csum encap-csum6 encap-remcsum mode isatap`,
  gre: `remote local seq iseq oseq key ikey okey csum icsum ocsum ttl tos pmtudisc ignore-df dev fwmark
    external encap encap-sport encap-dport encap-csum encap-csum6 encap-remcsum`,
  gretap: `remote local seq iseq oseq key ikey okey csum icsum ocsum ttl tos pmtudisc ignore-df dev fwmark
    external encap encap-sport encap-dport encap-csum encap-csum6 encap-remcsum`,
  erspan: `remote local seq iseq oseq key ikey okey csum icsum ocsum ttl tos pmtudisc ignore-df dev fwmark
    external encap encap-sport encap-dport encap-csum encap-csum6 encap-remcsum erspan_ver erspan
    erspan_dir erspan_hwid`,
  ip6tnl: `remote local encaplimit hoplimit tclass flowlabel dscp allow-localremote dev fwmark external encap
    encap-sport encap-dport encap-csum encap-csum6 encap-remcsum mode`,
  ip6gre: `remote local seq iseq oseq key ikey okey csum icsum ocsum hoplimit encaplimit tclass flowlabel dscp
    dev fwmark allow-localremote external encap encap-sport encap-dport encap-csum encap-csum6
    encap-remcsum erspan_ver erspan erspan_dir erspan_hwid`,
  ip6gretap: `remote local seq iseq oseq key ikey okey csum icsum ocsum hoplimit encaplimit tclass flowlabel dscp
    dev fwmark allow-localremote external encap encap-sport encap-dport encap-csum encap-csum6
    encap-remcsum`,
  ip6erspan: `remote local seq iseq oseq key ikey okey csum icsum ocsum hoplimit encaplimit tclass flowlabel dscp
    dev fwmark allow-localremote external encap encap-sport encap-dport encap-csum encap-csum6
    encap-remcsum erspan_ver erspan erspan_dir erspan_hwid`,
  vti: 'remote local ikey okey key dev fwmark',
  vti6: 'remote local ikey okey key dev fwmark',
  geneve: `id remote ttl tos df flowlabel dstport external udpcsum udp6zerocsumtx udp6zerocsumrx
    innerprotoinherit`,
  hsr: 'slave1 slave2 supervision version proto',
  bareudp: 'dstport ethertype srcportmin multiproto',
  batadv: 'ra',
  xfrm: 'dev if_id external',
  gtp: 'role hsize restart_count',
  ipoib: 'pkey mode umcast',
  amt: 'discovery mode local dev relay_port gateway_port max_tunnels',
};

/** Those of members, by the kind of their master. */
export const ipPortWords: Readonly<Record<string, string>> = {
  bridge: `fdb_flush state priority cost guard hairpin fastleave root_block learning flood proxy_arp proxy_arp_wifi
    mcast_router mcast_fast_leave mcast_flood bcast_flood mcast_to_unicast group_fwd_mask neigh_suppress
    vlan_tunnel isolated locked backup_port`,
  bond: 'queue_id prio',
};
