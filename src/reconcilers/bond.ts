import { mac, target } from '../wire/addresses.ts';
import { linkRef, setOf } from '../wire/composites.ts';
import { IFLA_BOND, IFLA_BOND_SLAVE } from '../wire/if-link.ts';
import { s32, u8, u16, u32 } from '../wire/numbers.ts';
import { oneOf, onOff } from '../wire/words.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import { type Circumstances, defineKind, type Fields, type FoundSurroundings, info, port } from './kind.ts';

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
    // Written to the bond's queue_id in sysfs it is announced of the bond, which does not carry it.
    { change: 'live', notice: 'never' },
    'The queue whose packets leave by this member; 0 for none.',
  ),
  prio: port(
    IFLA_BOND_SLAVE.PRIO,
    s32(),
    { change: 'live', notice: 'when-up', since: '6.0' },
    'Preference when an active member is chosen; the highest wins.',
  ),
} as const satisfies Fields;

/** IFLA_BOND_SLAVE_* that are no row, and why. */
export const bondPortLeft = {
  STATE: 'told by the bond',
  MII_STATUS: 'told by the bond',
  LINK_FAILURE_COUNT: 'a counter',
  PERM_HWADDR: 'the address the member had before',
  AD_AGGREGATOR_ID: 'told by LACP',
  AD_ACTOR_OPER_PORT_STATE: 'told by LACP',
  AD_PARTNER_OPER_PORT_STATE: 'told by LACP',
  ACTOR_PORT_PRIO: 'no word of ip-link(8) 6.1',
  AD_CHURN_ACTOR_STATE: 'told by LACP',
  AD_CHURN_PARTNER_STATE: 'told by LACP',
} as const;

/** What the driver sets by itself on entering a mode (bond_option_mode_set). */
const movedByMode: Readonly<Record<string, readonly string[]>> = {
  '802.3ad': ['miimon'],
  'balance-tlb': ['miimon'],
  'balance-alb': ['miimon', 'tlb_dynamic_lb'],
};

const live = { change: 'live', notice: 'when-up' } as const;
/** Only while the bond is down, in modes that have the option at all; in others it is refused without a bounce. */
function downIn(...having: readonly (keyof typeof modes)[]) {
  const has = (mode: unknown) => mode === undefined || having.some((one) => one === mode);
  return {
    change: ({ found, wanted }: Circumstances) => (has(wanted.mode ?? found.mode) ? 'down' : 'live'),
    notice: 'when-up',
    beside: ['mode'],
  } as const;
}
const lacpDown = downIn('802.3ad');

/** The kernel counts a delay in looks of miimon, rounded down (bond_option_updelay_set), and tells it so. */
const delay = {
  change: 'live',
  notice: 'when-up',
  beside: ['miimon'],
  agrees(wanted: number | string, found: number | string, { values }: FoundSurroundings) {
    const miimon = Number(values.miimon ?? 0);
    const kept = miimon > 0 ? Number(wanted) - (Number(wanted) % miimon) : wanted;
    return kept === found;
  },
} as const;
const delays = ['updelay', 'downdelay', 'peer_notify_delay'] as const;

