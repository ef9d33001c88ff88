import type { Value, Values } from '../model/value.ts';
import type { AnyRow, Fields } from '../reconcilers/kind.ts';
import { findAttribute, follow, Writer } from '../wire/attributes.ts';
import { littleEndian, type Slice } from '../wire/bytes.ts';
import { IFLA } from '../wire/if-link.ts';
import { SIZE } from '../wire/rtnetlink.ts';
import { leftOut, type Names } from '../wire/type.ts';

/**
 * A received link message: struct ifinfomsg and its attributes.
 * `start` is where ifinfomsg begins.
 */
export interface LinkMessage {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** The flags of the link the message tells of. */
export function flagsOf({ view, start }: LinkMessage): number {
  return view.getUint32(start + 8, littleEndian);
}

/** Where the attributes of a link message lie. */
export function attributesOf({ view, start, end }: LinkMessage): Slice {
  return { view, start: start + SIZE.ifinfomsg, end };
}

/**
 * What a link message says of one row; undefined where it does not say.
 * `absent` of the row is what silence means.
 */
export function decodeRow(row: AnyRow, message: LinkMessage, names: Names): Value | undefined {
  const { place } = row;
  switch (place.at) {
    case 'flag': {
      const set = (flagsOf(message) >>> place.bit) & 1;
      return row.type.decode(oneByte(set ^ (place.inverted ? 1 : 0)), names);
    }
    case 'attribute': {
      const said = place.word === undefined ? undefined : follow(attributesOf(message), place.word.path);
      if (said !== undefined && (said.end === said.start || said.view.getUint8(said.start) !== 0))
        return place.word?.word;
      const told = place.told === undefined ? undefined : follow(attributesOf(message), place.told);
      return orAbsent(row, told ?? follow(attributesOf(message), place.path), names);
    }
    case 'family': {
      const found = follow(attributesOf(message), place.v4) ?? follow(attributesOf(message), place.v6);
      return orAbsent(row, found, names);
    }
    case 'spread': {
      const found = place.paths.map((path) => follow(attributesOf(message), path));
      return found.every((one) => one === undefined) ? row.absent : place.read(found);
    }
    case 'peer': {
      const { view, start, end } = attributesOf(message);
      return orAbsent(row, findAttribute(view, start, end, IFLA.LINK), names);
    }
    case 'netns':
    case 'facet':
    case 'ovsdb':
      return undefined;
    default:
      return place satisfies never;
  }
}

function orAbsent(row: AnyRow, found: Slice | undefined, names: Names): Value | undefined {
  return found === undefined ? row.absent : row.type.decode(found, names);
}

const zeroByte: Slice = { view: new DataView(Uint8Array.of(0).buffer), start: 0, end: 1 };
const setByte: Slice = { view: new DataView(Uint8Array.of(1).buffer), start: 0, end: 1 };

function oneByte(bit: number): Slice {
  return bit === 0 ? zeroByte : setByte;
}

/** What has to be put into a message: flags of ifinfomsg, and attributes by their path. */
export interface Encoded {
  readonly flags: number;
  readonly mask: number;
  readonly attributes: readonly PathPayload[];
}

interface PathPayload {
  readonly path: readonly number[];
  readonly payload: Uint8Array;
}

/** The bytes for some fields, or the name of the link that has to be there first. */
export function encodeFields(
  table: Fields,
  values: Values,
  names: Names,
): Encoded | { readonly missing: string } {
  let flags = 0;
  let mask = 0;
  const attributes: PathPayload[] = [];
  const isV6 = Object.entries(values).some(
    ([key, value]) => table[key]?.place.at === 'family' && String(value).includes(':'),
  );
  for (const [key, value] of Object.entries(values)) {
    const row = table[key];
    if (row === undefined) throw new RangeError(`no row for ${key}`);
    const { place } = row;
    if (place.at === 'ovsdb') throw new RangeError(`${key} is no part of a link's message`);
    // It is where the request is made, or no rtnetlink’s at all.
    if (place.at === 'netns' || place.at === 'facet') continue;
    if (place.at === 'peer') {
      const payload = peerPayload(String(value), names);
      if (payload === undefined) return { missing: String(value) };
      attributes.push({ path: place.path, payload });
      continue;
    }
    if (place.at === 'attribute' && place.word !== undefined && value === place.word.word) {
      attributes.push({ path: place.word.path, payload: place.word.payload ?? new Uint8Array(0) });
      continue;
    }
    if (place.at === 'spread') {
      for (const [i, payload] of place.write(value).entries()) {
        const path = place.paths[i];
        if (payload !== undefined && path !== undefined) attributes.push({ path, payload });
      }
      continue;
    }
    const payload = row.type.encode(value, names);
    if (payload === undefined) return { missing: String(row.type.mentions?.(value)[0] ?? value) };
    if (payload === leftOut) continue;
    if (place.at === 'flag') {
      mask |= 1 << place.bit;
      if ((payload[0] !== 0) !== place.inverted) flags |= 1 << place.bit;
    } else if (place.at === 'attribute') {
      if (place.along !== undefined) attributes.push(place.along);
      attributes.push({ path: place.path, payload });
    } else if (payload.length === 4 && isV6) {
      // No address at all goes by the family of the other one: the kernel wants both to be of one.
      attributes.push({ path: place.v6, payload: new Uint8Array(16) });
    } else {
      attributes.push({ path: payload.length === 4 ? place.v4 : place.v6, payload });
    }
  }
  return { flags: flags >>> 0, mask: mask >>> 0, attributes };
}

/** struct ifinfomsg of nobody, the name the other end is to get and where (VETH_INFO_PEER in drivers/net/veth.c). */
function peerPayload(reference: string, names: Names): Uint8Array | undefined {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const writer = new Writer(64).raw(new Uint8Array(SIZE.ifinfomsg));
  writer.attribute(IFLA.IFNAME, Buffer.from(`${name}\0`));
  if (!reference.includes('/')) return writer.bytes.slice();
  const elsewhere = names.namespaceOf?.(reference);
  return elsewhere === undefined ? undefined : writer.attribute32(IFLA.NET_NS_FD, elsewhere).bytes.slice();
}

/** Writes attributes into nests, each nest once; payloads at one path are OR-ed (masked bits). */
export function writeAttributes(writer: Writer, attributes: readonly PathPayload[], depth = 0): void {
  const groups = new Map<number, PathPayload[]>();
  for (const attribute of attributes) {
    const type = attribute.path[depth];
    if (type === undefined) continue;
    const group = groups.get(type);
    if (group === undefined) groups.set(type, [attribute]);
    else group.push(attribute);
  }
  for (const [type, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    if (first.path.length === depth + 1) {
      writer.attribute(type, group.length === 1 ? first.payload : orTogether(group));
      continue;
    }
    const mark = writer.open(type);
    writeAttributes(writer, group, depth + 1);
    writer.close(mark);
  }
}

function orTogether(group: readonly PathPayload[]): Uint8Array {
  const all = new Uint8Array(Math.max(...group.map(({ payload }) => payload.length)));
  for (const { payload } of group) {
    for (const [i, byte] of payload.entries()) all[i] = (all[i] ?? 0) | byte;
  }
  return all;
}
