import type { LinkMessage } from '../derive/codec.ts';
import { decodeAddress } from '../reconcilers/addresses.ts';
import type { FoundEntry } from '../reconcilers/list.ts';
import { decodeVlanNotice, decodeVlans } from '../reconcilers/vlans.ts';
import { findAttribute } from '../wire/attributes.ts';
import { bytesOf, littleEndian, sliceOf } from '../wire/bytes.ts';
import { IFLA } from '../wire/if-link.ts';
import { AF, RTM, SIZE } from '../wire/rtnetlink.ts';
import { AddressBook } from './address-book.ts';
import { Arena } from './arena.ts';
import { AskedBook } from './asked-book.ts';
import { type FoundAddress, type InventoryLink, type NamespaceNumber, readLink } from './links.ts';

/** What a message changed: the link that must be looked at, and whether links were born, renamed, moved or gone. */
export interface Touch {
  readonly ifindex: number;
  readonly name: string;
  readonly what: 'link' | 'list';
  /** The name stands for something else now: whoever mentions it must be looked at. */
  readonly standing: boolean;
  /** Masters that lost or won it. */
  readonly masters: readonly number[];
  /** The port of the requester, where the notice carries one. */
  readonly requester: number;
  /** The list that changed, for `list`. */
  readonly list?: 'addresses' | 'vlans';
  /** It is not gone but elsewhere: the namespace by its number in this one, and its number there. */
  readonly moved?: { readonly to: NamespaceNumber; readonly ifindex: number };
}

/** Whom a mirror tells, and whom it asks. */
export interface InventoryRim {
  touched(touch: Touch): void;
  /** A link is to be read again. */
  staled?(): void;
  /** The mirror of another namespace, by its number. */
  elsewhere?(number: NamespaceNumber): Inventory | undefined;
}

export interface LinkNotice {
  readonly type: number;
  readonly port: number;
  /** It was asked for from the host: numbers of namespaces in it are the host's. */
  readonly asked?: true;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

const nobody: readonly number[] = [];

/**
 * The only mirror of one namespace's links.
 * It changes by what the kernel says, never by what was asked of it. Links are known by number;
 * a name is looked up late, since a new link may take it before the old one's last notice comes.
 */
export class Inventory {
  readonly #links = new Map<number, InventoryLink>();
  readonly #byName = new Map<string, number>();
  readonly #members = new Map<number, Set<number>>();
  readonly #addresses = new AddressBook();
  readonly #vlans = new Map<number, ReadonlyMap<string, FoundEntry>>();
  readonly #asked = new AskedBook();
  readonly #rim: InventoryRim;
  readonly #stale = new Set<number>();
  /** While a full read goes on: what it has named so far. */
  #reading:
    | {
        readonly links: Set<number>;
        readonly vlans: Set<number>;
        readonly arena: Arena;
      }
    | undefined;

  constructor(rim: InventoryRim) {
    this.#rim = rim;
  }

  link(ifindex: number): InventoryLink | undefined {
    return this.#links.get(ifindex);
  }

  named(name: string): InventoryLink | undefined {
    const ifindex = this.#byName.get(name);
    return ifindex === undefined ? undefined : this.#links.get(ifindex);
  }

  get size(): number {
    return this.#links.size;
  }

  *all(): IterableIterator<InventoryLink> {
    yield* this.#links.values();
  }

