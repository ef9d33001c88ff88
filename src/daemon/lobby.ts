import type { LinkNotice } from '../inventory/inventory.ts';
import { Writer } from '../wire/attributes.ts';
import { sliceOf } from '../wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import { AF, RTM } from '../wire/rtnetlink.ts';

/**
 * A namespace with a name, told as if it were a link: then it is judged, remembered and spoken of like one.
 * Its number is made of its cookie: another namespace of the same name is another link.
 */
export function linkThere(id: string, number: number, kind: string): LinkNotice {
  const writer = head(number).attribute(IFLA.IFNAME, Buffer.from(`${id}\0`));
  const info = writer.open(IFLA.LINKINFO);
  writer.attribute(IFLA_INFO.KIND, Buffer.from(`${kind}\0`)).close(info);
  return { type: RTM.NEWLINK, port: 0, ...sliceOf(writer.bytes.slice()) };
}

export function linkGone(number: number): LinkNotice {
  return { type: RTM.DELLINK, port: 0, ...sliceOf(head(number).bytes.slice()) };
}

/** struct ifinfomsg. */
function head(number: number): Writer {
  return new Writer(64).u8(AF.UNSPEC).u8(0).u16(0).u32(number).u32(0).u32(0);
}
