import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { isBefore } from '../../../src/model/release.ts';
import { sameValue, type Value } from '../../../src/model/value.ts';
import { kindNamed, type kinds } from '../../../src/reconcilers/index.ts';
import type { AnyRow } from '../../../src/reconcilers/kind.ts';

/** What a kernel can be built without, or has only by a late patch: asked of it by ip(8). */
type Ability =
  | ('VLANs of bridges' | 'netfilter of bridges' | 'queues of any length')
  | ('tunnels in UDP' | 'prefixes of 6rd' | 'connections of InfiniBand');

interface Need {
  /** The first of each older series that got it as well. */
  readonly backports?: readonly string[];
  readonly ability?: Ability;
  /** What the kernel says of the field, steadfastly, without that ability; nothing at all where this is absent. */
  readonly shows?: Value;
}

const vlans = { ability: 'VLANs of bridges' } as const;
const netfilter = { ability: 'netfilter of bridges' } as const;

/** Tunnels that can be packed into UDP, by the modules fou and fou6 where the kernel has them. */
const packable = 'ipip sit gre gretap erspan ip6tnl ip6gre ip6gretap ip6erspan'.split(' ');

/**
 * Fields not every kernel has, by table and key, beside those whose row says since when there are any (`since`). What came
 * after 6.1, the lab's 6.1 is seen to lack and its 6.12 to have.
 */
const needs: Readonly<Record<string, Need>> = {
  'bond.coupled_control': { backports: ['6.1.149'] },
  'bridge.vlan_filtering': { ...vlans, shows: false },
  'bridge.vlan_protocol': vlans,
  'bridge.vlan_default_pvid': vlans,
  'bridge.vlan_stats_enabled': vlans,
  'bridge.vlan_stats_per_port': vlans,
  'bridge.mcast_vlan_snooping': { ...vlans, shows: false },
  'bridge.mst_enabled': { ...vlans, shows: false },
  'bridge.nf_call_iptables': netfilter,
  'bridge.nf_call_ip6tables': netfilter,
  'bridge.nf_call_arptables': netfilter,
  'ipoib.mode': { ability: 'connections of InfiniBand', shows: 'datagram' },
  'sit.6rd-prefix': { ability: 'prefixes of 6rd' },
  'sit.6rd-relay_prefix': { ability: 'prefixes of 6rd' },
  ...Object.fromEntries(
    packable.map((kind) => [`${kind}.encap`, { ability: 'tunnels in UDP', shows: 'none' }] as const),
  ),
};

/** The longest queue every kernel takes; some, 6.12.117 for one, refuse a longer one with ERANGE. */
export const longestQueue = 32_767;

/** Whether the kernel does not keep that value: vnetd has to say so of it, and of no other. */
export type IsBeyond = (table: string, key: string, row: AnyRow, value: Value) => boolean;

/** What is beyond the kernel that runs here; tries each ability once at most. */
export function askKernel(): IsBeyond {
  const answers = new Map<Ability, boolean>();
  const can = (ability: Ability): boolean => {
    const answer = answers.get(ability) ?? tryOut(ability);
    answers.set(ability, answer);
    return answer;
  };
  return (table, key, row, value) => {
    // A secret has to be set first, by sysctl, and the tests set none (check_stable_privacy in net/ipv6/addrconf.c).
    if (key === 'addrgenmode') return value === 'stable_secret';
    if (key === 'txqueuelen') return Number(value) > longestQueue && !can('queues of any length');
    const need = needs[`${table}.${key}`] ?? {};
    if (!isSince(row, need)) return !sameValue(value, row.absent);
    return need.ability !== undefined && !can(need.ability) && !sameValue(value, need.shows);
  };
}

/** On the machine's own kernel: why these kinds cannot be tried there; false where they can. */
export function cannotTry(...names: readonly (keyof typeof kinds)[]): string | false {
  if (process.env.VNETD_TEST_KERNEL !== 'host') return false;
  const modules = names.map((name) => kindNamed(name)?.kernel?.module ?? name);
  const absent = modules.filter((module) => !existsSync(`/sys/module/${module}`));
  // What a test would load stays loaded.
  return absent.length > 0 && `not without the module ${absent.join(', ')}, which is not loaded`;
}

/** In the lab: why links of a kind cannot be tried on this kernel; false where they can. The machine's own is not asked: it would load a module. */
export function lacksKind(name: keyof typeof kinds): string | false {
  if (process.env.VNETD_TEST_KERNEL === 'host') return false;
  const kind = kindNamed(name)?.kernel?.kind ?? name;
  const { stderr } = spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'k0', 'type', kind]);
  return /Unknown device type/.test(String(stderr)) && `this kernel has no ${name}`;
}

function isSince({ since }: AnyRow, { backports = [] }: Need): boolean {
  if (since === undefined || !isBefore(release(), since)) return true;
  const series = (version: string) => version.split('.').slice(0, 2).join('.');
  return backports.some((one) => series(one) === series(release()) && !isBefore(release(), one));
}

const trials: Readonly<Record<Ability, string>> = {
  'VLANs of bridges': 'ip link add b0 type bridge vlan_filtering 1',
  'netfilter of bridges': 'ip link add b0 type bridge; ip -d link show b0 | grep nf_call_iptables',
  'tunnels in UDP': 'ip link add t0 type ipip local 192.0.2.1 remote 192.0.2.9 encap fou encap-dport 5555',
  'prefixes of 6rd':
    'ip link add t0 type sit local 192.0.2.1 remote 192.0.2.9; ip -d link show t0 | grep 6rd-prefix',
  // A parameter of ipoib_cm.c.
  'connections of InfiniBand':
    'modprobe ib_ipoib recv_queue_size=32 send_queue_size=32; test -e /sys/module/ib_ipoib/parameters/max_nonsrq_conn_qp',
  'queues of any length': `ip link add b0 txqueuelen ${longestQueue + 1} type bridge`,
};

/** Whether ip(8) can do it, in a namespace of its own. */
export function tryOut(ability: Ability): boolean {
  return spawnSync('unshare', ['-n', 'sh', '-ec', trials[ability]]).status === 0;
}