  /** The members of a master, in the order they joined as far as is known. */
  members(ifindex: number): readonly InventoryLink[] {
    const members = this.#members.get(ifindex);
    if (members === undefined) return [];
    return [...members].flatMap((member) => this.#links.get(member) ?? []);
  }

  addresses(ifindex: number): ReadonlyMap<string, FoundAddress> {
    return this.#addresses.of(ifindex);
  }

  /** Undefined for a link that is neither a bridge nor a port of one. */
  vlans(ifindex: number): ReadonlyMap<string, FoundEntry> | undefined {
    return this.#vlans.get(ifindex);
  }

  /** What was answered for lists that have to be asked for. */
  get asked(): AskedBook {
    return this.#asked;
  }

  /** Takes in one rtnetlink message, a notice or an answer: there is no difference. */
  take(notice: LinkNotice): void {
    switch (notice.type) {
      case RTM.NEWLINK:
        this.#newLink(notice);
        return;
      case RTM.DELLINK:
        this.#delLink(notice);
        return;
      case RTM.NEWADDR:
      case RTM.DELADDR:
        this.#address(notice);
        return;
      case RTM.NEWVLAN:
      case RTM.DELVLAN:
        this.#vlanNotice(notice);
        return;
    }
  }

  /** The links whose last notice is known to have been overtaken, to be read again; asking empties the list. */
  takeStale(): readonly number[] {
    if (this.#stale.size === 0) return nobody;
    const stale = [...this.#stale];
    this.#stale.clear();
    return stale;
  }

  /** Notes a link whose last notice says too little, or is still to come. */
  readAgain(ifindex: number): void {
    this.#stale.add(ifindex);
    this.#rim.staled?.();
  }

  /** Whether a link is to be read again. */
  isStale(ifindex: number): boolean {
    return this.#stale.has(ifindex);
  }

  beginReading(): void {
    this.#reading = { links: new Set(), vlans: new Set(), arena: new Arena() };
    this.#addresses.beginReading();
  }

  /** Ends a full read: what it did not name is gone. */
  endReading(): void {
    const read = this.#reading;
    this.#reading = undefined;
    if (read === undefined) return;
    this.#asked.clear();
    for (const link of [...this.#links.values()]) {
      if (!read.links.has(link.ifindex)) this.#forget(link, 0);
    }
    for (const { ifindex, key } of this.#addresses.endReading()) this.#dropAddress(ifindex, key, 0);
    for (const ifindex of [...this.#vlans.keys()]) {
      if (!read.vlans.has(ifindex)) this.#setVlans(ifindex, undefined);
    }
  }

  #newLink(notice: LinkNotice): void {
    if (notice.end - notice.start < SIZE.ifinfomsg) return;
    const family = notice.view.getUint8(notice.start);
    if (family === AF.BRIDGE) {
      const ifindex = notice.view.getInt32(notice.start + 4, littleEndian);
      this.#reading?.vlans.add(ifindex);
      this.#setVlans(ifindex, new Map(decodeVlans(notice).map((entry) => [entry.key, entry])));
      // Of a port's attributes changed in sysfs or by bridge(8) this is the only notice (br_ifinfo_notify).
      const link = this.#reading === undefined ? this.#links.get(ifindex) : undefined;
      if (link !== undefined && link.slaveKind !== null) this.readAgain(ifindex);
      return;
    }
    // Messages of other families lack IFLA_MASTER and IFLA_LINKINFO: their silence means nothing.
    if (family !== AF.UNSPEC) return;
    // A wireless event in a link's clothes: its name and nothing else of it (rtnetlink_ifinfo_prep in net/wireless/wext-core.c).
    if (findAttribute(notice.view, notice.start + SIZE.ifinfomsg, notice.end, IFLA.WIRELESS) !== undefined)
      return;
    const before = this.#links.get(notice.view.getInt32(notice.start + 4, littleEndian));
    if (this.#reading !== undefined && before !== undefined && isAsBefore(notice, before.message)) {
      this.#reading.links.add(before.ifindex);
      return;
    }
    const link = readLink(notice, notice.asked === true, before, this.#reading?.arena);
    if (link === undefined) return;
    this.#reading?.links.add(link.ifindex);
    this.#links.set(link.ifindex, link);
    if (before === undefined || before.name !== link.name) {
      if (before !== undefined) this.#unname(before, notice.port);
      this.#byName.set(link.name, link.ifindex);
    }
    let masters = nobody;
    if (before?.master !== link.master) {
      if (before !== undefined) this.#leave(before);
      if (link.master !== 0) this.#join(link);
      masters = [before?.master ?? 0, link.master].filter((master) => master !== 0);
    }
    this.#pairUp(link);
    const standing = before === undefined || before.name !== link.name || before.kind !== link.kind;
    this.#rim.touched({
      ifindex: link.ifindex,
      name: link.name,
      what: 'link',
      standing,
      masters,
      requester: notice.port,
    });
  }

  /** The first end of a pair is announced before it has its other end, with IFLA_LINK 0 (veth_newlink in drivers/net/veth.c). */
  #pairUp(link: InventoryLink): void {
    const where = link.lowerNamespace === null ? this : this.#rim.elsewhere?.(link.lowerNamespace);
    const other = where?.link(link.lower);
    if (other !== undefined && other.lower === 0 && other.kind === link.kind) where?.readAgain(other.ifindex);
  }

  #delLink(notice: LinkNotice): void {
    if (notice.end - notice.start < SIZE.ifinfomsg) return;
    const ifindex = notice.view.getInt32(notice.start + 4, littleEndian);
    // With family AF_BRIDGE it says: left its bridge (br_ifinfo_notify), and lives on.
    if (notice.view.getUint8(notice.start) !== AF.UNSPEC) {
      this.#setVlans(ifindex, undefined);
      return;
    }
    const link = this.#links.get(ifindex);
    if (link !== undefined) this.#forget(link, notice.port, movedTo(notice));
  }

  #forget(link: InventoryLink, requester: number, moved?: Touch['moved']): void {
    this.#links.delete(link.ifindex);
    this.#stale.delete(link.ifindex);
    this.#leave(link);
    this.#members.delete(link.ifindex);
    this.#addresses.forget(link.ifindex);
    this.#asked.forget(link.ifindex);
    this.#vlans.delete(link.ifindex);
    if (this.#byName.get(link.name) === link.ifindex) this.#byName.delete(link.name);
    const masters = link.master === 0 ? nobody : [link.master];
    this.#rim.touched({
      ifindex: link.ifindex,
      name: link.name,
      what: 'link',
      standing: true,
      masters,
      requester,
      ...(moved === undefined ? {} : { moved }),
    });
  }

