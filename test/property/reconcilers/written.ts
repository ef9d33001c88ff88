import fc from 'fast-check';
import type { Value } from '../../../src/model/value.ts';
import type { Written } from '../../../src/model/written.ts';

/** A value as an operator would write it. */
export function writtenOf(value: Value): Written {
  if (Array.isArray(value)) return { is: 'list', items: value.map(writtenOf), offset: 0 };
  if (value === null) return { is: 'null', offset: 0 };
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([key, one]) => ({ key: scalar(key), value: writtenOf(one) }));
    return { is: 'map', entries, offset: 0 };
  }
  return scalar(String(value));
}

export function scalar(text: string) {
  return { is: 'scalar', text, quoted: false, offset: 0 } as const;
}

/** Numbers and things like them, near and beyond every width. */
const numeric = fc.oneof(
  fc.integer({ min: -3, max: 70_000 }).map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.constantFrom(8, 16, 31, 32, 53, 63, 64).chain((bits) => {
    const edge = 2n ** BigInt(bits);
    return fc.constantFrom(edge - 1n, edge, edge + 1n, -edge).map(String);
  }),
  fc.nat().map((n) => `0x${n.toString(16)}`),
  fc.double().map(String),
);

const hexByte = fc.nat(255).map((n) => n.toString(16).padStart(2, '0'));
const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.tuple(fc.ipV4(), fc.nat(40)).map(([ip, bits]) => `${ip}/${bits}`),
  fc.array(hexByte, { minLength: 5, maxLength: 7 }).map((bytes) => bytes.join(':')),
);
const pairs = fc.tuple(numeric, fc.constantFrom(':', '-', ' '), numeric).map((parts) => parts.join(''));
const words = fc.constantFrom('true', 'off', 'none', 'any', 'auto', 'inherit', 'default', '', 'nonsense');

/** Any scalar: what some key might take, and what none does. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  numeric,
  addresses,
  pairs,
  words,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 300 }),
);

const leaf: fc.Arbitrary<Written> = fc.oneof(
  { weight: 9, arbitrary: anyText.map(scalar) },
  { weight: 1, arbitrary: fc.constant<Written>({ is: 'null', offset: 0 }) },
);

function holding(item: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
  return fc.oneof(
    { weight: 5, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc
        .array(item, { maxLength: 20 })
        .map((items): Written => ({ is: 'list', items, offset: 0 })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.record({ key: anyText.map(scalar), value: item }), { maxLength: 5 })
        .map((entries): Written => ({ is: 'map', entries, offset: 0 })),
    },
  );
}

/** Whatever may stand behind a key of a file. */
export const anyWritten: fc.Arbitrary<Written> = holding(holding(leaf));
