import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../../src/config/read-file.ts';
import { sourceOf } from '../../../src/config/source.ts';
import type { Written } from '../../../src/model/written.ts';

function read(text: string) {
  return readYaml(sourceOf('a.yaml', text));
}

/** A tree as plain values: scalars as their text, quoted ones in brackets, null as null. */
function plain(written: Written | undefined): unknown {
  switch (written?.is) {
    case 'scalar':
      return written.quoted ? `<${written.text}>` : written.text;
    case 'list':
      return written.items.map(plain);
    case 'map':
      return Object.fromEntries(written.entries.map(({ key, value }) => [key.text, plain(value)]));
    default:
      return null;
  }
}

function only(text: string): unknown {
  const { documents, faults } = read(text);
  assert.deepEqual(faults, []);
  assert.equal(documents.length, 1);
  return plain(documents[0]);
}

test('scalars keep their text', () => {
  assert.deepEqual(only('[01, 1e3, 0x8001, 02:00:00:00:00:01, 1_000, yes, 12345678901234567890, 1.0]'), [
    '01',
    '1e3',
    '0x8001',
    '02:00:00:00:00:01',
    '1_000',
    'yes',
    '12345678901234567890',
    '1.0',
  ]);
  assert.deepEqual(only('["", \'it\'\'s\', "a\\tb", ~, null, "null", a b]'), [
    '<>',
    "<it's>",
    '<a\tb>',
    null,
    null,
    '<null>',
    'a b',
  ]);
  assert.deepEqual(only('a: |\n  one\n  two\nb: >-\n  one\n  two\n'), { a: '<one\ntwo\n>', b: '<one two>' });
});

test('keys are texts, whatever they look like', () => {
  assert.deepEqual(only('10: a\nnull: b\ntrue: c\n"x y": d\n'), {
    10: 'a',
    null: 'b',
    true: 'c',
    'x y': 'd',
  });
});

test('nothing at all is a file without documents', () => {
  for (const text of ['', '\n', '# only a comment\n'])
    assert.deepEqual(read(text), { documents: [], faults: [] });
});

test('each document of a file is a tree of its own', () => {
  assert.deepEqual(read('a: 1\n---\nb: 2\n...\n---\n').documents.map(plain), [{ a: '1' }, { b: '2' }, null]);
});

test('an alias is what it names, and a written key wins over a merged one', () => {
  assert.deepEqual(
    only('a: &x { m: 1, n: 2 }\nb: *x\nc: { n: 3, <<: *x }\nd: { <<: [*x, { n: 9, o: 4 }] }\n'),
    {
      a: { m: '1', n: '2' },
      b: { m: '1', n: '2' },
      c: { n: '3', m: '1' },
      d: { m: '1', n: '2', o: '4' },
    },
  );
  assert.deepEqual(only('"<<": a\n'), { '<<': 'a' });
});

test('offsets point at what was written, with tabs, long characters and CRLF', () => {
  const text = '\uFEFFa: 1\r\nb: "ü€𝄞"\r\nc: [x,\ty]\r\n';
  const { documents } = read(text);
  const [tree] = documents;
  assert.ok(tree?.is === 'map');
  for (const { key } of tree.entries) assert.equal(text.slice(key.offset, key.offset + 1), key.text);
  const list = tree.entries[2]?.value;
  assert.ok(list?.is === 'list');
  assert.equal(text[list.items[1]?.offset ?? 0], 'y');
});

test('a few aliases cannot stand for millions of values', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  const { faults } = read(`${lines.join('\n')}\n`);
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['aliases make this file too large'],
  );
});

test('what is nested without end is refused, and not by running out of stack', () => {
  const { faults } = read('['.repeat(100_000));
  assert.equal(faults.length, 1);
});

test('a NUL byte is no text', () => {
  assert.deepEqual(read('a: 1\nb: \0').faults, [{ at: 8, message: 'a NUL byte; this is not a text file' }]);
});
