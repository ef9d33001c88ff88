import { article } from '../derive/grammar.ts';
import { objectId } from '../model/address.ts';
import type { WantedEntry } from '../model/declaration.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Values } from '../model/value.ts';
import { everyLink } from '../reconcilers/every-link.ts';
import { portsIn } from '../reconcilers/ovs-entries.ts';
import { mirrors } from '../reconcilers/ovs-mirrors.ts';
import { repeated, type WorldLint, written } from './lint.ts';
import { type Spot, spotIn, spotOf, spotOfKey, type World, type WorldLink } from './world.ts';

/** What does not go together in Open vSwitch, or between it and the kernel. */
export const ovsLints: readonly WorldLint[] = [
  {
    id: 'ovs-port-twice',
    severity: 'error',
    doc: 'Two bridges of Open vSwitch have a port of one name; the OVSDB has one port of a name.',
    *check(world) {
      for (const [first, port] of repeated(ports(world), ({ name }) => name)) {
        const message = `\`${port.name}\` cannot be a port of ${written(first, 'bridge')} and of ${written(port, 'bridge')}`;
        yield { message, spot: spotOf(port), also: spotOf(first) };
      }
    },
  },
  {
    id: 'ovs-link-taken-twice',
    severity: 'error',
    doc: 'Two ports of Open vSwitch take in one link of the host’s; a link is one interface of one port.',
    *check(world) {
      const first = new Map<string, WorldLink>();
      for (const port of ports(world)) {
        for (const name of takenBy(port)) {
          const other = first.get(name);
          first.set(name, other ?? port);
          // Two ports of one name are told of already.
          if (other === undefined || other.name === port.name) continue;
          const message = `\`${name}\` cannot be in ${other.id} and in ${port.id}`;
          yield { message, spot: spotOf(port), also: spotOf(other) };
        }
      }
    },
  },
  {
    id: 'ovs-port-named-as-a-bridge',
    severity: 'error',
    doc: 'A port of Open vSwitch has the name of a bridge; each bridge has a port of its own name by itself.',
    *check(world) {
      for (const port of ports(world)) {
        const bridge = hostLink(world, port.name);
        if (bridge?.kind.parts === undefined) continue;
        const own = written(port, 'bridge') === bridge.name;
        const message = own
          ? `every bridge has a port of its own name by itself; its keys stand on \`${bridge.id}\``
          : `\`${port.name}\` is a bridge; join two bridges by a pair of patch ports`;
        yield { message, spot: spotOf(port), also: spotOf(bridge) };
      }
    },
  },
  {
    id: 'ovs-port-with-a-master',
    severity: 'error',
    doc: 'A link that Open vSwitch takes in has a kernel `master`, and would be in two switches, or a link names a bridge of Open vSwitch as its `master`, or such a bridge is to have one, which the kernel refuses.',
    *check(world) {
      const takers = new Map(
        ports(world).flatMap((port) => takenBy(port).map((name) => [name, port] as const)),
      );
      for (const link of world.links.values()) {
        const value = written(link, 'master');
        if (value === undefined || value === 'none') continue;
        const port = link.namespace === null ? takers.get(link.name) : undefined;
        const master = world.named(link, 'master');
        if (master?.kind.parts !== undefined) {
          const message = `\`${master.id}\` is ${article(master.kind.name)}, which is no kernel \`master\`; list \`${link.name}\` under its \`${master.kind.parts.list}\``;
          yield { message, spot: spotOfKey(link, 'master'), also: spotOf(master) };
        } else if (port !== undefined) {
          const message = `\`${link.id}\` is a port of ${written(port, 'bridge')} in Open vSwitch, and no link is in two switches; leave out \`master\``;
          yield { message, spot: spotOfKey(link, 'master'), also: spotOf(port) };
        } else if (link.kind.lacks?.master !== undefined) {
          const message = `\`${link.id}\` is ${article(link.kind.name)}, which is in no kernel \`master\`: ${link.kind.lacks.master}`;
          yield { message, spot: spotOfKey(link, 'master') };
        }
      }
    },
  },
  {
    id: 'ovs-port-declared-as-a-link',
    severity: 'error',
    doc: 'An internal port of Open vSwitch is declared a second time under `links`; what is said of it stands in one place, on the port.',
    *check(world) {
      for (const port of ports(world)) {
        const link = hostLink(world, port.name);
        if (link === undefined || link.kind.parts !== undefined || !ownsALink(port)) continue;
        const message = `\`${link.id}\` is an internal port of ${written(port, 'bridge')}, where its keys stand`;
        yield { message, spot: spotOf(link), also: spotOf(port) };
      }
    },
  },
  {
    id: 'ovs-port-without-a-link',
    severity: 'error',
    doc: 'A port of Open vSwitch has keys of a link, and is not an internal port, which alone has a link of its own.',
    *check(world) {
      for (const port of ports(world)) {
        const place = ownsALink(port) ? undefined : linkKeyOf(port);
        if (place === undefined) continue;
        const type = String(written(port, 'type'));
        const instead = type === 'system' ? `; write it on \`${port.name}\` under \`links\`` : '';
        const message = `\`${place.key}\` is a key of bridges and of their internal ports, and this port is of type ${type}${instead}`;
        yield { message, spot: place.spot };
      }
    },
  },
  {
    id: 'patch-ports-disagree',
    severity: 'error',
    doc: 'A patch port names a port as its peer that is no patch port, is itself, or names another one.',
    *check(world) {
      const byName = new Map(ports(world).map((port) => [port.name as string, port]));
      for (const port of ports(world)) {
        const peer = written(port, 'type') === 'patch' ? written(port, 'peer') : undefined;
        const other = byName.get(String(peer));
        if (peer === undefined || other === undefined) continue;
        const spot = spotOfKey(port, 'peer');
        const back = written(other, 'peer');
        if (other === port) yield { message: `\`${port.id}\` cannot be its own peer`, spot };
        else if (written(other, 'type') !== 'patch') {
          const message = `the peer of \`${port.id}\` is a patch port too, and \`${other.id}\` is \`type: ${written(other, 'type')}\``;
          yield { message, spot, also: spotOf(other) };
        } else if (back !== port.name && back !== undefined && port.id < other.id) {
          const message = `\`${port.id}\` names ${other.name} as its peer, which names ${back}`;
          yield { message, spot, also: spotOfKey(other, 'peer') };
        }
      }
    },
  },
  {
    id: 'patch-between-datapaths',
    severity: 'error',
    doc: 'A pair of patch ports joins bridges of unlike `datapath_type`, written or by default; Open vSwitch joins only those of one.',
    *check(world) {
      const byName = new Map(ports(world).map((port) => [port.name as string, port]));
      for (const port of ports(world)) {
        const other =
          written(port, 'type') === 'patch' ? byName.get(String(written(port, 'peer'))) : undefined;
        // A pair is told of once.
        if (other === undefined || written(other, 'peer') !== port.name || port.id >= other.id) continue;
        const [own, others] = [datapathOf(world, port), datapathOf(world, other)];
        if (own === others) continue;
        const message = `\`${port.id}\` cannot reach its peer: patch ports join bridges of one \`datapath_type\`; ${written(port, 'bridge')} has ${own}, and ${written(other, 'bridge')} has ${others}`;
        yield { message, spot: spotOfKey(port, 'peer'), also: spotOfKey(other, 'peer') };
      }
    },
  },
  {
    id: 'ovs-port-without-its-qos',
    severity: 'error',
    doc: 'A port of Open vSwitch names a `qos` that its bridge does not declare.',
    *check(world) {
      for (const port of ports(world)) {
        const name = written(port, 'qos');
        if (name === undefined || name === 'none') continue;
        const bridge = hostLink(world, String(written(port, 'bridge')));
        const known = (bridge?.part?.lists.qos?.entries ?? []).map(({ key }) => key);
        if (known.includes(String(name))) continue;
        const message = `\`${bridge?.id}\` has no \`qos\` called \`${name}\`${didYouMean(String(name), known)}`;
        yield { message, spot: spotOfKey(port, 'qos') };
      }
    },
  },
  {
    id: 'mirror-of-a-port-elsewhere',
    severity: 'error',
    doc: 'A mirror names a port that can never be one of its bridge: it is declared on another, or the bridge is to have no others than it declares.',
    *check(world) {
      const onBridge = new Map(ports(world).map((port) => [port.name as string, port]));
      for (const { bridge, at, name } of portsOfMirrors(world)) {
        if (name === bridge.name) continue;
        const port = onBridge.get(name);
        const whole = port === undefined ? undefined : written(port, 'bridge');
        if (port !== undefined && whole !== bridge.name) {
          const message = `\`${name}\` is a port of ${whole}, and a mirror of ${bridge.name} is for its own ports`;
          yield { message, spot: spotIn(bridge, { at }), also: spotOf(port) };
        } else if (port === undefined && hasNoOthers(bridge)) {
          const own = (bridge.part?.parts?.links ?? []).map((one) => one.name);
          const message = `\`${bridge.id}\` has no port \`${name}\`, and \`exclusive\` keeps others out${didYouMean(name, own)}`;
          yield { message, spot: spotIn(bridge, { at }) };
        }
      }
    },
  },
  {
    id: 'mirror-of-nothing',
    severity: 'warning',
    doc: 'A mirror selects no ports: `select_vlan` is about the packets of selected ports.',
    *check(world) {
      for (const { bridge, at, entry } of mirrorsOf(world)) {
        const { select_all, select_src_port = [], select_dst_port = [] } = entry.fields;
        const ports = [select_src_port, select_dst_port].flat();
        if (select_all === true || ports.length > 0) continue;
        const message = `the mirror \`${entry.key}\` copies nothing; write \`select_all: true\`, \`select_src_port\` or \`select_dst_port\``;
        yield { message, spot: spotIn(bridge, { at }) };
      }
    },
  },
];

