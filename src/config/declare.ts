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
  for (const [key, other] of Object.entries(kind.implies ?? {})) {
    const value = fields[key];
    if (value !== undefined) fields[other] ??= value;
  }
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
  const members = kind.parts === undefined ? world.membersOf(id) : (part?.parts?.links ?? []);
  return { ...wanted, onlyMembers: members.map((member) => member.name) };
}

/** Members of a bond or team are taken down to join: whether they are up is theirs to say, where it is written. */
function isUpByDefault(world: World, link: WorldLink): boolean {
  const { kind, fields } = link;
  const own = Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]));
  if (kind.hasLink?.(own) === false) return false;
  return kind.made && world.named(link, 'master')?.kind.membership?.joinsDown !== true;
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
  const list = kind.membership?.list ?? kind.parts?.list;
  if (part?.exclusive === undefined || list === undefined) return false;
  return part.exclusive.lists === 'all'
    ? part.members !== undefined || part.parts !== undefined
    : part.exclusive.lists.includes(list);
}
