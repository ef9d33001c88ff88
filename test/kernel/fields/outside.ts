import type { Value } from '../../../src/model/value.ts';
import type { Json, LinkJson } from '../support/ip.ts';
import { outsideTunnel } from './outside-tunnels.ts';

/**
 * How each key is seen and changed by somebody who knows nothing of vnetd: by the words of ip(8), and where
 * Debian 12's has none, by the attribute's number (raw.py).
 */
export interface Outside {
  /** What is there, in the words of the configuration; undefined when this kernel does not tell. */
  read(seen: Seen): Value | undefined;
  /** Words behind `ip link set dev LINK`; undefined where ip cannot. */
  readonly words?: (value: Value) => readonly string[];
  /** Number and payload for raw.py. */
  readonly raw?: (value: Value) => readonly [where: 'data' | 'slave', number: number, hex: string];
}

export interface Seen {
  readonly link: LinkJson;
  readonly raw: RawLink | undefined;
}

export interface RawLink {
  readonly data: Readonly<Record<string, string>>;
  readonly slave: Readonly<Record<string, string>>;
}

type Where = 'data' | 'slave';

const text = (value: Value): string => (Array.isArray(value) ? value.join(',') : String(value));
const oneZero = (value: Value) => (typeof value === 'boolean' ? (value ? '1' : '0') : text(value));
const onOff = (value: Value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : text(value));

function part(seen: Seen, where: Where): Json {
  const info = seen.link.linkinfo;
  return (where === 'data' ? info?.info_data : info?.info_slave_data) ?? {};
}

/** A key of linkinfo under ip's name for it in JSON. */
function told(name: string, where: Where, kind: string, key: string, say = onOff): Outside {
  return {
    read: (seen) => part(seen, where)[name] as Value | undefined,
    words: (value) => ['type', kind, key, say(value)],
  };
}

/** An attribute by its number, in so many bytes of host order. */
function numbered(where: Where, number: number, bytes: 1 | 2 | 4, bigEndian = false): Outside {
  return {
    read({ raw }) {
      const hex = raw?.[where][String(number)];
      if (hex === undefined) return undefined;
      const order = bigEndian ? hex : (hex.match(/../g) ?? []).reverse().join('');
      return Number.parseInt(order, 16);
    },
    raw(value) {
      const hex = Number(value)
        .toString(16)
        .padStart(bytes * 2, '0');
      return [where, number, bigEndian ? hex : (hex.match(/../g) ?? []).reverse().join('')];
    },
  };
}

function flag(name: string, key: string, inverted = false): Outside {
  return {
    read: ({ link }) => link.flags.includes(name) !== inverted,
    words: (value) => [key, onOff(value)],
  };
}

function top(name: string, key: string, otherwise?: Value): Outside {
  return {
    read: ({ link }) => (link[name] as Value | undefined) ?? otherwise,
    words: (value) => [key, text(value)],
  };
}

/** ip shows some numbers of 32 bits as signed ones. */
function unsigned(found: unknown): Value {
  return Number(found) < 0 ? Number(found) + 2 ** 32 : (found as Value);
}

const everyLink: Readonly<Record<string, Outside>> = {
  state: { read: ({ link }) => (link.flags.includes('UP') ? 'up' : 'down'), words: (value) => [text(value)] },
  mtu: top('mtu', 'mtu'),
  address: top('address', 'address'),
  txqueuelen: { ...top('txqlen', 'txqueuelen'), read: ({ link }) => unsigned(link.txqlen ?? 0) },
  promisc: flag('PROMISC', 'promisc'),
  allmulticast: flag('ALLMULTI', 'allmulticast'),
  multicast: flag('MULTICAST', 'multicast'),
  arp: flag('NOARP', 'arp', true),
  alias: top('ifalias', 'alias', ''),
  link_group: {
    read: ({ link }) => unsigned(link.group),
    words: (value) => ['group', text(value)],
  },
  addrgenmode: top('inet6_addr_gen_mode', 'addrgenmode'),
  master: {
    read: ({ link }) => link.master ?? 'none',
    words: (value) => (value === 'none' ? ['nomaster'] : ['master', text(value)]),
  },
  numtxqueues: { read: ({ link }) => link.num_tx_queues as Value | undefined },
  numrxqueues: { read: ({ link }) => link.num_rx_queues as Value | undefined },
};