  #unname(before: InventoryLink, requester: number): void {
    if (this.#byName.get(before.name) === before.ifindex) this.#byName.delete(before.name);
    this.#rim.touched({
      ifindex: before.ifindex,
      name: before.name,
      what: 'link',
      standing: true,
      masters: nobody,
      requester,
    });
  }

  #join(link: InventoryLink): void {
    const members = this.#members.get(link.master);
    if (members === undefined) this.#members.set(link.master, new Set([link.ifindex]));
    else members.add(link.ifindex);
  }

  #leave(link: InventoryLink): void {
    this.#members.get(link.master)?.delete(link.ifindex);
  }

  #address(notice: LinkNotice): void {
    if (notice.end - notice.start < SIZE.ifaddrmsg) return;
    if (notice.type === RTM.DELADDR) {
      const gone = decodeAddress(notice);
      if (gone !== undefined) this.#dropAddress(gone.ifindex, gone.key, notice.port);
      return;
    }
    this.#addresses.put(this.#reading?.arena.copy(notice) ?? sliceOf(bytesOf(notice)));
    this.#listTouched(notice.view.getUint32(notice.start + 4, littleEndian), 'addresses', notice.port);
  }

  #dropAddress(ifindex: number, key: string, requester: number): void {
    if (this.#addresses.delete(ifindex, key)) this.#listTouched(ifindex, 'addresses', requester);
  }

  /** The one notice of VLANs a bridge gives or takes by itself, when its default changes (br_vlan_notify). */
  #vlanNotice(notice: LinkNotice): void {
    const { ifindex, entries } = decodeVlanNotice(notice);
    const before = this.#vlans.get(ifindex);
    if (entries.length === 0 || (before === undefined && notice.type === RTM.DELVLAN)) return;
    const after = new Map(before);
    for (const entry of entries) {
      if (notice.type === RTM.DELVLAN) after.delete(entry.key);
      else after.set(entry.key, entry);
    }
    this.#setVlans(ifindex, after);
  }

  #setVlans(ifindex: number, entries: ReadonlyMap<string, FoundEntry> | undefined): void {
    const changed =
      entries === undefined ? this.#vlans.delete(ifindex) : this.#vlans.set(ifindex, entries) !== undefined;
    if (changed) this.#listTouched(ifindex, 'vlans', 0);
  }

  #listTouched(ifindex: number, list: 'addresses' | 'vlans', requester: number): void {
    const name = this.#links.get(ifindex)?.name;
    if (name === undefined) return;
    this.#rim.touched({ ifindex, name, what: 'list', list, standing: false, masters: nobody, requester });
  }
}

/** Where the link went that a notice of its end tells of, if it only went elsewhere (rtmsg_ifinfo_newnet in net/core/rtnetlink.c). */
function movedTo({ view, start, end }: LinkNotice): Touch['moved'] {
  const attributes = start + SIZE.ifinfomsg;
  const nsid = findAttribute(view, attributes, end, IFLA.NEW_NETNSID);
  const ifindex = findAttribute(view, attributes, end, IFLA.NEW_IFINDEX);
  if (nsid === undefined || ifindex === undefined) return undefined;
  return {
    to: { number: view.getInt32(nsid.start, littleEndian), ofHost: false },
    ifindex: view.getInt32(ifindex.start, littleEndian),
  };
}

/** Read again and found word for word as it was: nobody has to look at it. */
function isAsBefore(now: LinkMessage, before: LinkMessage): boolean {
  const bytes = ({ view, start, end }: LinkMessage) =>
    Buffer.from(view.buffer, view.byteOffset + start, end - start);
  return now.end - now.start === before.end - before.start && bytes(now).equals(bytes(before));
}
