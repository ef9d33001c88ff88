import { arrayIn, excerpt, Garbled, isArray, type Json } from './json.ts';
import type { AtomType, ColumnType } from './schema.ts';

declare const brand: unique symbol;

/** A row's name for ever: `36bef046-7da7-43a5-905a-c17899216fcb`. */
export type Uuid = string & { readonly [brand]: 'Uuid' };

/** One indivisible value; that of a column of uuids is a {@link Uuid}. */
export type Atom = boolean | number | string;

/**
 * A column's value, its form given by the column's type and never by how much is in it:
 * an atom · of an optional one the atom or null · of a set its atoms in order, each once · of a map its pairs.
 */
export type Datum = Atom | null | readonly Atom[] | ReadonlyMap<Atom, Atom>;

/** An atom as it goes over the wire (RFC 7047 section 5.1). */
export type WireAtom = Atom | readonly ['uuid' | 'named-uuid', string];

/** A value as it goes over the wire: `"a"`, `["set", ["a", "b"]]`, `["map", [["k", "v"]]]`; a set of one may be the bare atom. */
export type WireDatum =
  | WireAtom
  | readonly ['set', readonly WireAtom[]]
  | readonly ['map', readonly (readonly [WireAtom, WireAtom])[]];

export function uuid(text: string): Uuid {
  return text as Uuid;
}

/** A reference to a row that is there. */
export function rowRef(uuid: Uuid): WireAtom {
  return ['uuid', uuid];
}

/** A reference to a row that the same transaction inserts under this name. */
export function namedRef(name: string): WireAtom {
  return ['named-uuid', name];
}

export function setOf(atoms: Iterable<WireAtom>): WireDatum {
  return ['set', [...atoms]];
}

export function mapOf(pairs: Readonly<Record<string, WireAtom>> | Iterable<readonly [WireAtom, WireAtom]>) {
  const list = Symbol.iterator in pairs ? [...pairs] : Object.entries(pairs);
  return ['map', list] as const satisfies WireDatum;
}

/** Reads a value of a column of this type; throws {@link Garbled}. */
export function readDatum(json: Json | undefined, type: ColumnType): Datum {
  if (type.value !== undefined) return readPairs(json, type);
  if (type.max > 1) return readSet(json, type.key.type);
  const members = type.min === 1 ? [json] : membersOf(json);
  if (members.length > 1) throw new Garbled(`several where at most one may be: ${excerpt(json)}`);
  return members.length === 0 ? null : readAtom(members[0], type.key.type);
}

/** Writes a value of a column of this type: the inverse of {@link readDatum}. */
export function writeDatum(datum: Datum, type: ColumnType): WireDatum {
  const write = (atom: Atom, atomType: AtomType): WireAtom =>
    atomType === 'uuid' ? ['uuid', String(atom)] : atom;
  const { key, value = key } = type;
  if (isMap(datum)) {
    return ['map', [...datum].map(([k, v]) => [write(k, key.type), write(v, value.type)] as const)];
  }
  if (isSet(datum)) return ['set', datum.map((atom) => write(atom, key.type))];
  return datum === null ? ['set', []] : write(datum, key.type);
}

/** What a row has in a column that its message leaves out (ovsdb-server(7) 4.1.14). */
export function defaultOf(type: ColumnType): Datum {
  if (type.value !== undefined) return noPairs;
  if (type.max > 1) return type.min === 0 ? noAtoms : [zeros[type.key.type]];
  return type.min === 0 ? null : zeros[type.key.type];
}

/**
 * The value that a `modify` leaves behind (ovsdb-server(7) 4.1.14): where a column may hold several, the message has
 * what is in the old or the new value but not in both, and of pairs whose value changed the new one; else the new value.
 */
export function modified(before: Datum, difference: Json | undefined, type: ColumnType): Datum {
  if (type.max === 1) return readDatum(difference, type);
  if (isMap(before)) return mapWith(before, readPairs(difference, type));
  if (isSet(before)) return setWith(before, readSet(difference, type.key.type));
  throw new Garbled(`no difference to ${JSON.stringify(before)} can be: ${excerpt(difference)}`);
}

