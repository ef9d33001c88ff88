/** Many links, declared in each language. Vxlans are named x…, so that a witness can tell them. */
export interface Fleet {
  readonly what: string;
  /** How many links there are in the end. */
  readonly links: number;
  /** The fewest commands of ip(8) that make it. */
  readonly batch: readonly string[];
  readonly yaml: string;
  /** Of systemd.netdev(5) and systemd.network(5), by file name. */
  readonly networkd: ReadonlyMap<string, string>;
  /** Of interfaces(5). */
  readonly interfaces: string;
}

/** The three that are measured, or a share of each. */
export function fleets(share: number): readonly Fleet[] {
  return [bridgesAndVxlans(1000 * share), vethPairs(1000 * share), ifbs(2000 * share)];
}

function bridgesAndVxlans(count: number): Fleet {
  const all = numbers(count);
  const networkd = new Map<string, string>();
  for (const i of all) {
    networkd.set(`10-b${i}.netdev`, `[NetDev]\nName=b${i}\nKind=bridge\n`);
    networkd.set(`10-b${i}.network`, `[Match]\nName=b${i}\n${upAlone}`);
    networkd.set(
      `20-x${i}.netdev`,
      `[NetDev]\nName=x${i}\nKind=vxlan\n[VXLAN]\nVNI=${i + 1}\nDestinationPort=4789\nLocal=127.0.0.1\nIndependent=yes\n`,
    );
    networkd.set(`20-x${i}.network`, `[Match]\nName=x${i}\n[Network]\nBridge=b${i}\n`);
  }
  return {
    what: `${count} bridges and ${count} vxlans`,
    links: 2 * count,
    batch: all.flatMap((i) => [
      `link add b${i} up type bridge`,
      `link add x${i} master b${i} up type vxlan id ${i + 1} local 127.0.0.1 dstport 4789`,
    ]),
    yaml: yamlOf(
      all.flatMap((i) => [
        `b${i}: { kind: bridge }`,
        `x${i}: { kind: vxlan, id: ${i + 1}, local: 127.0.0.1, dstport: 4789, master: b${i} }`,
      ]),
    ),
    networkd,
    interfaces: all
      .map(
        (i) =>
          `auto x${i}\niface x${i}\n  vxlan-id ${i + 1}\n  vxlan-local-tunnelip 127.0.0.1\nauto b${i}\niface b${i}\n  bridge-ports x${i}\n`,
      )
      .join(''),
  };
}

function vethPairs(count: number): Fleet {
  const all = numbers(count);
  const networkd = new Map<string, string>();
  for (const i of all) {
    networkd.set(`10-v${i}.netdev`, `[NetDev]\nName=v${i}\nKind=veth\n[Peer]\nName=w${i}\n`);
    for (const end of ['v', 'w'])
      networkd.set(`10-${end}${i}.network`, `[Match]\nName=${end}${i}\n${upAlone}`);
  }
  return {
    what: `${count} veth pairs`,
    links: 2 * count,
    batch: all.flatMap((i) => [`link add v${i} up type veth peer name w${i}`, `link set w${i} up`]),
    yaml: yamlOf(
      all.flatMap((i) => [`v${i}: { kind: veth, peer: w${i} }`, `w${i}: { kind: veth, peer: v${i} }`]),
    ),
    networkd,
    interfaces: all
      .map(
        (i) =>
          `auto v${i}\niface v${i}\n  link-type veth\n  veth-peer-name w${i}\nauto w${i}\niface w${i}\n  link-type veth\n  veth-peer-name v${i}\n`,
      )
      .join(''),
  };
}

function ifbs(count: number): Fleet {
  const all = numbers(count);
  const networkd = new Map<string, string>();
  for (const i of all) {
    networkd.set(`10-i${i}.netdev`, `[NetDev]\nName=i${i}\nKind=ifb\n`);
    networkd.set(`10-i${i}.network`, `[Match]\nName=i${i}\n${upAlone}`);
  }
  return {
    what: `${count} ifbs`,
    links: count,
    batch: all.map((i) => `link add i${i} up type ifb`),
    yaml: yamlOf(all.map((i) => `i${i}: { kind: ifb }`)),
    networkd,
    interfaces: all.map((i) => `auto i${i}\niface i${i}\n  link-type ifb\n`).join(''),
  };
}

/** Up, and nothing else: no addresses of its own. */
const upAlone = '[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nConfigureWithoutCarrier=yes\n';

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function yamlOf(links: readonly string[]): string {
  return `links:\n${links.map((line) => `  ${line}\n`).join('')}`;
}
