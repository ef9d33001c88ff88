import { endianness } from 'node:os';

/** Netlink headers and most attributes are in the host's byte order. */
export const littleEndian: boolean = endianness() === 'LE';

/** A window on received bytes: where an attribute's payload lies. */
export interface Slice {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sliceOf(bytes: Uint8Array): Slice {
  return { view: viewOf(bytes), start: 0, end: bytes.byteLength };
}

/** The number in four bytes, host order; undefined where there are fewer. */
export function u32In({ view, start, end }: Slice): number | undefined {
  return end - start < 4 ? undefined : view.getUint32(start, littleEndian);
}

/** A copy of a window's bytes. */
export function bytesOf(slice: Slice): Uint8Array {
  const { view, start, end } = slice;
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice();
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The text up to the first NUL: kernel strings carry one, and sometimes padding after it. */
export function textOf(slice: Slice): string {
  const { view, start, end } = slice;
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte === 0) return text;
    if (byte >= 0x80 || at - start >= SHORT) return decoded(slice);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Names of links and kinds are ASCII and short: for those a decoder costs more than it does. */
const SHORT = 32;

function decoded({ view, start, end }: Slice): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + start, end - start);
  const nul = bytes.indexOf(0);
  return bytes.toString('utf8', 0, nul < 0 ? bytes.length : nul);
}
