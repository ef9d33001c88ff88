import { Writer } from './attributes.ts';
import { NLM_F, SIZE } from './rtnetlink.ts';

/** Something a message says or does not say. */
export interface Condition {
  /** The nests to the attribute; none: the head of the message (struct ifinfomsg, struct ifaddrmsg). */
  readonly path: readonly number[];
  readonly offset: number;
  /** What must stand there; without any, the attribute has to be there. An attribute has to end with them. */
  readonly bytes: Uint8Array;
  /** The bits that count; all by default. */
  readonly mask?: Uint8Array;
  /** Whether it fires when this holds, or when it does not. */
  readonly holds: boolean;
}

/** A request without its header, as the netlink channel takes it. */
interface RequestBody {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** A request that is sent as soon as a message of that type about its link meets all conditions. */
export interface Reflex {
  readonly type: number;
  readonly conditions: readonly Condition[];
  readonly request: RequestBody;
}

const HEAD = 8;

/**
 * The reflexes of a link as native/reflexes.cc reads them, in the host's byte order.
 *
 * Each is `u16 length, u16 message type, u16 conditions, u16 length of the request`, the conditions, and at its
 * end the request with its header. A condition is `u16 length, u8 depth, u8 holds, u16 offset, u16 size`, the
 * path in u16s, the bytes and their mask. Everything begins at a multiple of four.
 */
export function programOf(reflexes: readonly Reflex[]): Uint8Array {
  const writer = new Writer(512);
  for (const { type, conditions, request } of reflexes) {
    const told = conditions.map(conditionOf);
    const asked = requestOf(request);
    const length = told.reduce((sum, one) => sum + one.length, HEAD) + padded(asked.length);
    writer.u16(length).u16(type).u16(told.length).u16(asked.length);
    for (const one of told) writer.raw(one);
    writer.raw(asked).pad();
  }
  return writer.bytes.slice();
}

/** Whether a request is the one a reflex sent: alike but for its number. */
export function isRequest(sent: Uint8Array, { type, flags, body }: RequestBody): boolean {
  if (sent.length !== SIZE.nlmsghdr + body.length) return false;
  const asked = requestOf({ type, flags, body });
  for (let i = 0; i < sent.length; i++) if (!(i >= 8 && i < 12) && sent[i] !== asked[i]) return false;
  return true;
}

function conditionOf({ path, offset, bytes, mask, holds }: Condition): Uint8Array {
  const writer = new Writer(64)
    .u16(0)
    .u8(path.length)
    .u8(holds ? 1 : 0)
    .u16(offset)
    .u16(bytes.length);
  for (const type of path) writer.u16(type);
  writer
    .pad()
    .raw(bytes)
    .raw(mask ?? bytes.map(() => 0xff))
    .pad();
  writer.setU16(0, writer.length);
  return writer.bytes.slice();
}

function requestOf({ type, flags, body }: RequestBody): Uint8Array {
  return new Writer(SIZE.nlmsghdr + body.length)
    .u32(SIZE.nlmsghdr + body.length)
    .u16(type)
    .u16(NLM_F.REQUEST | NLM_F.ACK | flags)
    .u32(0)
    .u32(0)
    .raw(body)
    .bytes.slice();
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