export const bond = defineKind({
  name: 'bond',
  summary: 'Several links as one, for more capacity or for a spare.',
  when: 'For two cards to one switch (or a pair of switches that agree); a `team` does the same in user space.',
  knows: [
    '802.3ad asks for a switch that speaks LACP; balance-rr, balance-xor and broadcast for a static group; active-backup, balance-tlb and balance-alb for nothing.',
    'With neither `miimon` nor `arp_interval` no failure of a member is ever seen.',
    'A link joins only while it is down, which drops its routes; vnetd puts addresses and routes back.',
    'Addresses belong on the bond, not on its members.',
  ],
  kernel: { kind: 'bond', module: 'bonding' },
  address: 'members',
  fields: {
    mtu: mtuWithin(ethernetMtu),
    mode: info(
      IFLA_BOND.MODE,
      oneOf(u8(), modes),
      { change: 'empty-and-down', notice: 'when-up', moves: (mode) => movedByMode[mode] ?? [] },
      'How members share the traffic.',
    ),
    // Without one the bond chooses at once: that there is none cannot be kept.
    active_slave: info(
      IFLA_BOND.ACTIVE_SLAVE,
      linkRef(),
      { change: 'live', notice: 'when-up', afterCreate: true, absent: 'none', silent: outOfTheBond },
      'The member in use now.',
    ),
    miimon: info(
      IFLA_BOND.MIIMON,
      u32({ max: 0x7fff_ffff }),
      { ...live, moves: (miimon) => (miimon === 0 ? [] : delays) },
      'Time between two looks at the members’ carrier, in milliseconds; 0 for never.',
    ),
    updelay: info(
      IFLA_BOND.UPDELAY,
      u32({ max: 0x7fff_ffff }),
      delay,
      'How long carrier must hold before a member is used, in milliseconds; a multiple of miimon.',
    ),
    downdelay: info(
      IFLA_BOND.DOWNDELAY,
      u32({ max: 0x7fff_ffff }),
      delay,
      'How long carrier must be gone before a member is dropped, in milliseconds; a multiple of miimon.',
    ),
    peer_notify_delay: info(
      IFLA_BOND.PEER_NOTIF_DELAY,
      u32({ max: 300_000 }),
      delay,
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
      'Time between two ARP probes, in milliseconds; 0 for none, as it is beside miimon.',
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
      setOf(target('IPv4'), { max: 16 }),
      { ...live, absent: [] },
      'The addresses probed by ARP.',
    ),
    ns_ip6_target: info(
      IFLA_BOND.NS_IP6_TARGET,
      setOf(target('IPv6'), { max: 16 }),
      { ...live, absent: [], since: '5.18' },
      'The addresses probed by neighbour solicitation.',
    ),
    primary: info(
      IFLA_BOND.PRIMARY,
      linkRef({ none: true }),
      { change: 'live', notice: 'when-up', afterCreate: true, absent: 'none', silent: outOfTheBond },
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
      { change: 'empty', notice: 'when-up' },
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
      downIn('balance-tlb', 'balance-alb'),
      'Share by load, in balance-tlb and balance-alb.',
    ),
    lacp_rate: info(
      IFLA_BOND.AD_LACP_RATE,
      oneOf(u8(), { slow: 0, fast: 1 }),
      lacpDown,
      'How often the partner is asked to send LACP: every 30 s or every second.',
    ),
    lacp_active: info(IFLA_BOND.AD_LACP_ACTIVE, onOff, { ...lacpDown, since: '5.15' }, 'Send LACP unasked.'),
    ad_select: info(
      IFLA_BOND.AD_SELECT,
      oneOf(u8(), { stable: 0, bandwidth: 1, count: 2 }),
      { change: 'down', notice: 'when-up' },
      'How the aggregator is chosen.',
    ),
    ad_user_port_key: info(
      IFLA_BOND.AD_USER_PORT_KEY,
      u16({ max: 1023 }),
      lacpDown,
      'The upper bits of the port key in LACP.',
    ),
    ad_actor_sys_prio: info(
      IFLA_BOND.AD_ACTOR_SYS_PRIO,
      u16({ min: 1 }),
      live,
      'The system priority in LACP.',
    ),
    ad_actor_system: info(
      IFLA_BOND.AD_ACTOR_SYSTEM,
      mac({ zero: true }),
      live,
      'The system’s MAC in LACP; all zeroes: the bond’s own.',
    ),
    arp_missed_max: info(
      IFLA_BOND.MISSED_MAX,
      u8({ min: 1 }),
      { ...live, since: '5.17' },
      'Probes that may go unanswered before a member is dropped.',
    ),
    coupled_control: info(
      IFLA_BOND.COUPLED_CONTROL,
      onOff,
      { ...lacpDown, since: '6.9' },
      'LACP’s state machine with coupled control.',
    ),
  },
  membership: { list: 'members', port: { key: 'bond_port', fields: bondPort }, joinsDown: true },
  takes: { from: 'members' },
  left: {
    clear_active_slave: 'an action, not a setting',
    AD_INFO: 'told by LACP',
    BROADCAST_NEIGH: 'no word of ip-link(8) 6.1',
  },
});

/** The kernel forgets a primary or active member while it is out of the bond, and cannot be told of it before it is in. */
function outOfTheBond(wanted: string, { members }: FoundSurroundings): string | undefined {
  return wanted === 'none' || members.some((member) => member === wanted) ? undefined : wanted;
}
