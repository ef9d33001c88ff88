import type { InventoryLink, NamespaceNumber } from '../inventory/links.ts';
import { type ObjectId, objectId, parseObjectId, resolveReference } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { Elsewhere } from '../plan/situation.ts';
import { kindNamed, peerKeyOf } from '../reconcilers/index.ts';
import type { Objects } from './objects.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

interface Spotted {
  readonly room: Room;
  readonly link: InventoryLink;
}

/** What the last notice of a link said of where it went. */
interface Departure {
  readonly from: Room;
  readonly to: NamespaceNumber;
  readonly ifindex: number;
}

/** Links that should be in one namespace and are in another. */
export class Strays {
  readonly #rooms: Rooms;
  readonly #objects: Objects;
  readonly #ledger: Ledger;
  readonly #moved = new Map<ObjectId, Departure>();

  constructor(rooms: Rooms, objects: Objects, ledger: Ledger) {
    this.#rooms = rooms;
    this.#objects = objects;
    this.#ledger = ledger;
  }

  /** The link of an object left for another namespace. */
  moved(id: ObjectId, departure: Departure): void {
    this.#moved.set(id, departure);
    this.#await(departure);
  }

  /** More is known of the numbers in a namespace: the links that left it may have come to where it is looked. */
  learned(from: Room): void {
    for (const departure of this.#moved.values()) if (departure.from === from) this.#await(departure);
  }

  /** Where a link is that is missing in its own namespace. */
  whereabouts(wanted: WantedLink): Elsewhere | undefined {
    const { id } = wanted;
    const pair = this.#otherEnd(wanted);
    const spotted = this.#followed(id) ?? (pair === undefined ? undefined : this.#endOf(pair));
    if (spotted !== undefined) return { is: 'there', id: idOf(spotted) };
    if (pair !== undefined) return { is: 'lost', otherEnd: idOf(pair) };
    return kindNamed(wanted.kind)?.made === false ? this.#onTheHost(wanted) : undefined;
  }

  #followed(id: ObjectId): Spotted | undefined {
    const moved = this.#moved.get(id);
    const room = moved === undefined ? undefined : this.#rooms.numbered(moved.from, moved.to);
    const link = room?.inventory.link(moved?.ifindex ?? 0);
    const owner = room?.identities.ownerOf(link?.ifindex ?? 0);
    // Numbers are used again: what had this one may have been another link.
    const isFree =
      owner === undefined || owner === id || this.#rooms.linkOf(owner)?.ifindex !== link?.ifindex;
    if (room !== undefined && link !== undefined && isFree) return { room, link };
    this.#moved.delete(id);
    return undefined;
  }

  /** The notice of a link's arrival comes after that of its leaving, and maybe after the look that misses it. */
  #await({ from, to, ifindex }: Departure): void {
    const { inventory } = this.#rooms.numbered(from, to) ?? {};
    if (inventory?.link(ifindex) === undefined) inventory?.readAgain(ifindex);
  }

  /** The other end of the very pair vnetd made, where it still is. */
  #otherEnd({ id, namespace, kind, fields }: WantedLink): Spotted | undefined {
    const peer = fields[peerKeyOf(kind) ?? ''];
    if (peer === undefined) return undefined;
    const other = resolveReference(namespace, String(peer));
    const room = this.#rooms.of(other);
    const link = room?.inventory.named(parseObjectId(other).name);
    const { origin, otherEnd } = this.#ledger.get(id);
    if (room === undefined || link === undefined || origin !== 'made' || link.ifindex !== otherEnd)
      return undefined;
    return { room, link };
  }

  #endOf({ room, link }: Spotted): Spotted | undefined {
    const there = link.lowerNamespace === null ? room : this.#rooms.numbered(room, link.lowerNamespace);
    const end = there?.inventory.link(link.lower);
    return there === undefined || end === undefined ? undefined : { room: there, link: end };
  }

  /** A card that is to be in a namespace, and is on the host. */
  #onTheHost({ namespace, name }: WantedLink): Elsewhere | undefined {
    const room = this.#rooms.host;
    const id = objectId(room.name, name);
    const link = namespace === null ? undefined : room.inventory.named(name);
    if (link === undefined || this.#objects.get(id) !== undefined) return undefined;
    const use = this.#useOf(link, id);
    return use === undefined ? { is: 'there', id } : { is: 'in-use', id, use };
  }

  /** What would be lost if a link of the host's were taken away. */
  #useOf({ ifindex, master }: InventoryLink, id: ObjectId): string | undefined {
    const { inventory } = this.#rooms.host;
    if (this.#ledger.get(id).origin === 'made') return 'vnetd made it';
    if (master !== 0) return `it is a member of ${inventory.link(master)?.name ?? 'another link'}`;
    const address = [...inventory.addresses(ifindex).values()].find(({ key }) => !key.startsWith('fe80:'));
    return address === undefined ? undefined : `it has the address ${address.key}`;
  }
}

function idOf({ room, link }: Spotted): ObjectId {
  return objectId(room.name, link.name);
}
