import type { Facets } from '../inventory/facets.ts';
import { Inventory, type Touch } from '../inventory/inventory.ts';
import { View } from '../inventory/view.ts';
import type { NamespaceName, ObjectId } from '../model/address.ts';
import type { Exchanger } from '../netlink/channel.ts';
import type { Messenger } from '../netlink/messenger.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { Place } from '../owners/place.ts';
import { Identities } from './identities.ts';
import type { Objects } from './objects.ts';
import type { Rooms } from './rooms.ts';
import type { SharedEntries } from './shared-entries.ts';

/** What all namespaces share. */
export interface Shared {
  readonly ledger: Ledger;
  readonly objects: Objects;
  readonly shared: SharedEntries;
  readonly facets: Facets;
  touched(room: Room, touch: Touch): void;
}

/** How a room is found and entered. */
export interface Entrance {
  readonly name: NamespaceName;
  readonly channel: Exchanger;
  /** The file that stands for its namespace. */
  readonly path: string;
  readonly messenger: Messenger;
  /** Its number in the host's namespace. */
  readonly nsid: number;
  /** The objects that were remembered to be in it when vnetd started. */
  readonly remembered: readonly ObjectId[];
}

/** A network namespace that is looked into: its mirror, who is who in it, and the way to act there. */
export class Room implements Place {
  readonly name: NamespaceName;
  readonly channel: Exchanger;
  readonly path: string;
  readonly messenger: Messenger;
  readonly nsid: number;
  readonly inventory: Inventory;
  readonly view: View;
  readonly identities: Identities;
  /** What the numbers that its links use stand for in the host's namespace; null: nothing that is known there. */
  readonly numbers = new Map<number, number | null>();

  constructor({ name, channel, path, messenger, nsid, remembered }: Entrance, shared: Shared, rooms: Rooms) {
    this.name = name;
    this.channel = channel;
    this.path = path;
    this.messenger = messenger;
    this.nsid = nsid;
    this.inventory = new Inventory({
      touched: (touch) => shared.touched(this, touch),
      staled: () => rooms.staled(this),
      elsewhere: (number) => rooms.numbered(this, number)?.inventory,
    });
    this.view = new View(name, this.inventory, {
      around: (id) => rooms.of(id)?.inventory,
      numbered: (number) => rooms.numbered(this, number)?.view,
      facets: shared.facets,
      twinOf: (link) => rooms.twinOf(this, link),
    });
    this.identities = new Identities(this.view, shared, remembered, {
      linkOf: (id) => rooms.linkOf(id),
      whereabouts: (wanted) => rooms.strays.whereabouts(wanted),
    });
  }
}
