import { ipv4, ipv6, mac } from '../wire/addresses.ts';
import { linkRef, setOf } from '../wire/composites.ts';
import { IFLA_BOND, IFLA_BOND_SLAVE } from '../wire/if-link.ts';
import { s32, u8, u16, u32 } from '../wire/numbers.ts';
import { oneOf, onOff } from '../wire/words.ts';
import { defineKind, type Fields, info, port } from './kind.ts';

const modes = {
  'balance-rr': 0,
  'active-backup': 1,
  'balance-xor': 2,
  broadcast: 3,
  '802.3ad': 4,
  'balance-tlb': 5,
  'balance-alb': 6,
} as const;

/** What a bond keeps of each member (bond_fill_slave_info in drivers/net/bonding/bond_netlink.c). */
const bondPort = {
  queue_id: port(
    IFLA_BOND_SLAVE.QUEUE_ID,
    u16(),
    { change: 'live', notice: 'always' },
    'The queue whose packets leave by this member; 0 for none.',
  ),
  prio: port(
    IFLA_BOND_SLAVE.PRIO,
    s32(),
    { change: 'live', notice: 'always' },
    'Preference when an active member is chosen; the highest wins.',
  ),
} as const satisfies Fields;

const live = { change: 'live', notice: 'always' } as const;
const down = { change: 'down', notice: 'always' } as const;