export function sameDatum(a: Datum | undefined, b: Datum | undefined): boolean {
  if (a === b) return true;
  if (isSet(a) && isSet(b)) return a.length === b.length && a.every((atom, i) => atom === b[i]);
  if (!isMap(a) || !isMap(b) || a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

export function isMap(datum: Datum | undefined): datum is ReadonlyMap<Atom, Atom> {
  return datum instanceof Map;
}

export function isSet(datum: Datum | undefined): datum is readonly Atom[] {
  return Array.isArray(datum);
}

export function readUuid(text: string): Uuid {
  if (uuidForm.test(text)) return text as Uuid;
  throw new Garbled(`no uuid: ${excerpt(text)}`);
}

/** Most sets and maps of a database are empty. */
const noAtoms: readonly Atom[] = [];
const noPairs: ReadonlyMap<Atom, Atom> = new Map();
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const zeros: Readonly<Record<AtomType, Atom>> = {
  integer: 0,
  real: 0,
  boolean: false,
  string: '',
  uuid: '00000000-0000-0000-0000-000000000000',
};

function readAtom(json: Json | undefined, type: AtomType): Atom {
  switch (type) {
    case 'integer':
      if (typeof json === 'number' && Number.isInteger(json)) return json;
      break;
    case 'real':
      if (typeof json === 'number' && Number.isFinite(json)) return json;
      break;
    case 'boolean':
    case 'string':
      if (typeof json === type) return json as Atom;
      break;
    case 'uuid':
      if (isArray(json) && json.length === 2 && json[0] === 'uuid') return readUuid(String(json[1]));
      break;
    default:
      return type satisfies never;
  }
  throw new Garbled(`no ${type}: ${excerpt(json)}`);
}

function membersOf(json: Json | undefined): readonly (Json | undefined)[] {
  return isArray(json) && json[0] === 'set' ? arrayIn(json[1], 'a set') : [json];
}

function readSet(json: Json | undefined, type: AtomType): readonly Atom[] {
  const members = membersOf(json);
  if (members.length === 0) return noAtoms;
  const atoms = members.map((member) => readAtom(member, type));
  // ovsdb-server sorts by bytes, which is this order for all but characters beyond U+FFFF.
  const inOrder = atoms.every((atom, i) => i === 0 || (atoms[i - 1] as Atom) < atom);
  if (inOrder) return atoms;
  atoms.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (atoms.some((atom, i) => i > 0 && atoms[i - 1] === atom)) {
    throw new Garbled(`a set that has something twice: ${excerpt(json)}`);
  }
  return atoms;
}

function readPairs(json: Json | undefined, { key, value = key }: ColumnType): ReadonlyMap<Atom, Atom> {
  if (!isArray(json) || json[0] !== 'map') throw new Garbled(`no map: ${excerpt(json)}`);
  const list = arrayIn(json[1], 'a map');
  if (list.length === 0) return noPairs;
  const pairs = new Map<Atom, Atom>();
  for (const pair of list) {
    const [k, v] = arrayIn(pair, 'a pair');
    pairs.set(readAtom(k, key.type), readAtom(v, value.type));
  }
  if (pairs.size !== list.length) throw new Garbled(`a map that has a key twice: ${excerpt(json)}`);
  return pairs;
}

function mapWith(before: ReadonlyMap<Atom, Atom>, difference: ReadonlyMap<Atom, Atom>) {
  const after = new Map(before);
  for (const [key, value] of difference) {
    if (before.get(key) === value) after.delete(key);
    else after.set(key, value);
  }
  return after;
}

/** Both in order; what is between two differences is copied without being compared. */
function setWith(before: readonly Atom[], difference: readonly Atom[]): readonly Atom[] {
  const after: Atom[] = [];
  let from = 0;
  for (const atom of difference) {
    const at = firstNotLess(before, atom, from);
    while (from < at) after.push(before[from++] as Atom);
    if (before[at] === atom) from++;
    else after.push(atom);
  }
  while (from < before.length) after.push(before[from++] as Atom);
  return after;
}

function firstNotLess(atoms: readonly Atom[], atom: Atom, from: number): number {
  let [low, high] = [from, atoms.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((atoms[middle] as Atom) < atom) low = middle + 1;
    else high = middle;
  }
  return low;
}
