import { Inventory, type Touch } from '../inventory/inventory.ts';
import type { InventoryLink } from '../inventory/links.ts';
import { View } from '../inventory/view.ts';
import { type NamespaceName, type ObjectId, parseObjectId } from '../model/address.ts';
import type { Exchanger } from '../netlink/channel.ts';
import type { Ledger } from '../owners/ledger.ts';
import { type Job, type Performed, Performer } from '../owners/performer.ts';
import { Identities } from './identities.ts';
import type { Objects } from './objects.ts';

/** What all namespaces share. */
export interface Shared {
  readonly ledger: Ledger;
  readonly objects: Objects;
  touched(room: Room, touch: Touch): void;
}

/** A network namespace that is looked into: its mirror, who is who in it, and the way to act there. */
export class Room {
  readonly name: NamespaceName;
  readonly inventory: Inventory;
  readonly view: View;
  readonly identities: Identities;
  readonly performer: Performer;

  constructor(name: NamespaceName, channel: Exchanger, shared: Shared, rooms: Rooms) {
    this.name = name;
    this.inventory = new Inventory((touch) => shared.touched(this, touch));
    this.view = new View(name, this.inventory, (other) => rooms.named(other)?.inventory);
    this.performer = new Performer(channel, this.view);
    this.identities = new Identities(this.view, shared, (id) => rooms.of(id)?.identities.linkOf(id));
  }
}

/** The namespaces that are looked into, the host's among them. */
export class Rooms {
  readonly #rooms = new Map<NamespaceName, Room>();
  readonly #shared: Shared;
  readonly host: Room;

  constructor(shared: Shared, channel: Exchanger) {
    this.#shared = shared;
    this.host = this.#open(null, channel);
  }

  named(name: NamespaceName): Room | undefined {
    return this.#rooms.get(name);
  }

  /** The one an object is in. */
  of(id: ObjectId): Room | undefined {
    return this.#rooms.get(parseObjectId(id).namespace);
  }

  /** The link an object stands for, whatever its name is just now. */
  linkOf(id: ObjectId): InventoryLink | undefined {
    return this.of(id)?.identities.linkOf(id);
  }

  all(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  /** Sends the steps of many objects, those of one namespace together; what each came to, in the same order. */
  perform(jobs: readonly (Job & { readonly id: ObjectId })[]): readonly (readonly Performed[])[] {
    const byRoom = new Map<Room, (Job & { readonly id: ObjectId })[]>();
    for (const job of jobs) {
      const room = this.of(job.id);
      if (room === undefined) continue;
      const together = byRoom.get(room);
      if (together === undefined) byRoom.set(room, [job]);
      else together.push(job);
    }
    const results = new Map<Job, readonly Performed[]>();
    for (const [{ performer }, together] of byRoom) {
      const performed = performer.perform(together);
      for (const [i, job] of together.entries()) results.set(job, performed[i] ?? []);
    }
    return jobs.map((job) => results.get(job) ?? []);
  }

  #open(name: NamespaceName, channel: Exchanger): Room {
    const room = new Room(name, channel, this.#shared, this);
    this.#rooms.set(name, room);
    return room;
  }
}
