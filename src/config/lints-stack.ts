import { objectId } from '../model/address.ts';
import { peerKeyOf } from '../reconcilers/index.ts';
import type { Fields } from '../reconcilers/kind.ts';
import {
  linksOfKind,
  lowerKeys,
  referenceOf,
  repeated,
  underlayOf,
  type WorldLint,
  written,
} from './lint.ts';
import { stackCycles } from './lint-cycle.ts';
import { type Spot, spotIn, spotOf, spotOfKey, type WorldLink } from './world.ts';

/** IPV6_MIN_MTU (RFC 8200, section 5). */
const LEAST_IPV6_MTU = 1280;

/** What cannot stand on, in or beside another link; all of it is refused by the kernel. */
export const stackLints: readonly WorldLint[] = [
  {
    id: 'loopback',
    severity: 'error',
    doc: '`lo`, which the kernel makes in every namespace, is declared as a kind that vnetd would make.',
    *check(world) {
      for (const link of world.links.values()) {
        if (link.name !== 'lo' || !link.kind.made) continue;
        const message = `\`lo\` is the kernel’s own: it can only be \`kind: device\`, not ${link.kind.name}`;
        yield { message, spot: spotOf(link) };
      }
    },
  },
  {
    id: 'ipv6-mtu',
    severity: 'error',
    doc: 'An IPv6 address on a link whose `mtu` is below 1280, where the kernel has no IPv6.',
    *check(world) {
      for (const link of world.links.values()) {
        const mtu = link.fields.mtu?.value;
        const list = link.part?.lists.addresses;
        const first = list?.entries.findIndex(({ key }) => key.includes(':')) ?? -1;
        const entry = list?.entries[first];
        if (typeof mtu !== 'number' || mtu >= LEAST_IPV6_MTU || list === undefined || entry === undefined)
          continue;
        const message = `with \`mtu: ${mtu}\` the link has no IPv6, which needs ${LEAST_IPV6_MTU}; ${entry.key} cannot be put on it`;
        yield {
          message,
          spot: spotIn(link, { at: list.places[first] ?? list.at }),
          also: spotOfKey(link, 'mtu'),
        };
      }
    },
  },
  {
    id: 'altname-taken',
    severity: 'error',
    doc: 'An alternative name that is a link’s name, or another link’s alternative name, in the same namespace.',
    *check(world) {
      const taken = new Map<string, Spot>();
      for (const link of world.links.values()) taken.set(link.id, spotOf(link));
      for (const link of world.links.values()) {
        const list = link.part?.lists.altnames;
        for (const [i, { key }] of (list?.entries ?? []).entries()) {
          const spot = spotIn(link, { at: list?.places[i] ?? 0 });
          const also = taken.get(objectId(link.namespace, key));
          if (also !== undefined)
            yield { message: `\`${key}\` is taken: a name is one link’s alone`, spot, also };
          else taken.set(objectId(link.namespace, key), spot);
        }
      }
    },
  },
  {
    id: 'on-itself',
    severity: 'error',
    doc: 'A link stands on itself, or is its own master.',
    *check(world) {
      for (const link of world.links.values()) {
        for (const key of [...lowerKeys, 'master']) {
          if (referenceOf(link, key) !== link.id) continue;
          const what = key === 'master' ? 'be its own master' : 'stand on itself';
          yield { message: `\`${link.id}\` cannot ${what}`, spot: spotOfKey(link, key) };
        }
      }
    },
  },
  {
    id: 'cycle',
    severity: 'error',
    doc: 'Links stand on each other in a circle: by `link`, by `dev`, or as a member of a master.',
    check: stackCycles,
  },
  {
    id: 'vlan-twice',
    severity: 'error',
    doc: 'Two VLANs have one number and protocol on one link.',
    *check(world) {
      const key = (link: WorldLink) =>
        `${referenceOf(link, 'link')} ${written(link, 'id')} ${written(link, 'protocol') ?? '802.1Q'}`;
      for (const [first, link] of repeated(linksOfKind(world, 'vlan'), key)) {
        const message = `\`${first.id}\` and \`${link.id}\` are both VLAN ${written(link, 'id')} of ${referenceOf(link, 'link')}`;
        yield { message, spot: spotOfKey(link, 'id'), also: spotOfKey(first, 'id') };
      }
    },
  },
  {
    id: 'vxlan-twice',
    severity: 'error',
    doc: 'Two VXLANs of one address family have one identifier on one UDP port of one namespace; the kernel could not tell their packets apart.',
    *check(world) {
      for (const [first, link] of repeated(linksOfKind(world, 'vxlan'), vxlanSocket)) {
        const port = written(link, 'dstport') ?? 'the default';
        const message = `\`${first.id}\` and \`${link.id}\` both take identifier ${written(link, 'id') ?? 0} on UDP port ${port}`;
        yield { message, spot: spotOfKey(link, 'id'), also: spotOfKey(first, 'id') };
      }
    },
  },
  {
    id: 'said-on-both-ends',
    severity: 'error',
    doc: 'Both ends of a pair say something of the pair as a whole, which is said on one of them.',
    *check(world) {
      const told = new Set<WorldLink>();
      for (const link of world.links.values()) {
        const table: Fields = link.kind.fields;
        const said = (end: WorldLink) => Object.keys(end.fields).find((key) => table[key]?.ofPair === true);
        const peer = peerKeyOf(link.kind.name);
        const key = said(link);
        const other = peer === undefined || key === undefined ? undefined : world.named(link, peer);
        if (key === undefined || other?.kind !== link.kind || other === link || told.has(other)) continue;
        told.add(link);
        const theirs = said(other);
        if (theirs === undefined) continue;
        const message = `\`${other.id}\` is the other end, and says \`${theirs}\`: what is said of a pair is said on one end`;
        yield { message, spot: spotOfKey(link, key), also: spotOfKey(other, theirs) };
      }
    },
  },
  {
    id: 'bridge-in-bridge',
    severity: 'error',
    doc: 'A bridge is a port of a bridge.',
    *check(world) {
      for (const link of linksOfKind(world, 'bridge')) {
        const master = world.named(link, 'master');
        if (master?.kind !== link.kind || master === link) continue;
        const message = `\`${link.id}\` is a bridge and cannot be a port of a bridge; join them by a veth pair`;
        yield { message, spot: spotOfKey(link, 'master'), also: spotOf(master) };
      }
    },
  },
];

/** Switches that make packets of one port and identifier distinguishable (VXLAN_F_RCV_FLAGS in include/net/vxlan.h). */
const receiveFlags = ['gbp', 'gpe', 'udp6zerocsumrx', 'remcsumrx', 'external', 'vnifilter'] as const;

/**
 * Equal for two VXLANs the kernel will not have beside each other (vxlan_vni_in_use in drivers/net/vxlan/vxlan_core.c).
 * The port's default is a module parameter, so an unwritten port is equal to an unwritten one only.
 */
function vxlanSocket(link: WorldLink): string {
  const ends = [written(link, 'local'), written(link, 'remote')].map(String);
  const dev = referenceOf(link, 'dev');
  const linkLocal = ends.some((end) => /^fe[89ab]/i.test(end)) ? dev : '';
  const family = ends.some((end) => end.includes(':')) ? 'IPv6' : 'IPv4';
  const flags = receiveFlags.map((flag) => written(link, flag) === true);
  const socket = [written(link, 'id') ?? 0, written(link, 'dstport') ?? '', family, linkLocal];
  return [...socket, underlayOf(link), ...flags].join(' ');
}
