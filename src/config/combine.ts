import {
  type DeclaredNamespace,
  type LinkName,
  type NamespaceName,
  type ObjectId,
  objectId,
  partId,
  resolveReference,
} from '../model/address.ts';
import { sameValue, type Value } from '../model/value.ts';
import { kindNamed } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { pairUp } from './pairs.ts';
import type { LinkPart } from './part.ts';
import {
  type FileInForce,
  type Finding,
  type Spot,
  spotOfKey,
  type World,
  type WorldField,
  type WorldLink,
} from './world.ts';

/** All files as one world, with the contradictions between them; a contradicted word is left out. */
export function combine(files: readonly FileInForce[]): {
  readonly world: World;
  readonly conflicts: readonly Finding[];
} {
  const assembly = new Assembly();
  for (const file of files) for (const part of file.part.links) assembly.declare(file, part);
  for (const file of files) for (const part of file.part.links) assembly.enlist(file, part);
  pairUp(assembly.links, assembly.conflicts);
  return {
    world: worldOf(assembly.links, namespacesOf(files)),
    conflicts: [...twoDaemonBlocks(files), ...assembly.conflicts],
  };
}

/** A link while its fields are still being gathered. */
export interface DraftLink extends WorldLink {
  readonly spots: Spot[];
  fields: Readonly<Record<string, WorldField>>;
}

class Assembly {
  readonly links = new Map<ObjectId, DraftLink>();
  readonly conflicts: Finding[] = [];

  declare(file: FileInForce, part: LinkPart): void {
    const id = idOf(part);
    const spot: Spot = { source: file.source, at: part.at };
    const first = this.links.get(id);
    if (first !== undefined) {
      this.#conflict(`\`${id}\` is declared twice`, spot, first.spots[0]);
      return;
    }
    for (const inside of part.parts?.links ?? []) this.declare(file, inside);
    const link: DraftLink = {
      id,
      namespace: part.namespace,
      name: part.name,
      kind: kindOf(part.kind),
      part,
      spots: [spot],
      fields: part.fields,
    };
    this.links.set(id, link);
  }

  /** Makes the members listed on a master its members, whoever declares them. */
  enlist({ source }: FileInForce, part: LinkPart): void {
    const master = objectId(part.namespace, part.name);
    // A link declared twice has members of one of the two only.
    if (this.links.get(master)?.part !== part) return;
    for (const member of part.members?.members ?? []) {
      const spot: Spot = { source, at: member.at };
      const link = this.#link(part.namespace, member.name, spot);
      this.#give(link, 'master', part.name, spot);
      for (const [key, field] of Object.entries(member.fields))
        this.#give(link, key, field.value, { source, at: field.at });
    }
  }

  #link(namespace: NamespaceName, name: LinkName, spot: Spot): DraftLink {
    const id = objectId(namespace, name);
    const known = this.links.get(id);
    if (known !== undefined) {
      known.spots.push(spot);
      return known;
    }
    const link: DraftLink = { id, namespace, name, kind: kindOf('device'), spots: [spot], fields: {} };
    this.links.set(id, link);
    return link;
  }

  #give(link: DraftLink, key: string, value: Value, spot: Spot): void {
    const own = link.fields[key];
    if (own === undefined) link.fields = { ...link.fields, [key]: { value, ...spot } };
    else if (!sameValue(own.value, value)) {
      this.#conflict(contradiction(link, key, own.value, value), spot, spotOfKey(link, key));
    }
  }

  #conflict(message: string, spot: Spot, also: Spot | undefined): void {
    this.conflicts.push(also === undefined ? { message, spot } : { message, spot, also });
  }
}

function idOf({ namespace, name, whole }: LinkPart): ObjectId {
  return whole === undefined ? objectId(namespace, name) : partId(whole, name);
}

function contradiction({ id, namespace }: WorldLink, key: string, one: Value, other: Value): string {
  const master = (reference: Value) => resolveReference(namespace, String(reference));
  if (key !== 'master')
    return `\`${id}\` has \`${key}\` ${shown(one)} in one place and ${shown(other)} in the other`;
  if (one === 'none')
    return `\`${id}\` is listed as a member of ${master(other)}, and says \`master: none\` itself`;
  return `\`${id}\` cannot be a member of ${master(one)} and of ${master(other)}`;
}

function shown(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function kindOf(name: string): Kind {
  const kind = kindNamed(name);
  if (kind === undefined) throw new RangeError(`no kind named ${name}`);
  return kind;
}

function namespacesOf(files: readonly FileInForce[]): World['namespaces'] {
  const namespaces = new Map<DeclaredNamespace, Spot[]>();
  for (const { source, part } of files) {
    for (const { name, at } of part.namespaces) {
      const spots = namespaces.get(name);
      if (spots === undefined) namespaces.set(name, [{ source, at }]);
      else spots.push({ source, at });
    }
  }
  return namespaces;
}

function worldOf(links: ReadonlyMap<ObjectId, WorldLink>, namespaces: World['namespaces']): World {
  const members = new Map<ObjectId, WorldLink[]>();
  const named = (link: WorldLink, key: string) => {
    const value = link.fields[key]?.value;
    return typeof value === 'string' ? links.get(resolveReference(link.namespace, value)) : undefined;
  };
  for (const link of links.values()) {
    const master = named(link, 'master');
    if (master === undefined) continue;
    const others = members.get(master.id);
    if (others === undefined) members.set(master.id, [link]);
    else others.push(link);
  }
  return { links, namespaces, membersOf: (id) => members.get(id) ?? [], named };
}

function* twoDaemonBlocks(files: readonly FileInForce[]): Generator<Finding> {
  let first: Spot | undefined;
  for (const { source, part } of files) {
    if (part.daemon === undefined) continue;
    const spot: Spot = { source, at: part.daemon.at };
    if (first === undefined) first = spot;
    else yield { message: '`daemon` stands in one file only', spot, also: first };
  }
}
