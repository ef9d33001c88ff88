import type { DeclaredNamespace, LinkName, NamespaceName, ObjectId } from '../model/address.ts';
import type { Value } from '../model/value.ts';
import type { Kind } from '../reconcilers/kind.ts';
import type { FilePart, LinkPart } from './part.ts';
import type { Source } from './source.ts';

/** A file that is in force: its text, and what it declares. */
export interface FileInForce {
  readonly source: Source;
  readonly part: FilePart;
}

/** A place in a file, as an offset. */
export interface Spot {
  readonly source: Source;
  readonly at: number;
}

/** Something wrong, or probably wrong, with what the files say together. */
export interface Finding {
  readonly message: string;
  readonly spot: Spot;
  /** The second place, where it takes two. */
  readonly also?: Spot;
}

/** A value, where it stands, and in which file if it is not the one that declares the link. */
export interface WorldField {
  readonly value: Value;
  readonly at: number;
  readonly source?: Source;
}

/** A link as all files together declare it. */
export interface WorldLink {
  readonly id: ObjectId;
  readonly namespace: NamespaceName;
  readonly name: LinkName;
  readonly kind: Kind;
  /** What stands under `links:`; a link that is only named as a member has none. */
  readonly part?: LinkPart;
  /** Everything that says something of it; the first is its own, or the list that names it. */
  readonly spots: readonly Spot[];
  /** Attributes written on it, by its master, or implied by its peer. */
  readonly fields: Readonly<Record<string, WorldField>>;
}

/** All links and namespaces the files declare, and who is whose member. */
export interface World {
  readonly links: ReadonlyMap<ObjectId, WorldLink>;
  /** The declared namespaces, each with every place that names it. */
  readonly namespaces: ReadonlyMap<DeclaredNamespace, readonly Spot[]>;
  /** The declared members of a link, in the order they are declared. */
  membersOf(id: ObjectId): readonly WorldLink[];
  /** The declared link a field of another names, if it is declared. */
  named(link: WorldLink, key: string): WorldLink | undefined;
}

/** Where a link is declared. */
export function spotOf(link: WorldLink): Spot {
  const [spot] = link.spots;
  if (spot === undefined) throw new RangeError(`nothing declares ${link.id}`);
  return spot;
}

/** Where a key of a link has its value, else where the link is declared. */
export function spotOfKey(link: WorldLink, key: string): Spot {
  const field = link.fields[key];
  return field === undefined ? spotOf(link) : { source: field.source ?? spotOf(link).source, at: field.at };
}

/** A place in the part that declares a link itself. */
export function spotIn(link: WorldLink, { at }: { readonly at: number }): Spot {
  return { source: spotOf(link).source, at };
}
