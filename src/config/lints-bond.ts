import { listing } from '../derive/grammar.ts';
import { linksOfKind, referenceOf, type WorldLint, written } from './lint.ts';
import { spotOfKey, type World, type WorldLink } from './world.ts';

const withActiveMember = ['active-backup', 'balance-tlb', 'balance-alb'];
const withoutArpMonitor = ['802.3ad', 'balance-tlb', 'balance-alb'];
const lacp = ['802.3ad'];

/** Options a bond takes in some modes only (`unsuppmodes` in drivers/net/bonding/bond_options.c). */
const modesOf: Readonly<
  Record<string, { readonly only: readonly string[] } | { readonly not: readonly string[] }>
> = {
  active_slave: { only: withActiveMember },
  primary: { only: withActiveMember },
  packets_per_slave: { only: ['balance-rr'] },
  tlb_dynamic_lb: { only: ['balance-tlb', 'balance-alb'] },
  lacp_rate: { only: lacp },
  lacp_active: { only: lacp },
  ad_actor_sys_prio: { only: lacp },
  ad_actor_system: { only: lacp },
  ad_user_port_key: { only: lacp },
  coupled_control: { only: lacp },
  arp_interval: { not: withoutArpMonitor },
  arp_validate: { not: withoutArpMonitor },
  arp_missed_max: { not: withoutArpMonitor },
};

/** What does not go together on a bond, or between a bond and its members. */
export const bondLints: readonly WorldLint[] = [
  {
    id: 'bond-mode',
    severity: 'error',
    doc: 'A bond has an option that its mode does not have.',
    *check(world) {
      for (const bond of linksOfKind(world, 'bond')) {
        const mode = String(written(bond, 'mode') ?? '');
        const key =
          mode === '' ? undefined : Object.keys(modesOf).find((one) => isOutOfMode(bond, one, mode));
        if (key === undefined) continue;
        const rule = modesOf[key];
        const message =
          rule !== undefined && 'only' in rule
            ? `a bond has \`${key}\` only in mode ${listing(rule.only, 'or')}`
            : `in mode ${mode} a bond has no \`${key}\``;
        yield {
          message,
          spot: spotOfKey(bond, key),
          also: spotOfKey(bond, 'mode'),
        };
      }
    },
  },
  {
    id: 'two-monitors',
    severity: 'error',
    doc: 'A bond has both `miimon` and `arp_interval`; the kernel takes one way of watching members.',
    *check(world) {
      for (const bond of linksOfKind(world, 'bond')) {
        if (!isOn(bond, 'miimon') || !isOn(bond, 'arp_interval')) continue;
        const message = `\`${bond.id}\` cannot watch its members by \`miimon\` and by \`arp_interval\` both; one of them has to be 0`;
        yield { message, spot: spotOfKey(bond, 'arp_interval'), also: spotOfKey(bond, 'miimon') };
      }
    },
  },
  {
    id: 'delay-without-miimon',
    severity: 'error',
    doc: 'A bond has `updelay` or `downdelay`, which count looks of `miimon`, and `miimon` is 0.',
    *check(world) {
      for (const { bond, key, miimon } of delays(world)) {
        if (miimon !== 0) continue;
        const message = `\`${key}\` counts looks of \`miimon\`, which is 0`;
        yield { message, spot: spotOfKey(bond, key), also: spotOfKey(bond, 'miimon') };
      }
    },
  },
  {
    id: 'delay-without-miimon-written',
    severity: 'warning',
    doc: 'A bond has `updelay` or `downdelay` and no `miimon`; without one the kernel refuses them.',
    *check(world) {
      for (const { bond, key, miimon } of delays(world)) {
        if (miimon !== undefined) continue;
        yield {
          message: `\`${key}\` counts looks of \`miimon\`, which is not written`,
          spot: spotOfKey(bond, key),
        };
      }
    },
  },
  {
    id: 'delay-rounded',
    severity: 'warning',
    doc: 'A bond’s `updelay` or `downdelay` is no multiple of its `miimon`; the kernel rounds it down to one.',
    *check(world) {
      for (const { bond, key, miimon, delay } of delays(world)) {
        if (miimon === undefined || miimon === 0 || delay % miimon === 0) continue;
        const message = `\`${key}\` ${delay} is no multiple of \`miimon\` ${miimon}; the kernel makes it ${delay - (delay % miimon)}`;
        yield { message, spot: spotOfKey(bond, key), also: spotOfKey(bond, 'miimon') };
      }
    },
  },
  {
    id: 'arp-without-targets',
    severity: 'warning',
    doc: 'A bond has `arp_interval` and nobody to ask, so no member will ever be fit.',
    *check(world) {
      for (const bond of linksOfKind(world, 'bond')) {
        const targets = ['arp_ip_target', 'ns_ip6_target'].some((key) => written(bond, key) !== undefined);
        if (!isOn(bond, 'arp_interval') || targets) continue;
        const message = `\`${bond.id}\` probes by ARP and has no \`arp_ip_target\``;
        yield { message, spot: spotOfKey(bond, 'arp_interval') };
      }
    },
  },
  {
    id: 'primary-no-member',
    severity: 'warning',
    doc: 'A bond’s `primary` or `active_slave` is none of its declared members.',
    *check(world) {
      for (const bond of linksOfKind(world, 'bond')) {
        const members = world.membersOf(bond.id);
        if (members.length === 0) continue;
        for (const key of ['primary', 'active_slave']) {
          const named = referenceOf(bond, key);
          if (named === undefined || members.some(({ id }) => id === named)) continue;
          const message = `the \`${key}\` of \`${bond.id}\` is ${named}, which is none of its members: ${members.map(({ id }) => id).join(', ')}`;
          yield { message, spot: spotOfKey(bond, key) };
        }
      }
    },
  },
  {
    id: 'member-mtu',
    severity: 'warning',
    doc: 'A member’s `mtu` is unlike its bond’s, and a bond gives its own to every member.',
    *check(world) {
      for (const bond of linksOfKind(world, 'bond')) {
        const mtu = written(bond, 'mtu');
        for (const member of mtu === undefined ? [] : world.membersOf(bond.id)) {
          const own = written(member, 'mtu');
          if (own === undefined || own === mtu) continue;
          const message = `\`${member.id}\` has mtu ${own}, and ${bond.id}, which sets it for its members, has ${mtu}`;
          yield { message, spot: spotOfKey(member, 'mtu'), also: spotOfKey(bond, 'mtu') };
        }
      }
    },
  },
];

function isOutOfMode(bond: WorldLink, key: string, mode: string): boolean {
  const rule = modesOf[key];
  const value = written(bond, key);
  // Asking for no member at all sends nothing, so no mode refuses it.
  if (rule === undefined || value === undefined || value === 'none') return false;
  return 'only' in rule ? !rule.only.includes(mode) : rule.not.includes(mode);
}

function isOn(bond: WorldLink, key: string): boolean {
  const value = written(bond, key);
  return typeof value === 'number' && value > 0;
}

/** The delays that are written, with the `miimon` they count in. */
function* delays(world: World) {
  for (const bond of linksOfKind(world, 'bond')) {
    const miimon = written(bond, 'miimon');
    for (const key of ['updelay', 'downdelay']) {
      const delay = written(bond, key);
      if (typeof delay !== 'number' || delay === 0) continue;
      yield { bond, key, delay, miimon: typeof miimon === 'number' ? miimon : undefined };
    }
  }
}
