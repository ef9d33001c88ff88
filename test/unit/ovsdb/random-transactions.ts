import fc from 'fast-check';

/** Few different values, so that what one transaction put in the next takes out. */
const text = fc.constantFrom('', 'a', 'b', 'c', 'é', 'ö', '\u{1f600}', '￿', '\\"');
/** Beyond 2^53 whole numbers are not exact. */
const integer = fc.constantFrom(0, 1, 2, -3, 10, 4_294_967_296, 2 ** 52);
const real = fc.constantFrom(0, 0.1, -2.5, 1e300, 3);
const row = fc.constantFrom('x', 'y', 'z').map((name) => ['named-uuid', name]);

const bare = <T>(set: readonly ['set', readonly T[]], unwrap: boolean) =>
  unwrap && set[1].length === 1 ? (set[1][0] as T) : set;
const set = <T>(atom: fc.Arbitrary<T>, minLength = 0, maxLength = 5) =>
  fc
    .tuple(fc.uniqueArray(atom, { minLength, maxLength, selector: (a) => JSON.stringify(a) }), fc.boolean())
    .map(([atoms, unwrap]) => bare(['set', atoms] as const, unwrap));
const map = <K, V>(key: fc.Arbitrary<K>, value: fc.Arbitrary<V>, maxLength = 5) =>
  fc
    .uniqueArray(fc.tuple(key, value), { maxLength, selector: ([key]) => key })
    .map((pairs) => ['map', pairs] as const);

const columns = {
  name: text,
  number: integer,
  real,
  flag: fc.boolean(),
  word: fc.constantFrom('', 'one', 'two'),
  perhaps: set(integer, 0, 1),
  perhaps_text: set(text, 0, 1),
  texts: set(text),
  numbers: set(integer),
  some: set(text, 1, 3),
  labels: map(text, text),
  counts: map(integer, integer),
  label: map(text, text, 1),
  friend: set(row, 0, 1),
  friends: set(row),
  known: map(text, row),
};

const mutations = fc.oneof(
  fc.tuple(fc.constant('number'), fc.constantFrom('+=', '-=', '*='), fc.constantFrom(1, 2, 5)),
  fc.tuple(fc.constantFrom('texts', 'some'), fc.constantFrom('insert', 'delete'), set(text)),
  fc.tuple(fc.constant('numbers'), fc.constantFrom('insert', 'delete'), set(integer)),
  fc.tuple(fc.constant('numbers'), fc.constantFrom('+=', '-='), fc.constantFrom(1, 2, 5)),
  fc.tuple(fc.constant('labels'), fc.constantFrom('insert', 'delete'), map(text, text)),
  fc.tuple(fc.constant('labels'), fc.constant('delete'), set(text)),
  fc.tuple(fc.constant('counts'), fc.constantFrom('insert', 'delete'), map(integer, integer)),
  fc.tuple(fc.constant('friends'), fc.constantFrom('insert', 'delete'), set(row)),
);

const where = fc.oneof(
  fc.tuple(fc.constant('name'), fc.constantFrom('==', '!='), text).map((condition) => [condition]),
  fc.constant([]),
);

const operation = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('update'),
      table: fc.constant('Thing'),
      where,
      row: fc.record({ ...columns, name: text }, { requiredKeys: [] }).map(({ name: _, ...row }) => row),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('mutate'),
      table: fc.constant('Thing'),
      where,
      mutations: fc.array(mutations, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('delete'),
      table: fc.constant('Thing'),
      where: where.filter((conditions) => conditions.length > 0),
    }),
  },
);

/** Three rows that come, which the rest of the transaction may refer to, and what it does with these and others. */
export const transaction = fc
  .tuple(
    fc.uniqueArray(text, { minLength: 3, maxLength: 3 }),
    fc.array(fc.record(columns, { requiredKeys: [] }), { minLength: 3, maxLength: 3 }),
    fc.array(operation, { maxLength: 4 }),
  )
  .map(([names, rows, operations]) => [
    'Example',
    { op: 'delete', table: 'Thing', where: [['name', 'includes', names[0]]] },
    { op: 'delete', table: 'Thing', where: [['name', 'includes', names[1]]] },
    { op: 'delete', table: 'Thing', where: [['name', 'includes', names[2]]] },
    ...rows.map((row, i) => ({
      op: 'insert',
      table: 'Thing',
      'uuid-name': ['x', 'y', 'z'][i],
      row: { ...row, name: names[i] },
    })),
    ...operations,
  ]);
