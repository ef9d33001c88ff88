import { findAttribute, Writer } from '../wire/attributes.ts';
import { littleEndian, type Slice } from '../wire/bytes.ts';
import { AF, NETNSA, RTM } from '../wire/rtnetlink.ts';
import type { Channel, Exchanger } from './channel.ts';
import { OWN } from './messages.ts';

/** struct rtgenmsg, with its padding. */
const HEAD = 4;
/** The kernel chooses the number (NETNSA_NSID_NOT_ASSIGNED). */
const ANY = -1;

/**
 * The number a namespace has inside another, given by a descriptor of it (rtnl_net_getid in net/core/net_namespace.c).
 * The other one is known by its number in the channel's own namespace, {@link OWN} for that itself.
 */
export function nsidOf(channel: Channel, descriptor: number, inside = OWN): number | undefined {
  const there = inside === OWN ? [] : [[NETNSA.TARGET_NSID, inside] as const];
  const [reply] = channel.ask(request(RTM.GETNSID, [NETNSA.FD, descriptor], ...there));
  const nsid = reply === undefined ? undefined : numberIn(reply, NETNSA.NSID);
  return nsid === undefined || nsid < 0 ? undefined : nsid;
}

/** The same; it gets a number if it has none. Undefined when the kernel gives none. */
export function givenNsidOf(
  channel: Channel,
  descriptor: number,
  inside: { readonly channel: Exchanger; readonly nsid: number } = { channel, nsid: OWN },
): number | undefined {
  const known = nsidOf(channel, descriptor, inside.nsid);
  if (known !== undefined) return known;
  inside.channel.exchange([request(RTM.NEWNSID, [NETNSA.FD, descriptor], [NETNSA.NSID, ANY])]);
  return nsidOf(channel, descriptor, inside.nsid);
}

/**
 * What the numbers used inside a namespace stand for outside: theirs → ours, {@link OWN} for the channel's own namespace.
 * Those of namespaces without a number here are left out.
 */
export function nsidsInside(channel: Channel, nsid: number, self: number): ReadonlyMap<number, number> {
  const ours = new Map<number, number>();
  for (const reply of channel.ask(request(RTM.GETNSID, [NETNSA.TARGET_NSID, nsid]), true)) {
    const [theirs, here] = [numberIn(reply, NETNSA.NSID), numberIn(reply, NETNSA.CURRENT_NSID)];
    if (theirs !== undefined && theirs >= 0 && here !== undefined && here >= 0) ours.set(theirs, here);
  }
  const own = nsidOf(channel, self, nsid);
  if (own !== undefined) ours.set(own, OWN);
  return ours;
}

/** The number a notice of RTM_NEWNSID or RTM_DELNSID tells of. */
export function numberTold(notice: Slice): number | undefined {
  return numberIn(notice, NETNSA.NSID);
}

function request(type: number, ...attributes: readonly (readonly [number, number])[]) {
  const writer = new Writer(32).u8(AF.UNSPEC).raw(new Uint8Array(HEAD - 1));
  for (const [attribute, value] of attributes) writer.attribute32(attribute, value);
  return { type, flags: 0, body: writer.bytes.slice() };
}

function numberIn({ view, start, end }: Slice, attribute: number): number | undefined {
  const found = findAttribute(view, start + HEAD, end, attribute);
  return found === undefined ? undefined : found.view.getInt32(found.start, littleEndian);
}
