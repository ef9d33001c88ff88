import { littleEndian, type Slice } from './bytes.ts';

/** The low 14 bits of an attribute's type; the two above say nested and network byte order (uapi/linux/netlink.h). */
const NLA_TYPE_MASK = 0x3fff;
const NLA_F_NESTED = 0x8000;
const HEADER = 4;

/**
 * Calls `visit` for each attribute between `start` and `end`, in order.
 * A malformed length ends the walk: what was read before it stands, what follows cannot be trusted.
 */
export function eachAttribute(
  view: DataView,
  start: number,
  end: number,
  visit: (type: number, start: number, end: number) => void,
): void {
  let at = start;
  while (at + HEADER <= end) {
    const length = view.getUint16(at, littleEndian);
    if (length < HEADER || at + length > end) return;
    visit(view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK, at + HEADER, at + length);
    at += (length + 3) & ~3;
  }
}

/** The payload of the first attribute of that type, or undefined. */
export function findAttribute(view: DataView, start: number, end: number, wanted: number): Slice | undefined {
  let at = start;
  while (at + HEADER <= end) {
    const length = view.getUint16(at, littleEndian);
    if (length < HEADER || at + length > end) return undefined;
    if ((view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK) === wanted) {
      return { view, start: at + HEADER, end: at + length };
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}

/** Follows a path of nested attributes from a window. */
export function follow(from: Slice, path: readonly number[]): Slice | undefined {
  let here: Slice | undefined = from;
  for (const type of path) {
    here = findAttribute(here.view, here.start, here.end, type);
    if (here === undefined) return undefined;
  }
  return here;
}

/** Bytes in the making: a message with its attributes, nests closed by a mark. Grows as needed, is reused. */
export class Writer {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): this {
    this.#length = 0;
    return this;
  }

  /** Forgets everything after a mark. */
  backTo(mark: number): void {
    this.#length = mark;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
    return this;
  }

  u16(value: number): this {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, littleEndian);
    this.#length += 2;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value >>> 0, littleEndian);
    this.#length += 4;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Zeroes up to the next multiple of four, as every attribute and message ends. */
  pad(): this {
    while (this.#length & 3) this.u8(0);
    return this;
  }

  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, littleEndian);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value >>> 0, littleEndian);
  }

  /** One attribute with its payload. */
  attribute(type: number, payload: Uint8Array): this {
    return this.u16(HEADER + payload.length)
      .u16(type)
      .raw(payload)
      .pad();
  }

  /** One attribute that is a number in four bytes, host order. */
  attribute32(type: number, value: number): this {
    return this.u16(HEADER + 4)
      .u16(type)
      .u32(value);
  }

  /** Opens a nested attribute; close it with the mark. */
  open(type: number): number {
    const mark = this.#length;
    this.u16(0).u16(type | NLA_F_NESTED);
    return mark;
  }

  close(mark: number): this {
    this.#view.setUint16(mark, this.#length - mark, littleEndian);
    return this;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
