import { readFileSync } from 'node:fs';
import { Channel, type Exchanger, type Listener } from '../netlink/channel.ts';
import { NetlinkSocket, namespaceCookie } from '../netlink/native.ts';
import type { Scope } from '../owners/ledger.ts';
import { dumpBody } from '../owners/rtnetlink.ts';
import { Writer } from '../wire/attributes.ts';
import { AF, NETLINK_ROUTE, RTEXT_FILTER, RTM, RTNLGRP } from '../wire/rtnetlink.ts';

/** Room for a storm: 10,000 link notices of about 2 KiB, each with the kernel's own overhead. */
const RECEIVE_BUFFER = 128 * 1024 * 1024;
const MOST_READS = 10;

/** The one socket of a namespace: requests and notices on it come in one order. */
export function openSocket(): NetlinkSocket {
  return new NetlinkSocket({
    protocol: NETLINK_ROUTE,
    groups: [RTNLGRP.LINK, RTNLGRP.IPV4_IFADDR, RTNLGRP.IPV6_IFADDR, RTNLGRP.BRVLAN, RTNLGRP.NSID],
    listenAllNsid: true,
    receiveBuffer: RECEIVE_BUFFER,
    strict: true,
    extendedAck: true,
  });
}

/** A second socket without groups, for what may take long in the kernel. */
export function openSlowSocket(): NetlinkSocket {
  return new NetlinkSocket({ protocol: NETLINK_ROUTE, receiveBuffer: 4 * 1024 * 1024, extendedAck: true });
}

export function openChannel(socket: NetlinkSocket, listener: Listener): Channel {
  return new Channel(socket, listener);
}

/** Reads everything; false when the world moved too much to read it whole even after several tries. */
export function readAll(channel: Exchanger): boolean {
  return (
    dumped(channel, RTM.GETLINK, dumpBody(AF.UNSPEC, RTEXT_FILTER.SKIP_STATS)) &&
    dumped(channel, RTM.GETLINK, dumpBody(AF.BRIDGE, RTEXT_FILTER.BRVLAN_COMPRESSED)) &&
    dumped(channel, RTM.GETADDR, new Writer(8).u8(AF.UNSPEC).u8(0).u8(0).u8(0).u32(0).bytes.slice())
  );
}

/** An interrupted dump may lack an entry that moved in the kernel's table meanwhile (NLM_F_DUMP_INTR): ask again. */
function dumped(channel: Exchanger, type: number, body: Uint8Array): boolean {
  for (let i = 0; i < MOST_READS; i++) if (channel.dump(type, body)) return true;
  return false;
}

/** The boot and the namespace this process lives in. */
export function scopeHere(): Scope {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { boot, namespace: namespaceCookie().toString() };
}

/** A text that changes when the kernel learns something new: its modules. */
export function abilities(): string {
  try {
    return readFileSync('/proc/modules', 'utf8').replaceAll(/ .*$/gm, '');
  } catch {
    return '';
  }
}
