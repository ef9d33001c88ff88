import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRow, encodeFields, writeAttributes } from '../../../src/derive/codec.ts';
import type { Value } from '../../../src/model/value.ts';
import { Misfit } from '../../../src/model/written.ts';
import { everyLink } from '../../../src/reconcilers/every-link.ts';
import { kinds, masters } from '../../../src/reconcilers/index.ts';
import type { AnyRow, Fields, Kind } from '../../../src/reconcilers/kind.ts';
import { Writer } from '../../../src/wire/attributes.ts';
import { viewOf } from '../../../src/wire/bytes.ts';
import { IFLA } from '../../../src/wire/if-link.ts';
import type { Names } from '../../../src/wire/type.ts';
import { anyText, anyWritten, scalar, writtenOf } from './written.ts';

const tables: readonly (readonly [string, Fields])[] = [
  ['every link', everyLink],
  ...Object.values<Kind>(kinds).map(({ name, fields }) => [name, fields] as const),
  ...masters.flatMap(({ membership }) =>
    membership?.port === undefined ? [] : [[membership.port.key, membership.port.fields] as const],
  ),
];

/** A host on which every name is a link's: its number is made from the name, and the name is kept. */
function host(): Names {
  const numbers = new Map<string, number>();
  return {
    indexOf(name) {
      const number = numbers.get(name) ?? numbers.size + 1;
      numbers.set(name, number);
      return number;
    },
    nameOf: (index) => [...numbers].find(([, number]) => number === index)?.[0],
    namespaceOf: () => 3,
  };
}

/** What a link would say of a row, were it as a request wants it. */
function throughTheWire(key: string, row: AnyRow, value: Value): Value | undefined {
  const names = host();
  const encoded = encodeFields({ [key]: row }, { [key]: value }, names);
  assert.ok(!('missing' in encoded));
  const writer = new Writer().u8(0).u8(0).u16(0).u32(1).u32(encoded.flags).u32(encoded.mask);
  writeAttributes(writer, encoded.attributes);
  if (row.place.at === 'peer') {
    // The other end is told by its number.
    const payload = new Uint8Array(Uint32Array.of(names.indexOf(String(value)) ?? 0).buffer);
    writer.attribute(IFLA.LINK, payload);
  }
  const bytes = writer.bytes.slice();
  return decodeRow(row, { view: viewOf(bytes), start: 0, end: bytes.length }, names);
}

function assertKept(key: string, row: AnyRow, value: Value): void {
  const found = throughTheWire(key, row, value);
  assert.notEqual(found, undefined, `${key}: ${JSON.stringify(value)} is not to be found again`);
  assert.ok(
    row.type.agrees(value, found),
    `${key}: ${JSON.stringify(value)} became ${JSON.stringify(found)}`,
  );
  assert.deepEqual(row.type.read(writtenOf(value)), value, `${key}: as shown it reads otherwise`);
}

/** The canonical value, or undefined where it is refused; anything but a Misfit is a fault. */
function read(row: AnyRow, written: Parameters<AnyRow['type']['read']>[0]): Value | undefined {
  try {
    return row.type.read(written) as Value;
  } catch (error) {
    assert.ok(error instanceof Misfit, `not a Misfit: ${String(error)}`);
    assert.ok(error.message.length > 0);
    return undefined;
  }
}

for (const [name, table] of tables) {
  for (const [key, row] of Object.entries(table)) {
    test(`${name}: ${key} refuses what does not fit`, () => {
      for (const text of row.type.refused) {
        assert.throws(() => row.type.read(scalar(text)), Misfit, `${key} takes ${JSON.stringify(text)}`);
      }
    });

    // The namespace of the underlay is no part of a link's own message.
    if (row.place.at === 'netns' || row.place.at === 'ovsdb') continue;
    test(`${name}: ${key} comes through the wire as it was written`, () => {
      for (const sample of row.type.samples as readonly Value[]) assertKept(key, row, sample);
      fc.assert(
        fc.property(anyWritten, (written) => {
          const value = read(row, written);
          if (value !== undefined) assertKept(key, row, value);
        }),
        { numRuns: 200 },
      );
    });
  }
}

test('numbers are refused outside their bounds and taken on them', () => {
  const bounded = tables.flatMap(([name, table]) =>
    Object.entries(table).flatMap(([key, row]) => {
      // A set may be written as one number, and is none.
      if (Array.isArray(row.type.samples[0])) return [];
      const { minimum, maximum } = numericSchema(row.type.schema);
      return typeof minimum === 'number' && typeof maximum === 'number' && Number.isSafeInteger(maximum)
        ? [{ name: `${name}.${key}`, row, minimum, maximum }]
        : [];
    }),
  );
  assert.ok(bounded.length > 60, `${bounded.length} bounded rows`);
  for (const { name, row, minimum, maximum } of bounded) {
    const isWord = (n: number) =>
      row.type.samples.includes(n) === false && read(row, scalar(String(n))) !== n;
    for (const n of [minimum, maximum]) {
      if (!/without the bits/.test(row.type.range))
        assert.notEqual(read(row, scalar(String(n))), undefined, `${name} refuses its bound ${n}`);
    }
    for (const n of [minimum - 1, maximum + 1]) {
      if (!isWord(n)) assert.equal(read(row, scalar(String(n))), undefined, `${name} takes ${n}`);
      else assert.notEqual(read(row, scalar(String(n))), n, `${name} takes ${n}`);
    }
    fc.assert(
      fc.property(fc.integer({ min: minimum, max: maximum }), (n) => {
        const value = read(row, scalar(String(n)));
        if (/without the bits/.test(row.type.range) && value === undefined) return;
        assert.equal(typeof value === 'string' ? 'word' : value, typeof value === 'string' ? 'word' : n);
      }),
      { numRuns: 50 },
    );
  }
});

function numericSchema(schema: AnyRow['type']['schema']): { minimum?: Value; maximum?: Value } {
  const either = Array.isArray(schema.anyOf) ? (schema.anyOf as (typeof schema)[]) : [schema];
  return either.find(({ minimum }) => minimum !== undefined) ?? {};
}

test('whatever stands behind a key of a list is an entry or a Misfit', async () => {
  const { lists, ownLists } = await import('../../../src/reconcilers/index.ts');
  for (const table of Object.values({ ...lists, ...ownLists })) {
    const holder = { namespace: null, name: 'eth0' };
    for (const text of table.refused) assert.throws(() => table.read(scalar(text), holder), Misfit, text);
    fc.assert(
      fc.property(fc.oneof(anyWritten, anyText.map(scalar)), (written) => {
        try {
          for (const { key } of table.read(written, holder)) assert.ok(key.length > 0);
        } catch (error) {
          assert.ok(error instanceof Misfit, `${table.name}: not a Misfit: ${String(error)}`);
        }
      }),
      { numRuns: 500 },
    );
  }
});
