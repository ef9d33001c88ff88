import { kindNamed } from '../reconcilers/index.ts';

/** Keys this version knows by name only, by where they would stand. */
const later = {
  namespace: ['routes', 'rules', 'sysctl'],
  link: ['routes', 'neighbours', 'fdb', 'qdisc', 'ingress', 'ethtool', 'sriov', 'xdp', 'sysctl', 'match'],
  daemon: ['attribution'],
} as const;

const laterKinds = 'team macsec netdevsim tun tap wireguard failover'.split(' ');

export function isForLater(where: keyof typeof later, key: string): boolean {
  return (later[where] as readonly string[]).includes(key);
}

/** Whether a kind is one that a later version brings. */
export function isKindForLater(kind: string): boolean {
  return kindNamed(kind) === undefined && laterKinds.includes(kind);
}

export function notInThisVersion(what: string): string {
  return `\`${what}\` is not in this version`;
}
