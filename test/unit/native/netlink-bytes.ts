/** Netlink messages as bytes, written and read here independently of the codec under src/. */
import type { NetlinkSocket } from '../../../src/netlink/native.ts';

export const NETLINK_ROUTE = 0;
export const RTM_NEWLINK = 16;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;
export const RTNLGRP_LINK = 1;
const IFLA_MTU = 4;
const HEADER = 16;
const IFINFOMSG = 16;

export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly body: DataView;
}

/** One message: header and body, in the host's byte order (little-endian on all this is tested on). */
export function message(type: number, flags: number, sequence: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, HEADER);
  return bytes;
}

/** A request for all links of the namespace. */
export function linkDump(sequence: number): Uint8Array {
  return message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(IFINFOMSG));
}

/** A request that sets the MTU of a link and asks for an acknowledgement. */
export function setMtu(sequence: number, ifindex: number, mtu: number): Uint8Array {
  const body = new Uint8Array(IFINFOMSG + 8);
  const view = new DataView(body.buffer);
  view.setInt32(4, ifindex, true);
  view.setUint16(IFINFOMSG, 8, true);
  view.setUint16(IFINFOMSG + 2, IFLA_MTU, true);
  view.setUint32(IFINFOMSG + 4, mtu, true);
  return message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, sequence, body);
}

/** The messages that stand one behind the other in a datagram or in the answers of an exchange. */
export function messages(bytes: Uint8Array): Message[] {
  const found: Message[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += (view.getUint32(at, true) + 3) & ~3) {
    const length = view.getUint32(at, true);
    found.push({
      type: view.getUint16(at + 4, true),
      sequence: view.getUint32(at + 8, true),
      body: new DataView(bytes.buffer, bytes.byteOffset + at + HEADER, length - HEADER),
    });
  }
  return found;
}

/** The errno of an `NLMSG_ERROR`, 0 for an acknowledgement. */
export function errnoOf(answer: Message): number {
  return Math.abs(answer.body.getInt32(0, true));
}

/** The ifindex and MTU that an `RTM_NEWLINK` carries. */
export function linkOf(notice: Message): { ifindex: number; mtu: number | undefined } {
  const { body } = notice;
  for (let at = IFINFOMSG; at + 4 <= body.byteLength; at += (body.getUint16(at, true) + 3) & ~3) {
    if (body.getUint16(at + 2, true) === IFLA_MTU) {
      return { ifindex: body.getInt32(4, true), mtu: body.getUint32(at + 4, true) };
    }
  }
  return { ifindex: body.getInt32(4, true), mtu: undefined };
}

/** Receives what is there now: the messages, or the errno. */
export function receiveAll(socket: NetlinkSocket, slot = 32_768): Message[] | { errno: number } {
  const into = new Uint8Array(slot * 4);
  const found = new Int32Array(8);
  const received: Message[] = [];
  for (;;) {
    const count = socket.receive(into, slot, found);
    if (count < 0) return { errno: -count };
    if (count === 0) return received;
    for (let i = 0; i < count; i += 1) {
      received.push(...messages(into.slice(i * slot, i * slot + (found[2 * i] ?? 0))));
    }
  }
}

/** Sends a request and collects its answers up to the one that ends them. */
export function ask(socket: NetlinkSocket, request: Uint8Array): Message[] {
  const sent = socket.send(request);
  if (sent < 0) throw new Error(`send answered ${sent}`);
  const answers: Message[] = [];
  while (!answers.some(({ type }) => type === NLMSG_DONE || type === NLMSG_ERROR)) {
    const received = socket.wait(5_000) ? receiveAll(socket) : { errno: 0 };
    if (!Array.isArray(received)) throw new Error(`no answer, errno ${received.errno}`);
    answers.push(...received);
  }
  return answers;
}
