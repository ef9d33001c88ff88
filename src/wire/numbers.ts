import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { littleEndian, type Slice } from './bytes.ts';
import type { WireType } from './type.ts';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Words that stand for numbers, as ip(8) knows them: `{ inherit: 0 }`. Shown as words. */
  readonly words?: Readonly<Record<string, number>>;
  /** Bits that may not be set. */
  readonly without?: number;
}

type NumberOrWord = number | string;

interface Layout {
  readonly name: string;
  readonly bytes: 1 | 2 | 4;
  readonly min: number;
  readonly max: number;
  get(view: DataView, at: number): number;
  set(view: DataView, value: number): void;
}

const layouts = {
  u8: {
    name: 'u8',
    bytes: 1,
    min: 0,
    max: 0xff,
    get: (v, at) => v.getUint8(at),
    set: (v, n) => v.setUint8(0, n),
  },
  u16: {
    name: 'u16',
    bytes: 2,
    min: 0,
    max: 0xffff,
    get: (v, at) => v.getUint16(at, littleEndian),
    set: (v, n) => v.setUint16(0, n, littleEndian),
  },
  u16be: {
    name: 'u16be',
    bytes: 2,
    min: 0,
    max: 0xffff,
    get: (v, at) => v.getUint16(at, false),
    set: (v, n) => v.setUint16(0, n, false),
  },
  u32: {
    name: 'u32',
    bytes: 4,
    min: 0,
    max: 0xffff_ffff,
    get: (v, at) => v.getUint32(at, littleEndian),
    set: (v, n) => v.setUint32(0, n, littleEndian),
  },
  u32be: {
    name: 'u32be',
    bytes: 4,
    min: 0,
    max: 0xffff_ffff,
    get: (v, at) => v.getUint32(at, false),
    set: (v, n) => v.setUint32(0, n, false),
  },
  s32: {
    name: 's32',
    bytes: 4,
    min: -0x8000_0000,
    max: 0x7fff_ffff,
    get: (v, at) => v.getInt32(at, littleEndian),
    set: (v, n) => v.setInt32(0, n, littleEndian),
  },
} as const satisfies Record<string, Layout>;

/** An unsigned byte. */
export function u8(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.u8, bounds);
}

/** An unsigned byte, reported as the last of a longer value. */
export function lastByte(bounds: Bounds = {}): WireType<NumberOrWord> {
  const base = u8(bounds);
  return {
    ...base,
    name: 'u8 at the end',
    decode: ({ view, start, end }, names) =>
      end > start ? base.decode({ view, start: end - 1, end }, names) : undefined,
  };
}

/** Two bytes in host order. */
export function u16(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.u16, bounds);
}

/** Two bytes in network order. */
export function u16be(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.u16be, bounds);
}

/** Four bytes in host order. */
export function u32(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.u32, bounds);
}

/** Four bytes in network order. */
export function u32be(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.u32be, bounds);
}

/** Four bytes, signed, in host order. */
export function s32(bounds: Bounds = {}): WireType<NumberOrWord> {
  return integer(layouts.s32, bounds);
}

/** Hundredths of a second in four bytes, as ip(8) takes them (USER_HZ; the kernel may round to its own HZ). */
export function centiseconds(bounds: Bounds = {}): WireType<NumberOrWord> {
  const base = integer(layouts.u32, bounds);
  return { ...base, name: 'centiseconds', agrees: roundedByTheKernel };
}

/** What jiffies_to_clock_t can multiply by the nanoseconds of a tick without running over 64 bits; 584 years. */
const MOST_CENTISECONDS = 1_844_674_407_370;

/** Hundredths of a second in eight bytes (USER_HZ), as far as the kernel can give them back. */
export function centiseconds64(bounds: Bounds = {}): WireType<NumberOrWord> {
  return {
    ...u64({ max: MOST_CENTISECONDS, ...bounds }),
    name: 'centiseconds64',
    agrees: roundedByTheKernel,
  };
}

/**
 * A clock with HZ ticks a second keeps whole ticks: at HZ=250 an odd number of hundredths comes back one lower,
 * at 100 and 1000 nothing is lost (clock_t_to_jiffies, jiffies_to_clock_t in kernel/time/time.c).
 */
function roundedByTheKernel(wanted: NumberOrWord, found: NumberOrWord): boolean {
  if (wanted === found) return true;
  return typeof wanted === 'number' && typeof found === 'number' && wanted % 2 === 1 && wanted - found === 1;
}