const bridgeNames: Readonly<Record<string, string>> = {
  group_address: 'group_addr',
  mcast_last_member_count: 'mcast_last_member_cnt',
  mcast_startup_query_count: 'mcast_startup_query_cnt',
};
for (const name of ['last_member', 'membership', 'querier', 'query', 'query_response', 'startup_query'])
  Object.assign(bridgeNames, { [`mcast_${name}_interval`]: `mcast_${name}_intvl` });

const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];

const bondNames: Readonly<Record<string, string>> = {
  num_grat_arp: 'num_peer_notif',
  lacp_rate: 'ad_lacp_rate',
  lacp_active: 'ad_lacp_active',
};
const arpValidate = ['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup'];

const vxlanNames: Readonly<Record<string, string>> = {
  dev: 'link',
  dstport: 'port',
  maxaddress: 'limit',
  udpcsum: 'udp_csum',
  udp6zerocsumtx: 'udp_zero_csum6_tx',
  udp6zerocsumrx: 'udp_zero_csum6_rx',
  remcsumtx: 'remcsum_tx',
  remcsumrx: 'remcsum_rx',
};
const vxlanSwitches = new Set(
  'learning proxy rsc l2miss l3miss udpcsum udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx external gbp gpe vnifilter'.split(
    ' ',
  ),
);

function pairs(entries: unknown): Value {
  const all = (entries ?? []) as readonly { readonly from: number; readonly to: number }[];
  return Object.fromEntries(all.map(({ from, to }) => [String(from), to]));
}

function qosMap(name: string, key: string): Outside {
  return {
    read: (seen) => pairs(part(seen, 'data')[name]),
    words: (value) => [
      ...['type', 'vlan', key],
      ...Object.entries(value as Record<string, number>).map(([from, to]) => `${from}:${to}`),
    ],
  };
}

/** Those macvlan and macvtap have in common. */
function macvlanKeys(kind: string): Readonly<Record<string, Outside>> {
  return {
    link: { read: ({ link }) => link.link as Value },
    flag: {
      read: (seen) => {
        const bits = Number(numbered('data', 2, 2).read(seen));
        return ['nopromisc', 'nodst'].filter((_, i) => (bits >> i) & 1);
      },
      words: (value) => {
        const flags = value as readonly string[];
        return [
          'type',
          kind,
          ...(flags.length === 0 ? ['flag', 'null'] : flags.flatMap((one) => ['flag', one])),
        ];
      },
    },
    macaddr: {
      read: (seen) => (part(seen, 'data').macaddr_data ?? []) as Value,
      words: (value) => ['type', kind, 'macaddr', 'set', ...(value as readonly string[])],
    },
    bclim: {
      read: ({ raw }) => Buffer.from(raw?.data['9'] ?? '01000000', 'hex').readInt32LE(),
      raw: (value) => numbered('data', 9, 4).raw?.(Number(value) >>> 0) ?? ['data', 9, ''],
    },
  };
}

/** The word a number stands for, or the number where it is none. */
function wordOf(number: Value | undefined, words: Readonly<Record<string, number>>): Value | undefined {
  return Object.keys(words).find((word) => words[word] === number) ?? number;
}

/** A word by its number, in four bytes of host order: for kinds ip knows nothing of. */
function worded(number: number, words: Readonly<Record<string, number>>): Outside {
  const plain = numbered('data', number, 4);
  return {
    read: (seen) => wordOf(plain.read(seen), words),
    raw: (value) => plain.raw?.(words[text(value)] ?? 0) ?? ['data', number, ''],
  };
}

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd, mpls_uc: 0x8847, mpls_mc: 0x8848 };
const netkitPolicy = { forward: 0, blackhole: 2 };
const netkitScrub = { none: 0, default: 1 };

const ipvlanFlags = ['bridge', 'private', 'vepa'];

/** Those ipvlan and ipvtap have in common. */
function ipvlanKeys(kind: string): Readonly<Record<string, Outside>> {
  return {
    link: { read: ({ link }) => link.link as Value },
    flag: {
      read: (seen) => ipvlanFlags.find((one) => part(seen, 'data')[one] === true),
      words: (value) => ['type', kind, text(value)],
    },
  };
}

