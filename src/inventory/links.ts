import type { LinkMessage } from '../derive/codec.ts';
import type { FoundEntry } from '../reconcilers/list.ts';
import { macText } from '../wire/addresses.ts';
import { eachAttribute } from '../wire/attributes.ts';
import { littleEndian, textOf } from '../wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import { SIZE } from '../wire/rtnetlink.ts';
import type { Arena } from './arena.ts';

/** An address as found; `body` is the kernel's own message, to put it back as it was. */
export interface FoundAddress extends FoundEntry {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** A number that stands for a namespace in the host's, or in the one that a message is of. */
export interface NamespaceNumber {
  readonly number: number;
  readonly ofHost: boolean;
}

/** One link as the kernel last told of it. The message is kept; fields are decoded when somebody asks. */
export interface InventoryLink {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: string | null;
  readonly slaveKind: string | null;
  readonly master: number;
  /** IFLA_LINK, and the namespace it is in when that is another. */
  readonly lower: number;
  readonly lowerNamespace: NamespaceNumber | null;
  readonly mac: string;
  readonly altnames: readonly string[];
  readonly message: LinkMessage;
}

const noNames: readonly string[] = [];

/**
 * Reads the head of a link message: what is needed of every link, declared or not. `asked`: from the host, about another namespace.
 * The message is copied, over that of `before` where it is as long (links change often, and seldom in length),
 * else into the arena, if there is one.
 */
export function readLink(
  received: LinkMessage,
  asked = false,
  before?: InventoryLink,
  arena?: Arena,
): InventoryLink | undefined {
  if (received.end - received.start < SIZE.ifinfomsg) return undefined;
  return new ReadLink(keptCopy(received, before?.message, arena), asked, before);
}

class ReadLink implements InventoryLink {
  readonly message: LinkMessage;
  readonly ifindex: number;
  name = '';
  kind: string | null = null;
  slaveKind: string | null = null;
  master = 0;
  lower = 0;
  lowerNamespace: NamespaceNumber | null = null;
  altnames = noNames;
  readonly #asked: boolean;
  #macAt = 0;
  #macEnd = 0;
  #mac: string | undefined;

  constructor(message: LinkMessage, asked: boolean, before: InventoryLink | undefined) {
    this.message = message;
    this.#asked = asked;
    const { view, start, end } = message;
    this.ifindex = view.getInt32(start + 4, littleEndian);
    // Walked by hand: of ten thousand links each has some forty attributes.
    for (let at = start + SIZE.ifinfomsg; at + 4 <= end; ) {
      const length = view.getUint16(at, littleEndian);
      if (length < 4 || at + length > end) break;
      this.#take(view.getUint16(at + 2, littleEndian) & 0x3fff, view, at + 4, at + length, before);
      at += (length + 3) & ~3;
    }
  }

  get mac(): string {
    const { view } = this.message;
    this.#mac ??= macOf(
      new Uint8Array(view.buffer, view.byteOffset + this.#macAt, this.#macEnd - this.#macAt),
    );
    return this.#mac;
  }

  #take(type: number, view: DataView, from: number, to: number, before: InventoryLink | undefined): void {
    switch (type) {
      case IFLA.IFNAME:
        this.name = known(view, from, to, before?.name ?? null);
        return;
      case IFLA.ADDRESS:
        this.#macAt = from;
        this.#macEnd = to;
        return;
      case IFLA.MASTER:
        if (to - from >= 4) this.master = view.getUint32(from, littleEndian);
        return;
      case IFLA.LINK:
        if (to - from >= 4) this.lower = view.getUint32(from, littleEndian);
        return;
      case IFLA.LINK_NETNSID:
        if (to - from >= 4)
          this.lowerNamespace = { number: view.getInt32(from, littleEndian), ofHost: this.#asked };
        return;
      case IFLA.LINKINFO:
        eachAttribute(view, from, to, (info, at, until) => {
          if (info === IFLA_INFO.KIND) this.kind = known(view, at, until, before?.kind ?? null);
          if (info === IFLA_INFO.SLAVE_KIND)
            this.slaveKind = known(view, at, until, before?.slaveKind ?? null);
        });
        return;
      case IFLA.PROP_LIST: {
        const names: string[] = [];
        eachAttribute(view, from, to, (property, at, until) => {
          if (property === IFLA.ALT_IFNAME) names.push(textOf({ view, start: at, end: until }));
        });
        this.altnames = names;
        return;
      }
    }
  }
}

/** All zeroes are shown of a link that has none (a netkit in mode l3). */
function macOf(bytes: Uint8Array): string {
  return bytes.every((byte) => byte === 0) ? '' : macText(bytes);
}

/** A text, without making it anew when it says what is known already. */
function known(view: DataView, from: number, to: number, text: string | null): string {
  if (text === null || to - from !== text.length + 1) return textOf({ view, start: from, end: to });
  for (let i = 0; i < text.length; i++)
    if (view.getUint8(from + i) !== text.charCodeAt(i)) return textOf({ view, start: from, end: to });
  return text;
}

function keptCopy(
  received: LinkMessage,
  old: LinkMessage | undefined,
  arena: Arena | undefined,
): LinkMessage {
  const { view, start, end } = received;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  if (old !== undefined && old.end - old.start === bytes.length) {
    new Uint8Array(old.view.buffer, old.view.byteOffset + old.start, bytes.length).set(bytes);
    return old;
  }
  if (arena !== undefined) return arena.copy(received);
  return { view: new DataView(bytes.slice().buffer), start: 0, end: bytes.length };
}
