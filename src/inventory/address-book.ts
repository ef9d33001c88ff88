import { decodeAddress } from '../reconcilers/addresses.ts';
import { littleEndian, type Slice } from '../wire/bytes.ts';
import type { FoundAddress } from './links.ts';

/** More messages of one link than this are decoded: a lifetime that is told anew time and again must not pile up. */
const MOST_UNREAD = 8;
const none: ReadonlyMap<string, FoundAddress> = new Map();

/** The addresses of all links, decoded when somebody asks for those of a link: of most nobody does. */
export class AddressBook {
  readonly #known = new Map<number, Map<string, FoundAddress>>();
  /** Messages in the order they came, of links that are not known. */
  readonly #unread = new Map<number, Slice[]>();
  /** While a full read goes on: links it was the first to tell of, and what it named of the others. */
  #reading: { readonly fresh: Set<number>; readonly named: Map<number, Set<string>> } | undefined;

  of(ifindex: number): ReadonlyMap<string, FoundAddress> {
    return this.#read(ifindex) ?? none;
  }

  /** Takes in an RTM_NEWADDR, kept by the caller. */
  put(message: Slice): void {
    const ifindex = message.view.getUint32(message.start + 4, littleEndian);
    const known = this.#known.get(ifindex);
    if (known !== undefined) {
      const key = decodeInto(known, message);
      if (key === undefined || this.#reading === undefined || this.#reading.fresh.has(ifindex)) return;
      const named = this.#reading.named.get(ifindex) ?? new Set();
      this.#reading.named.set(ifindex, named.add(key));
      return;
    }
    this.#reading?.fresh.add(ifindex);
    const unread = this.#unread.get(ifindex);
    if (unread === undefined) this.#unread.set(ifindex, [message]);
    else if (unread.push(message) > MOST_UNREAD) this.#read(ifindex);
  }

  /** Whether there was one of that key. */
  delete(ifindex: number, key: string): boolean {
    return this.#read(ifindex)?.delete(key) === true;
  }

  forget(ifindex: number): void {
    this.#known.delete(ifindex);
    this.#unread.delete(ifindex);
  }

  beginReading(): void {
    for (const ifindex of [...this.#unread.keys()]) this.#read(ifindex);
    this.#reading = { fresh: new Set(), named: new Map() };
  }

  /** Ends a full read; what it did not name. */
  endReading(): readonly { readonly ifindex: number; readonly key: string }[] {
    const read = this.#reading;
    this.#reading = undefined;
    if (read === undefined) return [];
    return [...this.#known].flatMap(([ifindex, found]) => {
      if (read.fresh.has(ifindex)) return [];
      const named = read.named.get(ifindex);
      return [...found.keys()].flatMap((key) => (named?.has(key) === true ? [] : [{ ifindex, key }]));
    });
  }

  #read(ifindex: number): Map<string, FoundAddress> | undefined {
    const unread = this.#unread.get(ifindex);
    if (unread === undefined) return this.#known.get(ifindex);
    const found = new Map<string, FoundAddress>();
    for (const message of unread) decodeInto(found, message);
    this.#unread.delete(ifindex);
    this.#known.set(ifindex, found);
    return found;
  }
}

/** The key of what was put in. */
function decodeInto(found: Map<string, FoundAddress>, message: Slice): string | undefined {
  const decoded = decodeAddress(message);
  if (decoded === undefined) return undefined;
  const { ifindex: _, ...entry } = decoded;
  const { view, start, end } = message;
  const body = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  found.set(entry.key, { ...entry, body });
  return entry.key;
}
