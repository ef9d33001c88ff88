import { type DeclaredNamespace, linkName, namespaceId } from '../model/address.ts';
import {
  type DaemonSettings,
  defaultSettings,
  type WantedLink,
  type WantedList,
} from '../model/declaration.ts';
import type { Value } from '../model/value.ts';
import { kinds } from '../reconcilers/index.ts';
import type { FilePart, LinkPart } from './part.ts';
import { placeAt } from './source.ts';
import type { Spot, World, WorldLink } from './world.ts';

/** The settings of the one file that has some, defaults filled in. */
export function settingsOf(parts: readonly FilePart[]): DaemonSettings {
  const written = parts.find((part) => part.daemon !== undefined)?.daemon?.settings ?? {};
  return {
    ...defaultSettings,
    ...written,
    contested: { ...defaultSettings.contested, ...written.contested },
    history: { ...defaultSettings.history, ...written.history },
  };
}

/** The namespaces of a world as they are wanted, and then its links. */
export function wantedLinks(world: World, settings: DaemonSettings): readonly WantedLink[] {
  return [
    ...Array.from(world.namespaces, ([name, spots]) => wantedNamespace(name, spots, settings)),
    ...Array.from(world.links.values(), (link) => wantedLink(world, settings, link)),
  ];
}

function wantedNamespace(
  name: DeclaredNamespace,
  spots: readonly Spot[],
  settings: DaemonSettings,
): WantedLink {
  const id = namespaceId(name);
  return {
    id,
    namespace: name,
    name: linkName(id),
    kind: kinds.namespace.name,
    fields: {},
    lists: {},
    onDrift: settings.onDrift,
    sources: spots.map(({ source, at }) => placeAt(source, at)),
  };
}

function wantedLink(world: World, settings: DaemonSettings, link: WorldLink): WantedLink {
  const { id, namespace, name, kind, part } = link;
  const fields: Record<string, Value> = {};
  for (const [key, { value }] of Object.entries(link.fields)) fields[key] = value;
  if (fields.state === undefined && isUpByDefault(world, link)) fields.state = 'up';
  const wanted: WantedLink = {
    id,
    namespace,
    name,
    kind: kind.name,
    fields,
    lists: part === undefined ? {} : wantedLists(part),
    onDrift: part?.onDrift ?? settings.onDrift,
    sources: link.spots.map(({ source, at }) => placeAt(source, at)),
  };
  if (!membersAreComplete(link)) return wanted;
  return { ...wanted, onlyMembers: world.membersOf(id).map((member) => member.name) };
}

/** Members of a bond or team are taken down to join: whether they are up is theirs to say, where it is written. */
function isUpByDefault(world: World, link: WorldLink): boolean {
  return link.kind.made && world.named(link, 'master')?.kind.membership?.joinsDown !== true;
}

function wantedLists(part: LinkPart): Readonly<Record<string, WantedList>> {
  const { exclusive } = part;
  return Object.fromEntries(
    Object.entries(part.lists).map(([name, list]) => {
      const complete =
        exclusive !== undefined && (exclusive.lists === 'all' || exclusive.lists.includes(name));
      return [name, { entries: list.entries, complete }];
    }),
  );
}

function membersAreComplete({ kind, part }: WorldLink): boolean {
  if (part?.exclusive === undefined || kind.membership === undefined) return false;
  return part.exclusive.lists === 'all'
    ? part.members !== undefined
    : part.exclusive.lists.includes(kind.membership.list);
}
