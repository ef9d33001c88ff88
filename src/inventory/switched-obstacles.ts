import { article } from '../derive/grammar.ts';
import type { WantedLink } from '../model/declaration.ts';
import { kindNamed, linkKinds } from '../reconcilers/index.ts';
import type { InventoryLink } from './links.ts';
import type { Switches } from './switches.ts';
import type { View } from './view.ts';

/** What masters of links are called that are Open vSwitch’s own (vport-netdev.c in net/openvswitch). */
const OWN = 'openvswitch';

/** Whether a link is the master of those that are in the kernel’s datapath. */
export function isDatapath(link: InventoryLink | undefined): boolean {
  return link?.kind === OWN;
}

/** The link that has the name of one that Open vSwitch is to make, in words; undefined where none is in the way. */
export function linkInTheWay({ inventory }: View, name: string): string | undefined {
  const link = inventory.named(name);
  if (link === undefined || link.kind === OWN) return undefined;
  return `${name} is there, ${described(link)}: \`ip link del ${name}\` would free its name`;
}

/** The command that takes away what Open vSwitch has under a name; undefined where it has nothing of it. */
export function freeingOfSwitch(switches: Switches, { inventory }: View, name: string): string | undefined {
  if (switches.bridge(name) !== undefined) return `ovs-vsctl del-br ${name}`;
  const port = switches.portWith(name)?.name;
  // One whose database is not followed.
  const isItsLink = inventory.named(name)?.kind === OWN;
  return port === undefined && !isItsLink ? undefined : `ovs-vsctl del-port ${port ?? name}`;
}

/** The master in the kernel that has the packets of a link, in words; undefined where it has none. */
export function masterInTheWay({ inventory }: View, name: string): string | undefined {
  const link = inventory.named(name);
  const master = link === undefined || link.slaveKind === OWN ? undefined : inventory.link(link.master);
  if (master === undefined) return undefined;
  return `${name} is a member of ${master.name}, ${described(master)}: \`ip link set ${name} nomaster\` would free it`;
}

/** Other ports that have the interfaces an object is to have, in words. */
export function portsInTheWay(
  switches: Switches,
  { kind, name: own }: Pick<WantedLink, 'kind' | 'name'>,
  interfaces: readonly string[],
): readonly string[] {
  const isBridge = kindNamed(kind)?.parts !== undefined;
  return interfaces.flatMap((name) => {
    const port = switches.portWith(name);
    if (port === undefined || (isBridge ? port.bridge : port.name) === own) return [];
    const where = port.bridge === undefined ? '' : ` on ${port.bridge}`;
    return [
      `${name} is an interface of ${port.name}${where}: \`ovs-vsctl del-port ${port.name}\` would free it`,
    ];
  });
}

function described({ kind }: InventoryLink): string {
  const known = linkKinds.find(({ kernel }) => kind !== null && kernel?.kind === kind);
  if (known !== undefined) return `${article(known.name)} of the kernel’s`;
  return kind === null ? 'a link of the kernel’s' : `a link of the kernel’s kind ${kind}`;
}