/** Keys ip shows or takes otherwise than its kind's others. */
const special: Readonly<Record<string, Readonly<Record<string, Outside>>>> = {
  bridge: {
    mst_enabled: {
      read({ raw }) {
        const hex = raw?.data['46'];
        const [value = 0, , , , mask = 0] = Buffer.from(hex ?? '', 'hex');
        return (mask & 4) === 0 ? undefined : (value & 4) !== 0;
      },
      raw: (value) => ['data', 46, value === true ? '0400000004000000' : '0000000004000000'],
    },
    fdb_max_learned: numbered('data', 49, 4),
  },
  bridge_port: {
    state: {
      ...told('state', 'slave', 'bridge_slave', 'state'),
      words: (value) => ['type', 'bridge_slave', 'state', String(portStates.indexOf(text(value)))],
    },
    mcast_router: told('multicast_router', 'slave', 'bridge_slave', 'mcast_router'),
    mab: numbered('slave', 40, 1),
    mcast_max_groups: numbered('slave', 42, 4),
    neigh_vlan_suppress: numbered('slave', 43, 1),
    backup_nhid: {
      ...numbered('slave', 44, 4),
      read: (seen) => numbered('slave', 44, 4).read(seen) ?? 0,
    },
    backup_port: {
      read: (seen) => (part(seen, 'slave').backup_port as Value | undefined) ?? 'none',
      words: (value) =>
        value === 'none'
          ? ['type', 'bridge_slave', 'nobackup_port']
          : ['type', 'bridge_slave', 'backup_port', text(value)],
    },
  },
  bond: {
    arp_validate: {
      read: (seen) => arpValidate[Number(numbered('data', 9, 4).read(seen))],
      words: (value) => ['type', 'bond', 'arp_validate', text(value)],
    },
    coupled_control: numbered('data', 32, 1),
    arp_ip_target: {
      ...told('arp_ip_target', 'data', 'bond', 'arp_ip_target'),
      read: (seen) => (part(seen, 'data').arp_ip_target ?? []) as Value,
    },
    ns_ip6_target: {
      ...told('ns_ip6_target', 'data', 'bond', 'ns_ip6_target'),
      read: (seen) => (part(seen, 'data').ns_ip6_target ?? []) as Value,
    },
    primary: {
      ...told('primary', 'data', 'bond', 'primary'),
      read: (seen) => (part(seen, 'data').primary ?? 'none') as Value,
    },
  },
  vlan: {
    link: { read: ({ link }) => link.link as Value },
    'ingress-qos-map': qosMap('ingress_qos', 'ingress-qos-map'),
    'egress-qos-map': qosMap('egress_qos', 'egress-qos-map'),
    ...Object.fromEntries(
      ['reorder_hdr', 'gvrp', 'mvrp', 'loose_binding', 'bridge_binding'].map((key): [string, Outside] => [
        key,
        {
          read: (seen) => ((part(seen, 'data').flags ?? []) as string[]).includes(key.toUpperCase()),
          words: (value) => ['type', 'vlan', key, onOff(value)],
        },
      ]),
    ),
  },
  vxlan: {
    remote: {
      read(seen) {
        const { remote, remote6, group, group6 } = part(seen, 'data');
        return (remote ?? remote6 ?? group ?? group6 ?? 'none') as Value;
      },
      words: (value) => ['type', 'vxlan', 'remote', value === 'none' ? 'any' : text(value)],
    },
    local: {
      read(seen) {
        const { local, local6 } = part(seen, 'data');
        return (local ?? local6 ?? 'none') as Value;
      },
      words: (value) => ['type', 'vxlan', 'local', value === 'none' ? 'any' : text(value)],
    },
    ttl: {
      read(seen) {
        if (numbered('data', 28, 1).read(seen) === 1) return 'inherit';
        const ttl = numbered('data', 5, 1).read(seen);
        return ttl === 0 ? 'auto' : ttl;
      },
      words: (value) => ['type', 'vxlan', 'ttl', text(value)],
    },
    tos: {
      read(seen) {
        const tos = Number(part(seen, 'data').tos ?? 0);
        return tos === 1 ? 'inherit' : tos;
      },
      words: (value) => ['type', 'vxlan', 'tos', text(value)],
    },
    flowlabel: {
      ...numbered('data', 26, 4, true),
      words: (value) => ['type', 'vxlan', 'flowlabel', text(value)],
    },
    dev: {
      read: (seen) => (part(seen, 'data').link ?? 'none') as Value,
      words: (value) => ['type', 'vxlan', 'dev', text(value)],
    },
    srcport: {
      read(seen) {
        const { low, high } = part(seen, 'data').port_range as { low: number; high: number };
        return `${low}-${high}`;
      },
      words: (value) => ['type', 'vxlan', 'srcport', ...text(value).split('-')],
    },
    maxaddress: {
      read: (seen) => (part(seen, 'data').limit ?? 'unlimited') as Value,
      words: (value) => ['type', 'vxlan', 'maxaddress', text(value)],
    },
    localbypass: numbered('data', 31, 1),
  },
  macvlan: macvlanKeys('macvlan'),
  macvtap: macvlanKeys('macvtap'),
  ipvlan: ipvlanKeys('ipvlan'),
  ipvtap: ipvlanKeys('ipvtap'),
  veth: { peer: { read: ({ link }) => link.link as Value } },
  netkit: {
    peer: { read: ({ link }) => link.link as Value },
    mode: worded(5, { l2: 0, l3: 1 }),
    policy: worded(3, netkitPolicy),
    peer_policy: worded(4, netkitPolicy),
    scrub: worded(6, netkitScrub),
    peer_scrub: worded(7, netkitScrub),
  },
  xfrm: {
    dev: {
      read: ({ link }) => (link.link ?? 'none') as Value,
      words: (value) => ['type', 'xfrm', 'dev', text(value)],
    },
    if_id: {
      read: (seen) => Number(part(seen, 'data').if_id ?? 0),
      words: (value) => ['type', 'xfrm', 'if_id', text(value)],
    },
    external: { read: (seen) => part(seen, 'data').external === true },
  },
  bareudp: {
    ethertype: {
      read: (seen) => wordOf(numbered('data', 2, 2, true).read(seen), etherTypes),
      words: (value) => ['type', 'bareudp', 'ethertype', text(value)],
    },
    multiproto: {
      read: (seen) => part(seen, 'data').multiproto === true,
      words: (value) => ['type', 'bareudp', value === true ? 'multiproto' : 'nomultiproto'],
    },
  },
  amt: { dev: told('link', 'data', 'amt', 'dev') },
  hsr: {
    supervision: {
      read: (seen) => Number.parseInt(String(part(seen, 'data').supervision_addr).slice(-2), 16),
      words: (value) => ['type', 'hsr', 'supervision', text(value)],
    },
    proto: {
      read: (seen) => wordOf(part(seen, 'data').proto as Value, { hsr: 0, prp: 1 }),
      words: (value) => ['type', 'hsr', 'proto', value === 'prp' ? '1' : '0'],
    },
  },
  ipoib: {
    link: { read: ({ link }) => link.link as Value },
    pkey: told('key', 'data', 'ipoib', 'pkey'),
    umcast: {
      read: (seen) => Number(part(seen, 'data').umcast),
      words: (value) => ['type', 'ipoib', 'umcast', oneZero(value)],
    },
  },
  vxcan: { peer: { read: ({ link }) => link.link as Value } },
};

