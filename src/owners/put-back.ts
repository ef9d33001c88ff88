import type { FoundAddress } from '../inventory/links.ts';
import type { RequestBody } from '../netlink/request.ts';
import { eachAttribute, findAttribute, Writer } from '../wire/attributes.ts';
import { littleEndian, type Slice, viewOf } from '../wire/bytes.ts';
import { AF, IFA_F, NLM_F, RTA, RTM, SIZE } from '../wire/rtnetlink.ts';

/** Routes the kernel makes or learns by itself come back by themselves (RTPROT_REDIRECT, _KERNEL, _RA). */
const byThemselves = new Set([1, 2, 9]);
const RTA_CACHEINFO = 12;
const RTA_NH_ID_DEAD_FLAGS = 0x1 | 0x10;
const IFA_CACHEINFO = 6;
const RTA_MULTIPATH = 9;

/** What a disruptive step may knock over on a link, as the kernel told it, to be put back as it was. */
export interface Noted {
  readonly addresses: readonly FoundAddress[];
  readonly routes: readonly Uint8Array[];
}

/** The body of a request for the routes of one link (the kernel filters when checking is strict). */
export function routesOfLink(family: number, ifindex: number): Uint8Array {
  return new Writer(32)
    .u8(family)
    .raw(new Uint8Array(SIZE.rtmsg - 1))
    .attribute32(RTA.OIF, ifindex)
    .bytes.slice();
}

/** The link a route leaves by; undefined for one by several, and for those that come back by themselves. `start` is where struct rtmsg begins. */
export function linkOfRoute({ view, start, end }: Slice): number | undefined {
  if (byThemselves.has(view.getUint8(start + 5))) return undefined;
  if (findAttribute(view, start + SIZE.rtmsg, end, RTA_MULTIPATH) !== undefined) return undefined;
  const oif = findAttribute(view, start + SIZE.rtmsg, end, RTA.OIF);
  return oif === undefined ? undefined : view.getUint32(oif.start, littleEndian);
}

/** A route as it can be sent again. */
export function replayable({ view, start, end }: Slice): Uint8Array {
  const writer = new Writer(256);
  writer.raw(new Uint8Array(view.buffer, view.byteOffset + start, SIZE.rtmsg));
  writer.setU32(8, view.getUint32(start + 8, littleEndian) & ~RTA_NH_ID_DEAD_FLAGS);
  eachAttribute(view, start + SIZE.rtmsg, end, (type, from, to) => {
    if (type !== RTA_CACHEINFO)
      writer.attribute(type, new Uint8Array(view.buffer, view.byteOffset + from, to - from).slice());
  });
  return writer.bytes.slice();
}

/**
 * The requests that put back what is gone: addresses first, in their order, then the routes that need them.
 * IPv6 addresses that come back by themselves (router advertisements) are left to that.
 */
export function puttingBack(
  noted: Noted,
  ifindex: number,
  still: ReadonlyMap<string, unknown>,
): RequestBody[] {
  const addresses = noted.addresses
    .filter(({ key, lasting, body }) => (!lasting || body[0] === AF.INET) && !still.has(key))
    .map(({ body }) => ({
      type: RTM.NEWADDR,
      flags: NLM_F.CREATE | NLM_F.EXCL,
      body: readdressed(body, ifindex),
    }));
  const routes = noted.routes.map((body) => ({
    type: RTM.NEWROUTE,
    flags: NLM_F.CREATE | NLM_F.APPEND,
    body: rerouted(body, ifindex),
  }));
  return [...addresses, ...routes];
}

/** An address message for a link of another number; what the kernel only reports is left out. */
function readdressed(body: Uint8Array, ifindex: number): Uint8Array {
  const view = viewOf(body);
  const writer = new Writer(128).raw(body.subarray(0, SIZE.ifaddrmsg));
  writer.setU32(4, ifindex);
  // An address with a lifetime (DHCP) keeps what was left of it; another has none to send.
  const isPermanent = ((body[2] ?? 0) & IFA_F.PERMANENT) !== 0;
  eachAttribute(view, SIZE.ifaddrmsg, body.length, (type, from, to) => {
    if (type !== IFA_CACHEINFO || !isPermanent) writer.attribute(type, body.slice(from, to));
  });
  return writer.bytes.slice();
}

function rerouted(body: Uint8Array, ifindex: number): Uint8Array {
  const copy = body.slice();
  const view = viewOf(copy);
  const oif = findAttribute(view, SIZE.rtmsg, copy.length, RTA.OIF);
  if (oif !== undefined) view.setUint32(oif.start, ifindex, littleEndian);
  return copy;
}

export const routeFamilies: readonly number[] = [AF.INET, AF.INET6];