/** Eight bytes in host order; numbers beyond 2^53 are decimal strings, exactly. */
export function u64(bounds: Bounds = {}): WireType<NumberOrWord> {
  const min = BigInt(bounds.min ?? 0);
  const max = bounds.max === undefined ? 0xffff_ffff_ffff_ffffn : BigInt(bounds.max);
  const canonical = (n: bigint) => (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n.toString());
  const range = `${min} to ${max}`;
  return {
    name: 'u64',
    range,
    schema: { type: ['integer', 'string'], minimum: Number(min), maximum: Number(max) },
    read(written) {
      const n = parseInteger(textWritten(written, `a number (${range})`));
      if (n === undefined || n < min || n > max) {
        throw new Misfit(written, `${nameOf(written)} is not a number from ${range}`);
      }
      return canonical(n);
    },
    encode(value) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(value), littleEndian);
      return bytes;
    },
    decode: ({ view, start, end }) =>
      end - start < 8 ? undefined : canonical(view.getBigUint64(start, littleEndian)),
    agrees: (wanted, found) => wanted === found,
    samples: [canonical(min), canonical(min + 5n), canonical(min + 77n), canonical(max)],
    refused: ['', 'x', '1.5', String(min - 1n), String(max + 1n)],
  };
}

function integer(layout: Layout, bounds: Bounds): WireType<NumberOrWord> {
  const min = bounds.min ?? layout.min;
  const max = bounds.max ?? layout.max;
  const words = bounds.words ?? {};
  const without = bounds.without ?? 0;
  const fits = (n: number) => n >= min && n <= max && (n & without) === 0;
  const wordFor = new Map(Object.entries(words).map(([word, number]) => [number, word]));
  const numberFor = (value: NumberOrWord): number =>
    typeof value === 'number' ? value : (words[value] ?? Number.NaN);
  const wordList = Object.keys(words);
  const bits = without === 0 ? '' : ` without the bits 0x${without.toString(16)}`;
  const range = [min === max ? String(min) : `${min} to ${max}${bits}`, ...wordList].join(', ');
  const told = [min === max ? String(min) : `a number from ${min} to ${max}${bits}`, ...wordList].join(
    ' or ',
  );
  const numeric = { type: 'integer', minimum: min, maximum: max };
  return {
    name: layout.name,
    range,
    schema: wordList.length === 0 ? numeric : { anyOf: [numeric, { enum: wordList }] },
    read(written) {
      const text = textWritten(written, `a number (${range})`);
      if (Object.hasOwn(words, text)) return text;
      const parsed = parseInteger(text);
      const number = parsed === undefined ? Number.NaN : Number(parsed);
      if (wordFor.has(number)) return wordFor.get(number) as string;
      if (!fits(number)) throw new Misfit(written, `${nameOf(written)} is not ${told}`);
      return number;
    },
    encode(value) {
      const bytes = new Uint8Array(layout.bytes);
      layout.set(new DataView(bytes.buffer), numberFor(value));
      return bytes;
    },
    decode({ view, start, end }: Slice) {
      if (end - start < layout.bytes) return undefined;
      const number = layout.get(view, start);
      return wordFor.get(number) ?? number;
    },
    agrees: (wanted, found) => wanted === found,
    samples: [
      ...new Set<NumberOrWord>([
        ...wordList,
        ...sampled(min, max, without)
          .filter(fits)
          .map((n) => wordFor.get(n) ?? n),
      ]),
    ],
    refused: [
      ...['', 'x', String(min - 1), String(max + 1), '1.5'],
      ...(without === 0 ? [] : [String(without)]),
    ].filter((text) => {
      const n = parseInteger(text);
      return n === undefined || !wordFor.has(Number(n));
    }),
  };
}

/** The bounds, and some numbers between them that are nobody's default. */
function sampled(min: number, max: number, without: number): readonly number[] {
  const highest = without === 0 ? max : max & ~without;
  return [min, min + 8, min + 21, highest - 10, highest];
}

/** A whole number as written: decimal (leading zeroes are nothing special) or `0x` hexadecimal. */
export function parseInteger(text: string): bigint | undefined {
  if (/^-?[0-9]+$/.test(text)) return BigInt(text);
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text);
  return undefined;
}

/** Whether a scalar is a plain whole number. */
export function isInteger(written: Written): boolean {
  return written.is === 'scalar' && parseInteger(written.text) !== undefined;
}
