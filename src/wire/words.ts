import { didYouMean } from '../model/nearest.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { littleEndian, textOf } from './bytes.ts';
import { leftOut, type WireType } from './type.ts';

const onWords = new Set(['true', 'on', '1']);
const offWords = new Set(['false', 'off', '0']);

/** A switch as written: true/false, on/off, 1/0; throws a Misfit for anything else. */
export function readSwitch(written: Written): boolean {
  const text = textWritten(written, '`true` or `false`').toLowerCase();
  if (onWords.has(text)) return true;
  if (offWords.has(text)) return false;
  const meant = text === 'yes' ? '`true`' : text === 'no' ? '`false`' : '`true` or `false`';
  throw new Misfit(written, `${nameOf(written)} is not a switch; write ${meant}`);
}

const switchSchema = { enum: [true, false, 'on', 'off', 1, 0] } as const;
const aSwitch = {
  range: 'true or false',
  schema: switchSchema,
  read: readSwitch,
  agrees: (wanted: boolean, found: boolean) => wanted === found,
  samples: [true, false],
  refused: ['', '2', 'maybe', 'yes'],
};

/** A switch in one byte. */
export const onOff: WireType<boolean> = {
  ...aSwitch,
  name: 'switch in u8',
  encode: (value) => Uint8Array.of(value ? 1 : 0),
  decode: ({ view, start, end }) => (end > start ? view.getUint8(start) !== 0 : undefined),
};

/** Up or down, as a flag is. */
export const upOrDown: WireType<string> = {
  name: 'up or down',
  range: 'up or down',
  schema: { enum: ['up', 'down'] },
  read(written) {
    const text = textWritten(written, '`up` or `down`').toLowerCase();
    if (text !== 'up' && text !== 'down') {
      throw new Misfit(written, `${nameOf(written)} is not a state; write \`up\` or \`down\``);
    }
    return text;
  },
  encode: (value) => Uint8Array.of(value === 'up' ? 1 : 0),
  decode: ({ view, start, end }) => (end > start ? (view.getUint8(start) !== 0 ? 'up' : 'down') : undefined),
  agrees: (wanted, found) => wanted === found,
  samples: ['up', 'down'],
  refused: ['', 'true', 'upp'],
};

/** A switch in two bytes, host order. */
export const onOff16: WireType<boolean> = {
  ...aSwitch,
  name: 'switch in u16',
  encode: (value) => {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value ? 1 : 0, littleEndian);
    return bytes;
  },
  decode: ({ view, start, end }) =>
    end - start >= 2 ? view.getUint16(start, littleEndian) !== 0 : undefined,
};

/** A switch in four bytes, host order. */
export const onOff32: WireType<boolean> = {
  ...aSwitch,
  name: 'switch in u32',
  encode: (value) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value ? 1 : 0, littleEndian);
    return bytes;
  },
  decode: ({ view, start, end }) =>
    end - start >= 4 ? view.getUint32(start, littleEndian) !== 0 : undefined,
};

/** A switch that is on by being there: an attribute without payload, left out when off. */
export const presence: WireType<boolean> = {
  ...aSwitch,
  name: 'presence',
  encode: (value) => (value ? new Uint8Array(0) : leftOut),
  decode: () => true,
};

/**
 * One bit of a pair of words { value, mask }, both u32 in host order: only bits in the mask are meant.
 * Rows that share the attribute are OR-ed together (struct ifla_vlan_flags, struct br_boolopt_multi).
 */
export function maskedBit(bit: number): WireType<boolean> {
  return {
    ...aSwitch,
    name: `bit ${bit} of {value, mask}`,
    encode: (value) => {
      const bytes = new Uint8Array(8);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, value ? 1 << bit : 0, littleEndian);
      view.setUint32(4, 1 << bit, littleEndian);
      return bytes;
    },
    decode: ({ view, start, end }) => {
      if (end - start < 8) return undefined;
      if ((view.getUint32(start + 4, littleEndian) & (1 << bit)) === 0) return undefined;
      return (view.getUint32(start, littleEndian) & (1 << bit)) !== 0;
    },
  };
}

/** Words and the numbers they stand for. */
export interface Choice {
  readonly [word: string]: number;
}

/**
 * One of several words, each a number in the base type.
 * `also` are other spellings, never shown; `told` are words that are shown and cannot be written.
 * A number that is no word shows as itself.
 */