/** How a key of a kind (`bridge_port` and `bond_port` count as kinds) is seen and changed. */
export function outside(kind: string, key: string): Outside {
  const own = special[kind]?.[key];
  if (own !== undefined) return own;
  const every = everyLink[key];
  const tunnel = every === undefined ? outsideTunnel(kind, key) : undefined;
  if (tunnel !== undefined) return tunnel;
  switch (kind) {
    case 'bridge':
      return every !== undefined && key !== 'priority'
        ? every
        : told(bridgeNames[key] ?? key, 'data', 'bridge', key, oneZero);
    case 'bridge_port':
      return told(key, 'slave', 'bridge_slave', key);
    case 'bond':
      return (
        every ?? told(bondNames[key] ?? key, 'data', 'bond', key, key === 'lacp_active' ? onOff : oneZero)
      );
    case 'bond_port':
      return told(key, 'slave', 'bond_slave', key);
    case 'vxlan':
      if (every !== undefined) return every;
      if (!vxlanSwitches.has(key)) return told(vxlanNames[key] ?? key, 'data', 'vxlan', key);
      return {
        read: (seen) => (part(seen, 'data')[vxlanNames[key] ?? key] ?? false) as Value,
        words: (value) => ['type', 'vxlan', value === true ? key : `no${key}`],
      };
    default:
      return every ?? told(key, 'data', kind, key);
  }
}