export const bond = defineKind({
  name: 'bond',
  summary: 'Several links as one, for more capacity or for a spare.',
  when: 'For two cards to one switch (or a pair of switches that agree); a `team` does the same in user space.',
  kernel: { kind: 'bond', module: 'bonding' },
  address: 'members',
  fields: {
    mode: info(
      IFLA_BOND.MODE,
      oneOf(u8(), modes),
      { change: 'empty-and-down', notice: 'always' },
      'How members share the traffic.',
    ),
    active_slave: info(
      IFLA_BOND.ACTIVE_SLAVE,
      linkRef({ none: true }),
      { change: 'live', notice: 'always', afterCreate: true, absent: 'none', silent: outOfTheBond },
      'The member in use now; `none` lets the bond choose.',
    ),
    miimon: info(
      IFLA_BOND.MIIMON,
      u32({ max: 0x7fff_ffff }),
      live,
      'Time between two looks at the members’ carrier, in milliseconds; 0 for never.',
    ),
    updelay: info(
      IFLA_BOND.UPDELAY,
      u32({ max: 0x7fff_ffff }),
      live,
      'How long carrier must hold before a member is used, in milliseconds; a multiple of miimon.',
    ),
    downdelay: info(
      IFLA_BOND.DOWNDELAY,
      u32({ max: 0x7fff_ffff }),
      live,
      'How long carrier must be gone before a member is dropped, in milliseconds; a multiple of miimon.',
    ),
    peer_notify_delay: info(
      IFLA_BOND.PEER_NOTIF_DELAY,
      u32({ max: 300_000 }),
      live,
      'Time between two announcements after a failover, in milliseconds.',
    ),
    use_carrier: info(
      IFLA_BOND.USE_CARRIER,
      onOff,
      live,
      'Trust the driver’s carrier; off: ask by MII registers.',
    ),
    arp_interval: info(
      IFLA_BOND.ARP_INTERVAL,
      u32({ max: 0x7fff_ffff }),
      live,
      'Time between two ARP probes, in milliseconds; 0 for none. Excludes miimon.',
    ),
    arp_validate: info(
      IFLA_BOND.ARP_VALIDATE,
      oneOf(u32(), { none: 0, active: 1, backup: 2, all: 3, filter: 4, filter_active: 5, filter_backup: 6 }),
      live,
      'Which ARP answers count as a sign of life.',
    ),
    arp_all_targets: info(
      IFLA_BOND.ARP_ALL_TARGETS,
      oneOf(u32(), { any: 0, all: 1 }),
      live,
      'Whether one target that answers is enough.',
    ),
    arp_ip_target: info(
      IFLA_BOND.ARP_IP_TARGET,
      setOf(ipv4(), { max: 16 }),
      { ...live, absent: [] },
      'The addresses probed by ARP.',
    ),
    ns_ip6_target: info(
      IFLA_BOND.NS_IP6_TARGET,
      setOf(ipv6(), { max: 16 }),
      { ...live, absent: [] },
      'The addresses probed by neighbour solicitation.',
    ),
    primary: info(
      IFLA_BOND.PRIMARY,
      linkRef({ none: true }),
      { change: 'live', notice: 'always', afterCreate: true, absent: 'none', silent: outOfTheBond },
      'The member to use whenever it is fit; `none` for none.',
    ),
    primary_reselect: info(
      IFLA_BOND.PRIMARY_RESELECT,
      oneOf(u8(), { always: 0, better: 1, failure: 2 }),
      live,
      'When a primary that came back is used again.',
    ),
    fail_over_mac: info(
      IFLA_BOND.FAIL_OVER_MAC,
      oneOf(u8(), { none: 0, active: 1, follow: 2 }),
      { change: 'empty', notice: 'always' },
      'Whose MAC the bond shows; `none`: one for all members.',
    ),
    xmit_hash_policy: info(
      IFLA_BOND.XMIT_HASH_POLICY,
      oneOf(u8(), {
        layer2: 0,
        'layer3+4': 1,
        'layer2+3': 2,
        'encap2+3': 3,
        'encap3+4': 4,
        'vlan+srcmac': 5,
      }),
      live,
      'Which part of a packet chooses the member it leaves by.',
    ),
    resend_igmp: info(
      IFLA_BOND.RESEND_IGMP,
      u32({ max: 255 }),
      live,
      'Membership reports sent after a failover.',
    ),
    num_grat_arp: info(
      IFLA_BOND.NUM_PEER_NOTIF,
      u8(),
      { ...live, also: ['num_unsol_na', 'num_peer_notif'] },
      'Announcements (ARP, ND) sent after a failover.',
    ),
    all_slaves_active: info(
      IFLA_BOND.ALL_SLAVES_ACTIVE,
      onOff,
      live,
      'Take packets that come in by members not in use.',
    ),
    min_links: info(
      IFLA_BOND.MIN_LINKS,
      u32({ max: 0x7fff_ffff }),
      live,
      'Members needed for the bond to have carrier.',
    ),
    lp_interval: info(
      IFLA_BOND.LP_INTERVAL,
      u32({ min: 1, max: 0x7fff_ffff }),
      live,
      'Seconds between two learning packets.',
    ),
    packets_per_slave: info(
      IFLA_BOND.PACKETS_PER_SLAVE,
      u32({ max: 65535 }),
      live,
      'Packets sent by one member before the next, in balance-rr; 0: at random.',
    ),
    tlb_dynamic_lb: info(
      IFLA_BOND.TLB_DYNAMIC_LB,
      onOff,
      down,
      'Share by load, in balance-tlb and balance-alb.',
    ),
    lacp_rate: info(
      IFLA_BOND.AD_LACP_RATE,
      oneOf(u8(), { slow: 0, fast: 1 }),
      down,
      'How often the partner is asked to send LACP: every 30 s or every second.',
    ),
    lacp_active: info(IFLA_BOND.AD_LACP_ACTIVE, onOff, down, 'Send LACP unasked.'),
    ad_select: info(
      IFLA_BOND.AD_SELECT,
      oneOf(u8(), { stable: 0, bandwidth: 1, count: 2 }),
      down,
      'How the aggregator is chosen.',
    ),
    ad_user_port_key: info(
      IFLA_BOND.AD_USER_PORT_KEY,
      u16({ max: 1023 }),
      down,
      'The upper bits of the port key in LACP.',
    ),
    ad_actor_sys_prio: info(
      IFLA_BOND.AD_ACTOR_SYS_PRIO,
      u16({ min: 1 }),
      down,
      'The system priority in LACP.',
    ),
    ad_actor_system: info(
      IFLA_BOND.AD_ACTOR_SYSTEM,
      mac({ zero: true }),
      down,
      'The system’s MAC in LACP; all zeroes: the bond’s own.',
    ),
    arp_missed_max: info(
      IFLA_BOND.MISSED_MAX,
      u8({ min: 1 }),
      live,
      'Probes that may go unanswered before a member is dropped.',
    ),
    coupled_control: info(
      IFLA_BOND.COUPLED_CONTROL,
      onOff,
      down,
      'LACP’s state machine with coupled control.',
    ),
  },
  membership: { list: 'members', port: { key: 'bond_port', fields: bondPort }, joinsDown: true },
  left: {
    AD_INFO: 'told by LACP',
    PAD: 'padding',
  },
});

/** The kernel forgets a primary or active member while it is out of the bond, and cannot be told of it before it is in. */
function outOfTheBond(wanted: string, { members }: { readonly members: readonly string[] }): boolean {
  return wanted !== 'none' && !members.includes(wanted);
}
