import { underlayWanted } from '../derive/underlay.ts';
import type { InventoryLink } from '../inventory/links.ts';
import type { View } from '../inventory/view.ts';
import {
  linkName,
  type ObjectId,
  objectId,
  parseObjectId,
  referenceTo,
  resolveReference,
} from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { Elsewhere, World } from '../plan/situation.ts';
import { kindNamed } from '../reconcilers/index.ts';
import type { Held } from './held.ts';
import type { Objects } from './objects.ts';
import type { SharedEntries } from './shared-entries.ts';

/** What is known of all namespaces together. */
export interface OtherRooms {
  linkOf(id: ObjectId): InventoryLink | undefined;
  whereabouts(wanted: WantedLink): Elsewhere | undefined;
}

interface Belongings {
  readonly ledger: Ledger;
  readonly objects: Objects;
  readonly shared: SharedEntries;
}

/** Which link of a namespace an object stands for, whatever it is named just now. */
export class Identities {
  readonly #view: View;
  readonly #ledger: Ledger;
  readonly #objects: Objects;
  readonly #shared: SharedEntries;
  readonly #elsewhere: OtherRooms;
  readonly #owners = new Map<number, ObjectId>();

  /** `remembered` are the objects of the namespace that may have links already. */
  constructor(
    view: View,
    { ledger, objects, shared }: Belongings,
    remembered: readonly ObjectId[],
    elsewhere: OtherRooms,
  ) {
    this.#view = view;
    this.#ledger = ledger;
    this.#objects = objects;
    this.#shared = shared;
    this.#elsewhere = elsewhere;
    for (const id of remembered) {
      const { ifindex, origin } = ledger.get(id);
      if (ifindex !== null && ifindex !== 0 && origin === 'made') this.#owners.set(ifindex, id);
    }
  }

  /** The link an object stands for: the one vnetd made for it as long as that lives, else the one of its name. */
  linkOf(id: ObjectId): InventoryLink | undefined {
    const { name } = parseObjectId(id);
    const made = this.#madeFor(id);
    if (made === undefined || made.name === name) return made ?? this.#view.inventory.named(name);
    // It goes by the name of another declared object now, which has no link of its own: then it is that one's.
    const other = objectId(this.#view.namespace, made.name);
    const taken = this.#objects.get(other) !== undefined && this.#madeFor(other) === undefined;
    return taken ? this.#view.inventory.named(name) : made;
  }

  /** The object a link was last seen to stand for. */
  ownerOf(ifindex: number): ObjectId | undefined {
    return this.#owners.get(ifindex);
  }

  saw(id: ObjectId, link: InventoryLink): void {
    this.#owners.set(link.ifindex, id);
  }

  /** What an object's declaration may ask of the rest of the world. */
  worldFor({ wanted }: Held): World {
    const underlay = () => underlayWanted(wanted.namespace, wanted.kind, wanted.fields);
    return {
      kindOf: (reference) =>
        wanted.name === reference
          ? undefined
          : this.#view.find(resolveReference(wanted.namespace, reference))?.kind,
      misnamed: (reference) => {
        const id = resolveReference(wanted.namespace, reference);
        const name = this.#objects.get(id) === undefined ? undefined : this.#elsewhere.linkOf(id)?.name;
        return name === parseObjectId(id).name ? undefined : name;
      },
      holderOf: (name) => {
        const holder = this.#view.inventory.named(name);
        if (holder === undefined) return undefined;
        const owner = this.#owners.get(holder.ifindex);
        const ours = owner !== undefined && this.#objects.get(owner) !== undefined;
        return ours && this.#madeFor(owner)?.ifindex === holder.ifindex
          ? { ifindex: holder.ifindex }
          : 'another';
      },
      underneath: (name) => referenceTo(wanted.namespace, { namespace: underlay(), name: linkName(name) }),
      isDeclaredElsewhere: (list, entry) => this.#shared.hasHeir(wanted.id, underlay(), list, entry),
      whereabouts: () => this.#elsewhere.whereabouts(wanted),
    };
  }

  /** The very link vnetd made for an object, while it lives. */
  #madeFor(id: ObjectId): InventoryLink | undefined {
    const { ifindex, origin, kind } = this.#ledger.get(id);
    const link = ifindex === null || origin !== 'made' ? undefined : this.#view.inventory.link(ifindex);
    return link !== undefined && link.kind === kindNamed(kind)?.kernel?.kind ? link : undefined;
  }
}
