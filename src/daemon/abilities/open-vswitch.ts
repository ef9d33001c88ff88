import type { WantedLink } from '../../model/declaration.ts';
import { unable } from '../../plan/creation.ts';
import type { SwitchedSurroundings } from '../../plan/situation.ts';
import { rowOf } from '../../reconcilers/index.ts';
import { type Host, isThere } from './host.ts';
import { lackOf } from './lack.ts';
import { whereIs } from './modules.ts';
import { distributionsOf } from './packages.ts';

/** How Open vSwitch stands as a whole. */
export interface SwitchStanding {
  /** The file of its database’s socket. */
  readonly socket: string;
  /** Whether the database is followed, has its row of the whole, and is heeded by ovs-vswitchd. */
  readonly database: 'away' | 'empty' | 'idle' | 'heeded';
  /** More of what is the matter, if that is known. */
  readonly why: string | undefined;
}

export interface SwitchLack {
  readonly words: string;
  readonly package: string | null;
}

/** Why nothing of Open vSwitch can be had just now; undefined where it can. */
export function lackOfSwitch(host: Host, standing: SwitchStanding): SwitchLack | undefined {
  const { socket, database, why } = standing;
  switch (database) {
    case 'away':
      return isThere(host, socket)
        ? lack(`the database of Open vSwitch cannot be followed${why === undefined ? '' : `: ${why}`}`)
        : withoutSocket(host, socket);
    case 'empty':
      return lack('the database of Open vSwitch knows of no switch yet: `ovs-vsctl init` makes one');
    case 'idle':
      return lack(why ?? 'ovs-vswitchd does not run');
    case 'heeded':
      return undefined;
    default:
      return database satisfies never;
  }
}

/** The module of the kernel’s datapath, which every bridge is in that is not `datapath_type: netdev`. */
export const DATAPATH_MODULE = 'openvswitch';

/** Why ovs-vswitchd, which failed to, can make no bridge in the kernel; undefined where the kernel is not the cause. */
export function lackOfDatapath(host: Host): SwitchLack | undefined {
  const where = whereIs(host, DATAPATH_MODULE);
  if (where === 'loaded' || where === 'built-in') return undefined;
  const name = 'the datapath of Open vSwitch';
  const kernel = { kind: 'openvswitch', module: DATAPATH_MODULE };
  const { words, package: from } = lackOf(host, { name, kernel });
  return {
    words: `the kernel’s datapath cannot be had: ${words}; \`datapath_type: netdev\` does without`,
    package: from,
  };
}

/** What is declared that this Open vSwitch lists among what it can do, or does not. */
export function lacksOfSwitch(
  { kind, fields }: Pick<WantedLink, 'kind' | 'fields'>,
  switched: Pick<SwitchedSurroundings, 'words'>,
): ReadonlyMap<string, string> {
  const lacking = Object.entries(fields).flatMap(([key, value]) => {
    const words = unable(rowOf(kind, key), key, value, { switched });
    return words === undefined ? [] : [[key, words] as const];
  });
  return new Map(lacking);
}

function withoutSocket(host: Host, socket: string): SwitchLack {
  const words = `no database of Open vSwitch listens at ${socket}`;
  if (isThere(host, '/usr/sbin/ovs-vswitchd'))
    return lack(`${words}: Open vSwitch is installed, and is to be started`);
  const name = packageFor(distributionsOf(host));
  return name === undefined
    ? lack(`${words}: Open vSwitch is not installed`)
    : { words: `${words}: the package ${name} brings it`, package: name };
}

function packageFor(ids: readonly string[]): string | undefined {
  if (ids.includes('debian')) return 'openvswitch-switch';
  return ids.some((id) => ['fedora', 'rhel', 'suse', 'alpine'].includes(id)) ? 'openvswitch' : undefined;
}

function lack(words: string): SwitchLack {
  return { words, package: null };
}