export function oneOf(
  base: WireType<number | string>,
  choice: Choice,
  also: Choice = {},
  told: Choice = {},
): WireType<string> {
  const wordFor = new Map(Object.entries({ ...choice, ...told }).map(([word, number]) => [number, word]));
  const accepted: Choice = { ...choice, ...also };
  const words = Object.keys(choice);
  const range = words.join(', ');
  return {
    name: `${base.name} word`,
    range,
    schema: { enum: Object.keys(accepted) },
    read(written) {
      const text = textWritten(written, `one of ${range}`);
      const exact = Object.hasOwn(accepted, text) ? text : text.toLowerCase();
      const number = Object.hasOwn(accepted, exact) ? accepted[exact] : undefined;
      const word = number === undefined ? undefined : wordFor.get(number);
      if (word === undefined) {
        throw new Misfit(written, `${nameOf(written)} is not one of ${range}${didYouMean(text, words)}`);
      }
      return word;
    },
    encode: (value, names) => base.encode(choice[value] ?? 0, names),
    decode: (slice, names) => {
      const number = base.decode(slice, names);
      return number === undefined ? undefined : (wordFor.get(Number(number)) ?? String(number));
    },
    agrees: (wanted, found) => wanted === found,
    samples: words,
    refused: ['', 'nonsense'],
  };
}

/** One of several words, sent as it is written, with a NUL behind. */
export function namedWord(words: readonly string[]): WireType<string> {
  const range = words.join(', ');
  return {
    name: 'word',
    range,
    schema: { enum: words },
    read(written) {
      const text = textWritten(written, `one of ${range}`);
      const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
      if (word === undefined)
        throw new Misfit(written, `${nameOf(written)} is not one of ${range}${didYouMean(text, words)}`);
      return word;
    },
    encode: (value) => Uint8Array.from(Buffer.from(`${value}\0`)),
    decode: (slice) => textOf(slice),
    agrees: (wanted, found) => wanted === found,
    samples: words,
    refused: ['', 'nonsense'],
  };
}

/** A number, or a word that the kernel has an attribute of its own for: the number's attribute is left out then. */
export function orWord(base: WireType<number | string>, word: string): WireType<number | string> {
  return {
    ...base,
    range: `${base.range}, ${word}`,
    schema: { anyOf: [base.schema, { enum: [word] }] },
    read: (written) => (written.is === 'scalar' && written.text === word ? word : base.read(written)),
    encode: (value, names) => (value === word ? leftOut : base.encode(value, names)),
    samples: [word, ...base.samples],
  };
}

/** Bits of a word of two bytes, host order, written by name, one or a list; none of them is `none`. */
export function bitsOf(choice: Choice, also: Choice = {}): WireType<readonly string[]> {
  const words = Object.keys(choice);
  const nothing = new Set(['none', ...Object.keys(also)]);
  const range = `none, ${words.join(', ')}, or a list of them`;
  const one = { enum: [...nothing, ...words] };
  const ordered = (set: ReadonlySet<string>) => words.filter((word) => set.has(word));
  return {
    name: 'bits in u16',
    range,
    schema: { anyOf: [one, { type: 'array', items: { enum: words }, uniqueItems: true }] },
    read(written) {
      const items = written.is === 'list' ? written.items : [written];
      const found = new Set<string>();
      for (const item of items) {
        const text = textWritten(item, `one of ${range}`);
        if (nothing.has(text) && items.length === 1) continue;
        if (!Object.hasOwn(choice, text))
          throw new Misfit(item, `${nameOf(item)} is not one of ${range}${didYouMean(text, words)}`);
        found.add(text);
      }
      return ordered(found);
    },
    encode(value) {
      const bytes = new Uint8Array(2);
      const bits = value.reduce((all, word) => all | (choice[word] ?? 0), 0);
      new DataView(bytes.buffer).setUint16(0, bits, littleEndian);
      return bytes;
    },
    decode({ view, start, end }) {
      if (end - start < 2) return undefined;
      const bits = view.getUint16(start, littleEndian);
      return words.filter((word) => (bits & (choice[word] ?? 0)) !== 0);
    },
    agrees: (wanted, found) => wanted.length === found.length && wanted.every((word) => found.includes(word)),
    samples: [[], ...words.map((word) => [word]), words],
    refused: ['', 'nonsense'],
  };
}
