import type { LinkMessage } from '../derive/codec.ts';
import type { FoundEntry } from '../reconcilers/list.ts';
import { macText } from '../wire/addresses.ts';
import { eachAttribute, follow } from '../wire/attributes.ts';
import { littleEndian, textOf, u32In } from '../wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import { SIZE } from '../wire/rtnetlink.ts';

/** An address as found; `body` is the kernel's own message, to put it back as it was. */
export interface FoundAddress extends FoundEntry {
  readonly flags: number;
  readonly body: Uint8Array;
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
  readonly lowerNamespace: number | null;
  readonly mac: string;
  readonly altnames: readonly string[];
  readonly message: LinkMessage;
}

/**
 * Reads the head of a link message: what is needed of every link, declared or not.
 * The message is copied, over that of `before` where it is as long: links change often, and seldom in length.
 */
export function readLink(received: LinkMessage, before?: InventoryLink): InventoryLink | undefined {
  if (received.end - received.start < SIZE.ifinfomsg) return undefined;
  const message = keptCopy(received, before?.message);
  const { view: own, end } = message;
  let name = '';
  let kind: string | null = null;
  let slaveKind: string | null = null;
  let master = 0;
  let lower = 0;
  let lowerNamespace: number | null = null;
  let mac = '';
  let altnames: readonly string[] = [];
  eachAttribute(own, SIZE.ifinfomsg, end, (type, from, to) => {
    switch (type) {
      case IFLA.IFNAME:
        name = textOf({ view: own, start: from, end: to });
        break;
      case IFLA.ADDRESS:
        mac = macText(new Uint8Array(own.buffer, from, to - from));
        break;
      case IFLA.MASTER:
        master = u32In({ view: own, start: from, end: to }) ?? 0;
        break;
      case IFLA.LINK:
        lower = u32In({ view: own, start: from, end: to }) ?? 0;
        break;
      case IFLA.LINK_NETNSID:
        lowerNamespace = u32In({ view: own, start: from, end: to }) ?? null;
        break;
      case IFLA.LINKINFO: {
        const info = { view: own, start: from, end: to };
        const made = follow(info, [IFLA_INFO.KIND]);
        const slave = follow(info, [IFLA_INFO.SLAVE_KIND]);
        if (made !== undefined) kind = textOf(made);
        if (slave !== undefined) slaveKind = textOf(slave);
        break;
      }
      case IFLA.PROP_LIST: {
        const names: string[] = [];
        eachAttribute(own, from, to, (property, at, until) => {
          if (property === IFLA.ALT_IFNAME) names.push(textOf({ view: own, start: at, end: until }));
        });
        altnames = names;
        break;
      }
    }
  });
  return {
    ifindex: own.getInt32(4, littleEndian),
    name,
    kind,
    slaveKind,
    master,
    lower,
    lowerNamespace,
    mac,
    altnames,
    message,
  };
}

function keptCopy({ view, start, end }: LinkMessage, old: LinkMessage | undefined): LinkMessage {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  if (old === undefined || old.end !== bytes.length)
    return { view: new DataView(bytes.slice().buffer), start: 0, end: bytes.length };
  new Uint8Array(old.view.buffer).set(bytes);
  return old;
}
