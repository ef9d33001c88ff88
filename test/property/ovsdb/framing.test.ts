import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Framer } from '../../../src/ovsdb/framing.ts';
import { Garbled } from '../../../src/ovsdb/json.ts';

const documents = fc.array(
  fc.tuple(
    fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.array(fc.jsonValue())),
    fc.constantFrom(undefined, 1, '\t'),
    fc.stringMatching(/^[ \t\r\n]{0,3}$/),
  ),
  { maxLength: 8 },
);

test('documents come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(documents, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (list, lengths) => {
      const stream = Buffer.from(
        list.map(([json, indent, space]) => JSON.stringify(json, null, indent) + space).join(''),
      );
      assert.deepEqual(
        [...cut(stream, lengths)],
        list.map(([json]) => JSON.parse(JSON.stringify(json))),
      );
    }),
    { numRuns: 300 },
  );
});

test('what is no document and stands between two is refused, and what came before it is not lost', () => {
  fc.assert(
    fc.property(
      documents,
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      fc.integer({ min: 0, max: 255 }),
      (list, lengths, byte) => {
        fc.pre(!' \t\r\n{['.includes(String.fromCharCode(byte)));
        const text = list.map(([json, indent, space]) => JSON.stringify(json, null, indent) + space).join('');
        const found: unknown[] = [];
        assert.throws(() => {
          for (const json of cut(Buffer.concat([Buffer.from(text), Buffer.of(byte)]), lengths))
            found.push(json);
        }, Garbled);
        assert.equal(found.length, list.length);
      },
    ),
    { numRuns: 200 },
  );
});

test('a document is refused as soon as it is larger than may be, in whatever pieces', () => {
  const document = Buffer.from(`{"a":"${'x'.repeat(92)}"}`);
  for (const length of [1, 7, 100]) {
    assert.equal([...cut(document, same(length), 100)].length, 1);
    assert.throws(() => [...cut(document, same(length), 99)], Garbled);
    assert.throws(
      () => [...cut(document.subarray(0, 99), same(length), 98)],
      Garbled,
      'its end is not waited for',
    );
  }
});

test('depth counts outside of strings only, and has its limit', () => {
  const deep = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  assert.equal([...cut(deep(1000), same(64))].length, 1);
  assert.throws(() => [...cut(deep(1001), same(64))], Garbled);
  const text = Buffer.from(JSON.stringify(['['.repeat(5000), '"\\"]'.repeat(500)]));
  assert.equal([...cut(text, same(3))].length, 1);
});

test('a large document that comes byte by byte takes time in proportion to its length', (t) => {
  // Were it put together anew with each byte, this would be 500 GB to copy.
  const document = Buffer.from(`["${'x'.repeat(1_000_000)}"]`);
  const started = performance.now();
  const framer = new Framer();
  let found = 0;
  for (let at = 0; at < document.length; at++) {
    for (const whole of framer.cut(document.subarray(at, at + 1))) found += whole.length;
  }
  const ms = performance.now() - started;
  t.diagnostic(`${document.length} pieces: ${ms.toFixed(0)} ms`);
  assert.equal(found, document.length);
  assert.ok(ms < 30_000, `${ms} ms`);
});

function* cut(stream: Uint8Array, lengths: Iterator<number>, most?: number): Generator<unknown> {
  const framer = new Framer(most);
  for (let at = 0; at < stream.length; ) {
    const end = at + (lengths.next().value ?? 1);
    for (const whole of framer.cut(stream.subarray(at, end))) yield JSON.parse(Buffer.from(whole).toString());
    at = end;
  }
}

function* same(length: number): Generator<number> {
  for (;;) yield length;
}
