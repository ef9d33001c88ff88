import { closeSync, openSync } from 'node:fs';
import type { InventoryLink, NamespaceNumber } from '../inventory/links.ts';
import {
  isNamespaceId,
  type NamespaceName,
  type ObjectId,
  objectId,
  parseObjectId,
} from '../model/address.ts';
import type { Channel, Exchanger } from '../netlink/channel.ts';
import { OWN } from '../netlink/messages.ts';
import type { Messenger } from '../netlink/messenger.ts';
import { givenNsidOf, nsidsInside } from '../netlink/nsid.ts';
import { type Entrance, Room, type Shared } from './room.ts';
import { Strays } from './strays.ts';

const HOST = '/proc/self/ns/net';
/** Where namespaces themselves are; no namespace has such a name. */
const LOBBY = '/';
/** Nothing is sent to where namespaces themselves are. */
const nowhere: Exchanger = { exchange: () => [], dump: () => true };

/** The namespaces that are looked into, the host's among them, and the lobby: where namespaces themselves are found as if they were links. */
export class Rooms {
  readonly host: Room;
  readonly lobby: Room;
  readonly strays: Strays;
  readonly #named = new Map<NamespaceName, Room>();
  readonly #numbered = new Map<number, Room>();
  readonly #stale = new Set<Room>();
  /** Numbers inside a room that nobody has asked the meaning of yet. */
  readonly #unlearned = new Map<Room, Set<number>>();
  /** The ids of the ledger at the start by where they are: each room would look for its own among all. */
  readonly #remembered = new Map<NamespaceName | typeof LOBBY, ObjectId[]>();
  readonly #shared: Shared;
  readonly #channel: Channel;
  #home: number | undefined;

  constructor(shared: Shared, channel: Channel, messenger: Messenger) {
    this.#shared = shared;
    this.strays = new Strays(this, shared.objects, shared.ledger);
    for (const id of shared.ledger.ids()) {
      const where = isNamespaceId(id) ? LOBBY : parseObjectId(id).namespace;
      const ids = this.#remembered.get(where);
      if (ids === undefined) this.#remembered.set(where, [id]);
      else ids.push(id);
    }
    this.#channel = channel;
    this.host = this.#open({ name: null, channel, path: HOST, messenger, nsid: OWN });
    this.lobby = new Room(
      {
        name: null,
        channel: nowhere,
        path: HOST,
        messenger,
        nsid: OWN,
        remembered: this.#rememberedIn(LOBBY),
      },
      shared,
      this,
    );
  }

  /** The one an object is in. */
  of(id: ObjectId): Room | undefined {
    return isNamespaceId(id) ? this.lobby : this.#named.get(parseObjectId(id).namespace);
  }

  at(name: NamespaceName): Room | undefined {
    return this.#named.get(name);
  }

  /** The one that has a number in the host's namespace. */
  heardAs(nsid: number): Room | undefined {
    return nsid === OWN ? this.host : this.#numbered.get(nsid);
  }

  /** The one a number stands for inside another, as far as that has been learned. */
  numbered(inside: Room, { number, ofHost }: NamespaceNumber): Room | undefined {
    if (ofHost || inside === this.host) return this.heardAs(number);
    const known = inside.numbers.get(number);
    // Asked for while its message is read: learned before anything is judged by it.
    if (known === undefined) this.#unknown(inside, number);
    return known == null ? undefined : this.heardAs(known);
  }

  /** The link an object stands for, whatever its name is just now. */
  linkOf(id: ObjectId): InventoryLink | undefined {
    return this.of(id)?.identities.linkOf(id);
  }

  all(): IterableIterator<Room> {
    return this.#named.values();
  }

  /** Opens a room beside the host's. */
  add(entrance: Omit<Entrance, 'remembered'>): Room {
    // Read from outside, a link there may stand on one of the host's, which costs the host a number in itself.
    this.#home ??= withDescriptor(HOST, (self) => givenNsidOf(this.#channel, self));
    if (this.#home !== undefined) this.#numbered.set(this.#home, this.host);
    return this.#open(entrance);
  }

  #open(entrance: Omit<Entrance, 'remembered'>): Room {
    const { name, nsid } = entrance;
    const room = new Room({ ...entrance, remembered: this.#rememberedIn(name) }, this.#shared, this);
    this.#named.set(name, room);
    if (nsid !== OWN) this.#numbered.set(nsid, room);
    // It may be the one that some number stands for.
    for (const other of this.#named.values())
      for (const [number, known] of other.numbers) if (known === null) this.#unknown(other, number);
    return room;
  }

  #rememberedIn(where: NamespaceName | typeof LOBBY): readonly ObjectId[] {
    return this.#remembered.get(where) ?? [];
  }

  /** Nothing is known of a namespace any more: for whoever is in it, everything is gone. */
  close(room: Room): void {
    this.#named.delete(room.name);
    if (this.#numbered.get(room.nsid) === room) this.#numbered.delete(room.nsid);
    this.#stale.delete(room);
    this.#unlearned.delete(room);
    room.inventory.beginReading();
    room.inventory.endReading();
  }

  /** The number of a namespace inside another; it gets one if it has none. */
  numberIn(room: Room, other: Room): number | undefined {
    return withDescriptor(other.path, (descriptor) => givenNsidOf(this.#channel, descriptor, room));
  }

  /** The links that stand on one, whichever namespace they are in: VLANs, macvlans, the other end of a pair. */
  over(room: Room, ifindex: number): readonly { readonly place: Room; readonly link: InventoryLink }[] {
    return [...this.#named.values()].flatMap((place) =>
      [...place.inventory.all()]
        .filter(({ lower, lowerNamespace, ifindex: own }) => {
          if (lower !== ifindex) return false;
          if (lowerNamespace === null) return place === room && own !== ifindex;
          return this.numbered(place, lowerNamespace) === room;
        })
        .map((link) => ({ place, link })),
    );
  }

  /** A link of the same name, number and kind as one, in another room. */
  twinOf(room: Room, { ifindex, name, kind }: InventoryLink): ObjectId | undefined {
    for (const other of this.#named.values()) {
      const link = other === room ? undefined : other.inventory.link(ifindex);
      if (link?.name === name && link.kind === kind) return objectId(other.name, name);
    }
    return undefined;
  }

  /** Something of a room is to be read again, or its numbers are. */
  staled(room: Room): void {
    this.#stale.add(room);
  }

  /** Other numbers stand for other namespaces in a room now. */
  renumbered(room: Room): void {
    for (const number of room.numbers.keys()) this.#unknown(room, number);
  }

  get hasStale(): boolean {
    return this.#stale.size > 0;
  }

  takeStale(): readonly Room[] {
    if (this.#stale.size === 0) return [];
    const stale = [...this.#stale];
    this.#stale.clear();
    return stale;
  }

  /** Learns what the numbers in a room stand for. */
  learn(room: Room): void {
    const unknown = this.#unlearned.get(room);
    if (unknown === undefined) return;
    this.#unlearned.delete(room);
    const learned = withDescriptor(HOST, (self) => nsidsInside(this.#channel, room.nsid, self));
    for (const number of unknown) room.numbers.set(number, learned.get(number) ?? null);
  }

  #unknown(room: Room, number: number): void {
    const numbers = this.#unlearned.get(room);
    if (numbers === undefined) this.#unlearned.set(room, new Set([number]));
    else numbers.add(number);
    this.#stale.add(room);
  }
}

/** Does something with a descriptor of a namespace. */
function withDescriptor<T>(path: string, act: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return act(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
