import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridgePortLeft } from '../../../src/reconcilers/bridge-port.ts';
import { everyLink } from '../../../src/reconcilers/every-link.ts';
import { fieldsOf, kindNamed, kinds, lists, masters, ownLists } from '../../../src/reconcilers/index.ts';
import type { Fields, Kind } from '../../../src/reconcilers/kind.ts';
import { ipPortWords, ipWords } from './ip-words.ts';

/** Every table with a name to show. */
const tables: readonly (readonly [string, Fields])[] = [
  ['every link', everyLink],
  ...Object.values<Kind>(kinds).map(({ name, fields }) => [name, fields] as const),
  ...masters.flatMap(({ membership }) =>
    membership?.port === undefined ? [] : [[membership.port.key, membership.port.fields] as const],
  ),
];

for (const [kindName, words] of Object.entries(ipWords)) {
  test(`every option of \`ip link help ${kindName}\` is a key, or it is said why not`, () => {
    const kind = kindNamed(kindName);
    assert.ok(kind);
    assertSaid(words, kind.fields, kind.left, kind.shorthands);
  });
}

for (const [kindName, words] of Object.entries(ipPortWords)) {
  test(`every option of \`ip link help ${kindName}_slave\` is a key, or it is said why not`, () => {
    const fields = kindNamed(kindName)?.membership?.port?.fields;
    assert.ok(fields);
    assertSaid(words, fields, kindName === 'bridge' ? bridgePortLeft : {});
  });
}

function assertSaid(
  words: string,
  fields: Fields,
  left: Readonly<Record<string, string>>,
  shorthands: Readonly<Record<string, unknown>> = {},
): void {
  for (const word of words.split(/\s+/)) {
    const isKey = Object.entries(fields).some(
      ([key, row]) => key === word || row.also?.includes(word) === true,
    );
    assert.ok(isKey || Object.hasOwn({ ...left, ...shorthands }, word), `${word} is neither a key nor left`);
  }
}

for (const [name, table] of tables) {
  test(`the rows of ${name} are whole`, () => {
    const spellings = Object.entries(table).flatMap(([key, row]) => [key, ...(row.also ?? [])]);
    assert.equal(new Set(spellings).size, spellings.length, 'a key or spelling is there twice');
    for (const [key, row] of Object.entries(table)) {
      assert.match(row.doc, /^[\p{Lu}`].*\.$/u, `${key} has no sentence`);
      assert.ok(!row.doc.slice(0, -1).includes('. '), `${key} has more than one sentence`);
      assert.ok(row.type.range.length > 0, `${key} does not say what it takes`);
      assert.ok(row.type.refused.length > 0, `${key} refuses nothing`);
      const isReference = row.type.mentions !== undefined;
      assert.ok(isReference || row.type.samples.length > 0, `${key} has no samples`);
      if (row.change === 'recreate')
        assert.equal(row.notice, 'always', `${key}: a link made anew is always announced`);
    }
  });
}

test('rules look only at keys that are there', () => {
  for (const { name, told, apart = {} } of Object.values<Kind>(kinds)) {
    const table = fieldsOf(name);
    for (const [key, unsaid] of Object.entries(apart)) {
      assert.ok(Object.hasOwn(table, key), `${name} is told apart by ${key}`);
      assert.deepEqual(unsaid, table[key]?.absent ?? unsaid, `${name}.${key} when nobody writes it`);
    }
    for (const [key, row] of Object.entries(table)) {
      for (const other of row.beside ?? []) {
        const holder = key.includes('.') ? 'state' : other;
        assert.ok(Object.hasOwn({ ...table, ...told }, holder), `${name}.${key} looks at ${other}`);
      }
      for (const value of row.type.samples) {
        for (const other of row.moves?.(value) ?? [])
          assert.ok(Object.hasOwn(table, other), `${key} moves ${other}`);
      }
    }
  }
});

test('rows that share an attribute are bits of it', () => {
  for (const [name, table] of tables) {
    const byPath = new Map<string, string[]>();
    for (const [key, { place }] of Object.entries(table)) {
      if (place.at !== 'attribute') continue;
      const path = place.path.join('/');
      byPath.set(path, [...(byPath.get(path) ?? []), key]);
    }
    for (const keys of byPath.values()) {
      if (keys.length === 1) continue;
      for (const key of keys) assert.match(table[key]?.type.name ?? '', /^bit \d+ of/, `${name}.${key}`);
    }
  }
});

test('a key means one thing wherever it may be written', () => {
  const listNames = Object.keys({ ...lists, ...ownLists });
  const memberLists = masters.flatMap(({ membership }) => membership?.list ?? []);
  const portKeys = masters.flatMap(({ membership }) => membership?.port?.key ?? []);
  const reserved = new Set([
    ...listNames,
    ...memberLists,
    ...portKeys,
    'kind',
    'on_drift',
    'exclusive',
    'match',
  ]);
  for (const [name, table] of tables) {
    // A part names an entry of a list of what it is a part of by the word of the list.
    for (const [key, { place }] of Object.entries(table))
      assert.ok(!reserved.has(key) || (place.at === 'ovsdb' && place.entryOf === key), `${name}.${key}`);
  }
});

test('a kind lacks only keys every link has, and its shorthands stand for keys of one type', () => {
  for (const { name, fields, lacks = {}, shorthands = {} } of Object.values<Kind>(kinds)) {
    for (const [key, why] of Object.entries(lacks)) {
      assert.ok(Object.hasOwn({ ...everyLink, ...lists }, key), `${name} lacks ${key}`);
      assert.match(why, /^\p{Ll}.*[^.]$/u, `${name} lacks ${key}, which is the end of a sentence`);
    }
    for (const [short, { keys, doc }] of Object.entries(shorthands)) {
      assert.ok(!Object.hasOwn({ ...everyLink, ...fields }, short), `${name}.${short} is a key itself`);
      assert.match(doc, /^[\p{Lu}`].*\.$/u, `${short} has no sentence`);
      const types = keys.map((key) => fields[key]?.type.range);
      assert.ok(
        types.every((range) => range !== undefined && range === types[0]),
        `${name}.${short}`,
      );
    }
  }
});

test('every kind says what it is and when to use it', () => {
  for (const { name, summary, when, knows, triedOn, owner } of Object.values<Kind>(kinds)) {
    for (const sentence of [summary, when, ...knows]) assert.match(sentence, /^[\p{Lu}\d`].*\.$/u, name);
    assert.equal(triedOn.length > 0, owner === 'kernel', `${name} is tried on no kernel`);
  }
});

test('where a kind has its own row for a key of every link it lives in the same place', () => {
  for (const { name, fields } of Object.values<Kind>(kinds)) {
    for (const [key, row] of Object.entries(everyLink as Fields)) {
      const own = (fields as Fields)[key];
      if (own !== undefined) assert.deepEqual(own.place, row.place, `${name}.${key}`);
    }
  }
});
