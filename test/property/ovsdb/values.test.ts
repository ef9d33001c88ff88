import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Garbled, type Json } from '../../../src/ovsdb/json.ts';
import { type AtomType, type ColumnType, readType } from '../../../src/ovsdb/schema.ts';
import {
  type Atom,
  type Datum,
  defaultOf,
  isMap,
  isSet,
  modified,
  readDatum,
  sameDatum,
  writeDatum,
} from '../../../src/ovsdb/values.ts';

const atoms: Record<AtomType, fc.Arbitrary<Atom>> = {
  integer: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.maxSafeInteger()),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((real) => real + 0),
  boolean: fc.boolean(),
  string: fc.oneof(fc.constantFrom('', 'set', 'map', 'uuid', 'a'), fc.string({ unit: 'grapheme' })),
  uuid: fc.uuid(),
};
const atomType = fc.constantFrom<AtomType>('integer', 'real', 'boolean', 'string', 'uuid');

/** Each form a column can have. */
const type: fc.Arbitrary<ColumnType> = fc
  .record({
    key: atomType,
    value: fc.option(atomType, { nil: undefined }),
    min: fc.constantFrom(0, 1),
    max: fc.constantFrom(1, 3, 'unlimited' as const),
  })
  .map(({ value, ...json }) => readType(value === undefined ? json : { ...json, value }));

function datum({ key, value, min, max }: ColumnType): fc.Arbitrary<Datum> {
  const sizes = { minLength: min, maxLength: Math.min(max, 8) };
  if (value !== undefined) {
    return fc
      .uniqueArray(fc.tuple(atoms[key.type], atoms[value.type]), { ...sizes, selector: ([k]) => k })
      .map((pairs) => new Map(pairs));
  }
  if (max === 1) return min === 1 ? atoms[key.type] : fc.option(atoms[key.type]);
  return fc
    .uniqueArray(atoms[key.type], sizes)
    .map((set) => set.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
}

const typed = type.chain((type) =>
  fc.record({ type: fc.constant(type), before: datum(type), after: datum(type) }),
);

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(typed, ({ type, before }) => {
      const wire: Json = JSON.parse(JSON.stringify(writeDatum(before, type)));
      assert.deepEqual(readDatum(wire, type), before);
      assert.ok(sameDatum(readDatum(wire, type), before));
    }),
    { numRuns: 1000 },
  );
});

test('a set is read the same in whatever order, and one of one with or without its brackets', () => {
  const sets = atomType
    .map((key) => readType({ key, min: 0, max: 'unlimited' }))
    .chain((type) => fc.record({ type: fc.constant(type), set: datum(type) }));
  fc.assert(
    fc.property(sets, ({ type, set }) => {
      const [, members] = JSON.parse(JSON.stringify(writeDatum(set, type)));
      assert.deepEqual(readDatum(['set', [...members].reverse()], type), set);
      if (members.length === 1) assert.deepEqual(readDatum(members[0], type), set);
    }),
    { numRuns: 300 },
  );
});

test('two values are the same exactly if each of their parts is', () => {
  fc.assert(
    fc.property(typed, ({ before, after }) => {
      const equal = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
      assert.equal(sameDatum(before, after), equal);
    }),
    { numRuns: 1000 },
  );
});

test('a value and its difference to another give the other', () => {
  fc.assert(
    fc.property(typed, ({ type, before, after }) => {
      const difference: Json = JSON.parse(JSON.stringify(differenceOf(before, after, type)));
      const kept = structuredClone(before);
      assert.deepEqual(modified(before, difference, type), after);
      assert.deepEqual(before, kept, 'and the one is as it was');
    }),
    { numRuns: 1000 },
  );
});

test('whatever JSON there is instead of a value is read or refused', () => {
  fc.assert(
    fc.property(type, datumLike, (type, json) => {
      for (const read of [() => readDatum(json, type), () => modified(defaultOf(type), json, type)]) {
        try {
          const datum = read();
          assert.equal(isMap(datum), type.value !== undefined);
        } catch (error) {
          assert.ok(error instanceof Garbled, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

const tag = fc.constantFrom('set', 'map', 'uuid', 'named-uuid');
const datumLike: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<Json>,
  fc.tuple(tag, fc.jsonValue() as fc.Arbitrary<Json>),
  fc.tuple(tag, fc.array(fc.tuple(tag, fc.uuid()))),
  fc.tuple(tag, fc.array(fc.tuple(fc.string(), fc.integer()))),
);

/** As ovsdb-server(7) 4.1.14 has it, by the book and not by merging. */
function differenceOf(before: Datum, after: Datum, type: ColumnType): unknown {
  if (type.max === 1) return writeDatum(after, type);
  if (isMap(before) && isMap(after)) {
    const pairs = new Map<Atom, Atom>();
    for (const [key, value] of before) if (!after.has(key)) pairs.set(key, value);
    for (const [key, value] of after) if (before.get(key) !== value) pairs.set(key, value);
    return writeDatum(pairs, type);
  }
  assert.ok(isSet(before) && isSet(after));
  return writeDatum(
    [...before.filter((atom) => !after.includes(atom)), ...after.filter((atom) => !before.includes(atom))],
    type,
  );
}

function sorted(datum: Datum): unknown {
  if (!isMap(datum)) return datum;
  return [...datum].sort(([a], [b]) => (a < b ? -1 : 1));
}
