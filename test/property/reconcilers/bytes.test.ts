import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRow } from '../../../src/derive/codec.ts';
import { Inventory } from '../../../src/inventory/inventory.ts';
import { readLink } from '../../../src/inventory/links.ts';
import { decodeAddress } from '../../../src/reconcilers/addresses.ts';
import { fieldsOf, kinds } from '../../../src/reconcilers/index.ts';
import { decodeVlanNotice, decodeVlans } from '../../../src/reconcilers/vlans.ts';
import { eachAttribute, findAttribute, Writer } from '../../../src/wire/attributes.ts';
import { type Slice, sliceOf } from '../../../src/wire/bytes.ts';
import { AF, RTM } from '../../../src/wire/rtnetlink.ts';
import type { Names } from '../../../src/wire/type.ts';

const names: Names = { indexOf: () => 1, nameOf: () => 'eth0' };
const anyBytes = fc.uint8Array({ maxLength: 200 });

/** Attributes in attributes whose lengths are right but for a few, so that decoders come far. */
const attributes: fc.Arbitrary<Uint8Array> = fc.letrec<{ one: Uint8Array; some: Uint8Array }>((tie) => ({
  some: fc.array(tie('one'), { maxLength: 6 }).map((all) => Buffer.concat(all)),
  one: fc
    .tuple(
      fc.nat(70),
      fc.oneof({ depthSize: 'small' }, fc.uint8Array({ maxLength: 24 }), tie('some')),
      fc.boolean(),
    )
    .map(([type, payload, isNest]) =>
      new Writer().attribute(isNest ? type | 0x8000 : type, payload).bytes.slice(),
    ),
})).some;

/** A header of some bytes, a few attributes, and perhaps a cut somewhere. */
function message(header: number): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      fc.uint8Array({ minLength: header, maxLength: header }),
      attributes,
      fc.double({ min: 0, max: 2, noNaN: true }),
    )
    .map(([head, rest, cut]) => {
      const whole = Buffer.concat([head, rest]);
      return new Uint8Array(whole.subarray(0, Math.ceil(whole.length * Math.min(1, cut))));
    });
}

test('attributes never lie outside the bytes they are read from', () => {
  fc.assert(
    fc.property(fc.oneof(anyBytes, attributes), fc.nat(70), (bytes, wanted) => {
      const { view, start, end } = sliceOf(bytes);
      let first: Slice | undefined;
      eachAttribute(view, start, end, (type, from, to) => {
        assert.ok(from >= 4 && to >= from && to <= end);
        if (type === wanted) first ??= { view, start: from, end: to };
      });
      assert.deepEqual(findAttribute(view, start, end, wanted), first);
    }),
  );
});

test('no bytes make a decoder throw, or give a value its own type would not keep', () => {
  const tables = Object.keys(kinds).map(fieldsOf);
  fc.assert(
    fc.property(fc.oneof(anyBytes, message(16)), (bytes) => {
      const slice = sliceOf(bytes);
      if (bytes.length >= 16) {
        for (const table of tables) {
          for (const row of Object.values(table)) {
            const value = decodeRow(row, slice, names);
            if (value !== undefined) assert.equal(row.type.agrees(value, value), true);
          }
        }
      }
      readLink(slice);
      decodeVlans(slice);
    }),
    { numRuns: 300 },
  );
});

test('no bytes make the decoders of addresses and VLANs throw', () => {
  fc.assert(
    fc.property(fc.oneof(anyBytes, message(8)), (bytes) => {
      const slice = sliceOf(bytes);
      decodeAddress(slice);
      decodeVlanNotice(slice);
    }),
    { numRuns: 1000 },
  );
});

test('no message makes the inventory throw, and it stays whole', () => {
  const types = [RTM.NEWLINK, RTM.DELLINK, RTM.NEWADDR, RTM.DELADDR, RTM.NEWVLAN, RTM.DELVLAN, RTM.NEWROUTE];
  const notice = fc.record({
    type: fc.constantFrom(...types),
    family: fc.constantFrom(AF.UNSPEC, AF.INET, AF.BRIDGE, AF.INET6, 200),
    bytes: fc.oneof(anyBytes, message(16), message(8)),
    whole: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(notice, { maxLength: 30 }), (notices) => {
      const inventory = new Inventory({ touched: () => undefined });
      for (const { type, family, bytes, whole } of notices) {
        if (bytes.length > 0) bytes[0] = family;
        if (whole) inventory.beginReading();
        inventory.take({ type, port: 0, ...sliceOf(bytes) });
        if (whole) inventory.endReading();
      }
      for (const link of inventory.all()) {
        assert.equal(inventory.link(link.ifindex), link);
        for (const member of inventory.members(link.ifindex)) assert.equal(member.master, link.ifindex);
      }
    }),
    { numRuns: 500 },
  );
});
