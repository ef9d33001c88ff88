import { bitOf } from '../wire/bit-fields.ts';
import { linkRef } from '../wire/composites.ts';
import { endOfTunnel, isGroup } from '../wire/endpoints.ts';
import { ENCAP_BIT } from '../wire/if-link.ts';
import { namespaceRef } from '../wire/namespaces.ts';
import { u8, u16, u16be, u32 } from '../wire/numbers.ts';
import { oneOf, onOff, presence } from '../wire/words.ts';
import {
  type ChangeNeed,
  type ChangeRule,
  type Circumstances,
  info,
  type Lint,
  type RowOptions,
  underlay,
} from './kind.ts';

/** Rows tunnels have in common; each family of numbers (IFLA_IPTUN, IFLA_GRE, IFLA_VTI) has its own for them. */

/** A link that is down changes without a word (netdev_state_change in net/core/dev.c). */
export const live = { change: 'live', notice: 'when-up' } as const;
export const made = { change: 'recreate', notice: 'always' } as const;

/** What tunnels of packets lack: those of Ethernet have a MAC. */
export const tunnelLacks = { address: 'the kernel takes `local` for it' } as const;

/** The MTU follows from what the outer header takes (ip_tunnel_bind_dev, ip6_tnl_link_config). */
export const movesMtu = { moves: () => ['mtu'] } as const;

/** Whether the kernel has to be told at creation where packets go: to one end, to a group, or to any. */
export const ends = {
  /** A tunnel to one end stays one (ipip_changelink in net/ipv4/ipip.c), and what a group gets is settled (ip_tunnel_changelink). */
  settled,
  /** The same, and a tunnel to a group is a link of another sort (ipgre_tunnel_init in net/ipv4/ip_gre.c). */
  settledAsGroup(circumstances: Circumstances) {
    return isGroup(circumstances.found.remote) ? 'recreate' : settled(circumstances);
  },
  /** To one end or a group it stays that (ipip6_changelink in net/ipv6/sit.c). */
  someOrAny: ({ found, wanted }: Circumstances) =>
    isAny(found.remote) === isAny(wanted.remote) ? 'live' : 'recreate',
  /** What a group gets can be changed by nothing that names the tunnel (ip_tunnel_changelink in net/ipv4/ip_tunnel.c). */
  fixedByGroup: ({ found }: Circumstances) => (isGroup(found.remote) ? 'recreate' : 'live'),
} as const satisfies Record<string, ChangeRule>;

function settled({ found, wanted }: Circumstances): ChangeNeed {
  return isAny(found.remote) || isAny(wanted.remote) || isGroup(wanted.remote) ? 'recreate' : 'live';
}

/** A link is looked for in the namespace of the underlay, which is for life; references made in one namespace are to one other if they begin alike. */
function withinUnderlay(otherwise: ChangeRule): ChangeRule {
  const namespaceOf = (dev: unknown) => String(dev ?? '').replace(/[^/]*$/, '');
  return (circumstances) => {
    const { found, wanted } = circumstances;
    const settled = wanted.dev === 'none' || (wanted.link_netns !== undefined && found.dev === 'none');
    if (!settled && namespaceOf(found.dev) !== namespaceOf(wanted.dev)) return 'recreate';
    return typeof otherwise === 'function' ? otherwise(circumstances) : otherwise;
  };
}

function isAny(remote: unknown): boolean {
  return remote === 'any';
}

/** What the kernel tells tunnels of a kind apart by (ip_tunnel_find in net/ipv4/ip_tunnel.c and its like). */
export const endsApart = { local: 'any', remote: 'any', dev: 'none' } as const;

interface EndNumbers {
  readonly LINK: number;
  readonly LOCAL: number;
  readonly REMOTE: number;
  readonly FWMARK: number;
}

interface EndRules {
  /** When `local` and `dev` may change. */
  readonly change?: ChangeRule;
  /** When `remote` may. */
  readonly remote?: ChangeRule;
}

