import {
  type LinkName,
  type NamespaceName,
  type ObjectId,
  parseObjectId,
  resolveReference,
} from '../model/address.ts';
import type { Holder } from '../reconcilers/list.ts';
import type { Names } from '../wire/type.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryLink } from './links.ts';

/** What is to be seen from a namespace: its own links, and those of others that are referred to. */
export class View {
  readonly namespace: NamespaceName;
  readonly inventory: Inventory;
  readonly names: Names;
  readonly #elsewhere: (namespace: NamespaceName) => Inventory | undefined;

  /** `elsewhere` gives the mirrors of other namespaces, as far as they are looked into. */
  constructor(
    namespace: NamespaceName,
    inventory: Inventory,
    elsewhere: (namespace: NamespaceName) => Inventory | undefined = () => undefined,
  ) {
    this.namespace = namespace;
    this.inventory = inventory;
    this.#elsewhere = elsewhere;
    this.names = {
      indexOf: (reference) => this.referred(reference)?.ifindex,
      nameOf: (index) => inventory.link(index)?.name,
    };
  }

  /** The link that has the name an id says. */
  find(id: ObjectId): InventoryLink | undefined {
    const { namespace, name } = parseObjectId(id);
    const inventory = namespace === this.namespace ? this.inventory : this.#elsewhere(namespace);
    return inventory?.named(name);
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
}
