import {
  isNamespaceId,
  type LinkName,
  type NamespaceName,
  type ObjectId,
  parseObjectId,
  referenceTo,
  resolveReference,
} from '../model/address.ts';
import type { Holder } from '../reconcilers/list.ts';
import type { Names } from '../wire/type.ts';
import type { FacetedLink, Facets } from './facets.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryLink, NamespaceNumber } from './links.ts';

/** What can be seen of other namespaces from one. */
export interface Surroundings {
  /** The mirror the object of an id would be in. */
  around(id: ObjectId): Inventory | undefined;
  /** The namespace a number stands for here. */
  numbered(number: NamespaceNumber): View | undefined;
  /** The sources beside rtnetlink, and a link of the same name, number and kind in another namespace. */
  readonly facets?: Facets;
  twinOf?(link: InventoryLink): ObjectId | undefined;
}

const alone: Surroundings = { around: () => undefined, numbered: () => undefined };

/** What is to be seen from a namespace: its own links, and those of others that are referred to. */
export class View {
  readonly namespace: NamespaceName;
  readonly inventory: Inventory;
  readonly names: Names;
  readonly #others: Surroundings;

  constructor(namespace: NamespaceName, inventory: Inventory, others: Surroundings = alone) {
    this.namespace = namespace;
    this.inventory = inventory;
    this.#others = others;
    this.names = {
      indexOf: (reference) => this.referred(reference)?.ifindex,
      nameOf: (index) => inventory.link(index)?.name,
    };
  }

  /** The link that has the name an id says. */
  find(id: ObjectId): InventoryLink | undefined {
    const { namespace, name } = parseObjectId(id);
    const isHere = namespace === this.namespace && !isNamespaceId(id);
    return (isHere ? this.inventory : this.#others.around(id))?.named(name);
  }

  /** The link a reference written in this namespace names. */
  referred(reference: string): InventoryLink | undefined {
    return this.find(resolveReference(this.namespace, reference));
  }

  /** The link of this namespace that a request is about. */
  holder(name: LinkName): Holder | undefined {
    const link = this.inventory.named(name);
    return link === undefined ? undefined : { ifindex: link.ifindex, name: link.name, kind: link.kind };
  }

  /** The namespace that the outer packets of a link go through; undefined for one that is not looked into. */
  under({ lowerNamespace }: Pick<InventoryLink, 'lowerNamespace'>): View | undefined {
    return lowerNamespace === null ? this : this.#others.numbered(lowerNamespace);
  }

  /** The namespace a number stands for in this one. */
  numbered(number: NamespaceNumber): View | undefined {
    return this.#others.numbered(number);
  }

  get facets(): Facets | undefined {
    return this.#others.facets;
  }

  /** A link as sources beside rtnetlink are asked about it. */
  faceted(link: InventoryLink): FacetedLink {
    const { ifindex, name, kind } = link;
    return { ifindex, name, kind, twin: () => this.#others.twinOf?.(link) };
  }

  /** How numbers in the message of a link that stands on another namespace are to be read. */
  namesIn(number: NamespaceNumber): Names {
    const there = this.#others.numbered(number);
    return {
      indexOf: this.names.indexOf,
      nameOf: (index) => {
        const link = there?.inventory.link(index);
        if (there === undefined || link === undefined) return `if${index} in another namespace`;
        return referenceTo(this.namespace, { namespace: there.namespace, name: link.name as LinkName });
      },
    };
  }
}