/** Where a tunnel begins and ends. */
export function endRows(numbers: EndNumbers, family: 'IPv4' | 'IPv6', rules: EndRules = {}) {
  const change = rules.change ?? 'live';
  const remoteChange = rules.remote ?? 'live';
  const common = { notice: 'when-up', beside: ['remote'], fromTheStart: true } as const;
  return {
    remote: info(
      numbers.REMOTE,
      endOfTunnel(family),
      { change: remoteChange, absent: 'any', ...common },
      'The other end; a group where the kind allows one.',
    ),
    local: info(
      numbers.LOCAL,
      endOfTunnel(family),
      { change, absent: 'any', ...common },
      'The source address of the outer packets.',
    ),
    dev: info(
      numbers.LINK,
      linkRef({ none: true }),
      {
        change: withinUnderlay(change),
        absent: 'none',
        ...common,
        beside: ['remote', 'dev'],
        ...movesMtu,
        elsewhere: true,
        also: ['link'],
      },
      'The link the outer packets leave by.',
    ),
    link_netns: underlay(
      namespaceRef,
      made,
      'The namespace the outer packets go through, `/` for the host’s; without it that of `dev`, or the link’s own.',
      'number',
    ),
    fwmark: info(numbers.FWMARK, u32(), { ...live, ...movesMtu }, 'The mark outer packets are routed by.'),
  };
}

interface EncapNumbers {
  readonly ENCAP_TYPE: number;
  readonly ENCAP_FLAGS: number;
  readonly ENCAP_SPORT: number;
  readonly ENCAP_DPORT: number;
}

/** Packing into UDP. */
export function encapRows(numbers: EncapNumbers, options: Partial<RowOptions<string>> = {}) {
  return {
    encap: info(
      numbers.ENCAP_TYPE,
      oneOf(u16(), { none: 0, fou: 1, gue: 2 }),
      { ...live, ...movesMtu, ...options },
      'Packs the packets into UDP, plainly (`fou`) or with a header of its own (`gue`); needs the kernel module `fou` (over IPv6 `fou6`), which nothing loads by itself.',
    ),
    'encap-sport': info(
      numbers.ENCAP_SPORT,
      u16be({ words: { auto: 0 } }),
      live,
      'The UDP source port; `auto` takes one for each flow.',
    ),
    'encap-dport': info(numbers.ENCAP_DPORT, u16be(), live, 'The UDP port of the other end.'),
    'encap-csum': info(
      numbers.ENCAP_FLAGS,
      bitOf(2, ENCAP_BIT.CSUM),
      live,
      'Checksum the outer UDP over IPv4.',
    ),
    'encap-csum6': info(
      numbers.ENCAP_FLAGS,
      bitOf(2, ENCAP_BIT.CSUM6),
      live,
      'Checksum the outer UDP over IPv6.',
    ),
    'encap-remcsum': info(
      numbers.ENCAP_FLAGS,
      bitOf(2, ENCAP_BIT.REMCSUM),
      live,
      'Offload checksums to the other end; with `gue`.',
    ),
  };
}

/** What the outer IPv4 header takes from the packet inside. */
export function ipv4HeaderRows(numbers: {
  readonly TTL: number;
  readonly TOS: number;
  readonly PMTUDISC: number;
}) {
  return {
    ttl: info(numbers.TTL, u8({ words: { inherit: 0 } }), live, 'Time to live of the outer packets.'),
    tos: info(
      numbers.TOS,
      u8({ words: { inherit: 1 } }),
      live,
      'Type of service of the outer packets; what ip(8) writes as `10` is `0x10` here.',
    ),
    pmtudisc: info(numbers.PMTUDISC, onOff, live, 'Discover the MTU of the path; needed with a `ttl`.'),
  };
}

/** The switch that leaves ends to each packet's metadata. */
export function externalRow(number: number, options: Partial<RowOptions<boolean>> = {}) {
  return info(
    number,
    presence,
    { ...made, absent: false, ...options },
    'Take the ends from each packet’s metadata; one link of the kind in a namespace can.',
  );
}

/** With a time to live of its own a packet is never taken apart on the way, whatever is asked for (ip_tunnel_netlink_parms). */
export const ttlWithoutDiscovery: Lint = {
  severity: 'error',
  check({ pmtudisc, ttl }) {
    if (pmtudisc !== false || ttl === undefined || ttl === 'inherit') return undefined;
    return {
      key: 'pmtudisc',
      message: '`pmtudisc: false` needs `ttl: inherit`: the kernel turns it on with any other',
    };
  },
};

/** Keys that mean nothing where each packet brings its ends along. */
export const externalWithEnds: Lint = {
  severity: 'error',
  check({ external, remote, local }) {
    if (external !== true) return undefined;
    const key = remote !== undefined && remote !== 'any' ? 'remote' : 'local';
    const written = key === 'remote' ? remote : local;
    if (written === undefined || written === 'any') return undefined;
    return { key, message: `with \`external: true\` the ends come with each packet; \`${key}\` has to go` };
  },
};