interface PlacedMirror {
  readonly bridge: WorldLink;
  readonly entry: WantedEntry;
  readonly at: number;
}

function* mirrorsOf(world: World): Generator<PlacedMirror> {
  for (const bridge of world.links.values()) {
    const list = bridge.part?.lists[mirrors.name];
    for (const [i, entry] of (list?.entries ?? []).entries())
      yield { bridge, entry, at: list?.places[i] ?? 0 };
  }
}

function* portsOfMirrors(world: World): Generator<PlacedMirror & { readonly name: string }> {
  for (const one of mirrorsOf(world))
    for (const name of portsIn(mirrors.rows, one.entry.fields)) yield { ...one, name };
}

/** Whether what is not declared among its ports is put out. */
function hasNoOthers({ part, kind }: WorldLink): boolean {
  const lists = part?.exclusive?.lists;
  const list = kind.parts?.list;
  return (
    part?.parts !== undefined && list !== undefined && (lists === 'all' || lists?.includes(list) === true)
  );
}

function ports(world: World): readonly WorldLink[] {
  return [...world.links.values()].filter(({ part }) => part?.whole !== undefined);
}

function datapathOf(world: World, port: WorldLink): string {
  const bridge = hostLink(world, String(written(port, 'bridge')));
  const { datapath_type } = bridge?.kind.fields ?? {};
  const unsaid = datapath_type?.place.at === 'ovsdb' ? datapath_type.place.empty : undefined;
  return String((bridge === undefined ? undefined : written(bridge, 'datapath_type')) ?? unsaid);
}

function hostLink(world: World, name: string): WorldLink | undefined {
  return world.links.get(objectId(null, name));
}

/** The links of the host that a port takes in: the one of its name, or the members of a bond. */
function takenBy(port: WorldLink): readonly string[] {
  if (written(port, 'type') !== 'system') return [];
  const members = written(port, 'bond.members');
  return Array.isArray(members) ? (members as readonly string[]) : [port.name];
}

function ownsALink({ kind, fields }: WorldLink): boolean {
  const values: Values = Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]));
  return kind.hasLink?.(values) !== false;
}

function linkKeyOf(port: WorldLink): { readonly key: string; readonly spot: Spot } | undefined {
  const key = Object.keys(port.fields).find((one) => Object.hasOwn(everyLink, one));
  if (key !== undefined) return { key, spot: spotOfKey(port, key) };
  const [list] = Object.entries(port.part?.lists ?? {});
  return list === undefined ? undefined : { key: list[0], spot: spotIn(port, list[1]) };
}
