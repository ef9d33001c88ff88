import { decodeRow, flagsOf } from '../derive/codec.ts';
import { underlayWanted } from '../derive/underlay.ts';
import {
  type LinkName,
  linkName,
  namespaceId,
  type ObjectId,
  objectId,
  parseObjectId,
  partId,
  referenceToNamespace,
  resolveReference,
  wholeOf,
} from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import { canonical, type Value, type Values } from '../model/value.ts';
import type { FoundLink } from '../plan/situation.ts';
import { fieldsOf, kindNamed, listNamed, masterOfPortKey, rowOf } from '../reconcilers/index.ts';
import { type AnyRow, type Kind, keysSentAlong, type Notice, type Source } from '../reconcilers/kind.ts';
import type { AskedList, FoundEntry } from '../reconcilers/list.ts';
import { follow } from '../wire/attributes.ts';
import { bytesOf, littleEndian, type Slice } from '../wire/bytes.ts';
import { IFLA, IFLA_INET6 } from '../wire/if-link.ts';
import { AF, IFF, SIZE } from '../wire/rtnetlink.ts';
import { wholeNamespace } from './asked-book.ts';
import type { InventoryLink } from './links.ts';
import type { View } from './view.ts';

/** What of a link its declaration looks at, worked out once. */
export interface Sight {
  readonly rows: readonly (readonly [string, AnyRow])[];
  /** The ids of the links it refers to. */
  readonly mentions: readonly ObjectId[];
  /** When something of it may change without a word of the kernel's, for the sweep to find. */
  readonly silent: 'always' | 'when-down' | 'never';
  /** The sources beside rtnetlink that have something of it. */
  readonly sources: readonly Source[];
}

/** Sights worked out before: what links of one kind with the same keys look at is the same. */
export class Sights {
  readonly #shapes = new Map<string, Shape>();

  of(wanted: WantedLink): Sight {
    let key = wanted.kind;
    for (const field in wanted.fields) key += `,${field}`;
    for (const list in wanted.lists) key += `;${list}`;
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      shape = shapeOf(wanted);
      this.#shapes.set(key, shape);
    }
    return sightIn(shape, wanted);
  }
}

export function sightOf(wanted: WantedLink): Sight {
  return sightIn(shapeOf(wanted), wanted);
}

/** What of a sight hangs on the keys alone. */
interface Shape extends Pick<Sight, 'rows' | 'silent' | 'sources'> {
  readonly kind: Kind | undefined;
  /** The keys whose values refer to links. */
  readonly references: readonly (readonly [string, AnyRow])[];
  /** The lists that have to be asked for. */
  readonly asked: readonly AskedList[];
}

function sightIn({ rows, silent, sources, references, asked, kind }: Shape, wanted: WantedLink): Sight {
  const { id, fields, namespace, name } = wanted;
  const home = parseObjectId(id).namespace;
  const isPart = wholeOf(id) !== undefined;
  if (references.length + asked.length === 0 && home === null && !isPart)
    return { rows, silent, sources, mentions: nobody };
  const named = [
    ...references.flatMap(([key, { type }]) => type.mentions?.(fields[key] as Value) ?? []),
    ...(kind?.needs?.(wanted) ?? []),
    // Wherever a part of its name comes to be.
    ...(isPart ? [partId('', name)] : []),
  ];
  const mentions = [
    ...named.map((one) => resolveReference(namespace, one)),
    ...asked.flatMap((table) => mentionedIn(table, wanted)),
  ];
  return { rows, silent, sources, mentions: home === null ? mentions : [namespaceId(home), ...mentions] };
}

/** The links that entries of a list refer to, in the namespace it is of. */
function mentionedIn(table: AskedList, { namespace, kind, fields, lists }: WantedLink): readonly ObjectId[] {
  const where = table.of === 'link' ? namespace : underlayWanted(namespace, kind, fields);
  const entries = lists[table.name]?.entries ?? [];
  return entries.flatMap((entry) => table.mentions?.(entry) ?? []).map((name) => objectId(where, name));
}

const nobody: readonly ObjectId[] = [];

function shapeOf(wanted: WantedLink): Shape {
  const kind = kindNamed(wanted.kind);
  const table = (key: string) => rowOf(wanted.kind, key);
  const told = kind?.told;
  const resent = kind === undefined ? [] : keysSentAlong(kind);
  const beside = Object.keys(wanted.fields).flatMap((key) => table(key)?.beside ?? []);
  const keys = new Set(['state', 'master', ...resent, ...beside, ...Object.keys(wanted.fields)]);
  const references = Object.keys(wanted.fields).flatMap((key) => {
    const row = table(key);
    return row?.type.mentions === undefined ? [] : [[key, row] as const];
  });
  const rows = [...keys].flatMap((key) => {
    const row = table(key) ?? told?.[key];
    return row === undefined ? [] : [[key, row] as const];
  });
  const silences = [
    ...Object.keys(wanted.fields).map((key) =>
      silence(table(key)?.notice, masterOfPortKey(key) !== undefined),
    ),
    ...Object.keys(wanted.lists).map((list) => silence(listNamed(list)?.notice, true)),
  ];
  const silent = silences.includes('always')
    ? 'always'
    : silences.includes('when-down')
      ? 'when-down'
      : 'never';
  const asked = Object.keys(wanted.lists).flatMap((list) => askedList(list) ?? []);
  const places = rows.map(([, { place }]) => place);
  const sources = new Set(places.flatMap((place) => (place.at === 'facet' ? [place.source] : [])));
  return { rows, references, asked, silent, kind, sources: [...sources] };
}

/** A list by its name, if it is one that has to be asked for. */
export function askedList(name: string): AskedList | undefined {
  const table = listNamed(name);
  return table?.source === 'asked' ? table : undefined;
}

/** Whether an announcement hangs on another link than this one being up, is not told apart: then it counts for none. */
function silence(notice: Notice | undefined, ofAnother: boolean): Sight['silent'] {
  if (notice === 'always') return 'never';
  return notice === 'when-up' && !ofAnother ? 'when-down' : 'always';
}

/** Whether a link may differ from what the kernel last told of it. */
export function mayBeStale({ silent }: Sight, { message }: InventoryLink): boolean {
  return silent === 'always' || (silent === 'when-down' && (flagsOf(message) & (1 << IFF.UP)) === 0);
}

/** A link as its declaration sees it: only what is declared is decoded. */
export function foundLink(
  view: View,
  wanted: WantedLink,
  link: InventoryLink,
  sight: Sight = sightOf(wanted),
): FoundLink {
  return new SeenLink(view, wanted, link, sight);
}

/** A class, since one is made for each object that is looked at. */
class SeenLink implements FoundLink {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: string | null;
  readonly masterKind: string | null;
  readonly values: Values;
  readonly #view: View;
  readonly #link: InventoryLink;
  #members: readonly LinkName[] | undefined;

  constructor(view: View, wanted: WantedLink, link: InventoryLink, { rows, sources }: Sight) {
    const { names } = view;
    this.ifindex = link.ifindex;
    this.name = link.name;
    this.kind = link.kind;
    this.masterKind = link.slaveKind;
    this.#view = view;
    this.#link = link;
    const values: Record<string, Value> = {};
    const elsewhere = link.lowerNamespace === null ? names : view.namesIn(link.lowerNamespace);
    for (const [key, row] of rows) {
      if (!inItsMaster(key, link)) continue;
      const value =
        row.place.at === 'netns'
          ? row.untold === true
            ? undefined
            : underlayOf(view, link)
          : decodeRow(row, link.message, row.elsewhere === true ? elsewhere : names);
      if (value !== undefined) values[key] = value;
    }
    for (const source of sources)
      Object.assign(values, view.facets?.[source].found(view.faceted(link), facetOf(source, wanted)));
    this.values = values;
  }

  get mac(): string {
    return this.#link.mac;
  }

  get members(): readonly LinkName[] {
    this.#members ??= this.#view.inventory.members(this.ifindex).map(({ name }) => linkName(name));
    return this.#members;
  }

  list(name: string): ReadonlyMap<string, FoundEntry> | undefined {
    return entriesOf(this.#view, name, this.#link);
  }
}

/** The namespace a link stands on: its own, if IFLA_LINK_NETNSID says no other. */
function underlayOf(view: View, { lowerNamespace }: InventoryLink): Value {
  if (lowerNamespace === null) return referenceToNamespace(view.namespace);
  const there = view.numbered(lowerNamespace);
  return there === undefined ? 'another namespace' : referenceToNamespace(there.namespace);
}

/** A port attribute is reported by the master; numbers of another kind of master mean something else. */
function inItsMaster(key: string, link: InventoryLink): boolean {
  if (!key.includes('.')) return true;
  const master = masterOfPortKey(key);
  return master === undefined || master.kernel?.kind === link.slaveKind;
}

const noEntries: ReadonlyMap<string, FoundEntry> = new Map();

/** The entries of a list of a link; undefined where its source says nothing of the link. */
export function entriesOf(
  view: View,
  list: string,
  link: InventoryLink,
): ReadonlyMap<string, FoundEntry> | undefined {
  const table = listNamed(list);
  if (table === undefined) return undefined;
  const { inventory } = view;
  switch (table.source) {
    case 'address':
      return inventory.addresses(link.ifindex);
    case 'bridge-vlan':
      return inventory.vlans(link.ifindex);
    case 'link':
      if (link.altnames.length === 0) return noEntries;
      return new Map(link.altnames.map((key) => [key, { key, fields: {}, lasting: true }]));
    case 'asked':
      return table.of === 'link'
        ? inventory.asked.of(link.ifindex, table.name)
        : view.under(link)?.inventory.asked.of(wholeNamespace, table.name);
    case 'ovsdb':
      return undefined;
    default:
      return table satisfies never;
  }
}

/** The numbers of the links a declaration refers to; 0 where there is none. */
export function mentioned(view: View, { mentions }: Sight): readonly number[] {
  return mentions.map((id) => view.find(id)?.ifindex ?? 0);
}

/** What an answer of the kernel may hang on as one text: it changes when the link or one it refers to does, but not with counters. */
export function fingerprint(
  view: View,
  wanted: WantedLink,
  link: InventoryLink | undefined,
  sight: Sight,
): string {
  const others = sight.mentions.map((id) => standing(view.find(id)));
  if (link === undefined) return canonical(others);
  const { inventory, names } = view;
  const all = Object.entries(fieldsOf(wanted.kind)).map(([key, row]) =>
    inItsMaster(key, link) ? (decodeRow(row, link.message, names) ?? null) : null,
  );
  const members = inventory.members(link.ifindex).map(({ ifindex }) => ifindex);
  const facets = sight.sources.map(
    (source) => view.facets?.[source].standing(view.faceted(link), facetOf(source, wanted)) ?? null,
  );
  return canonical([
    link.kind,
    standing(link),
    standing(inventory.link(link.master)),
    ...others,
    members,
    facets,
    all,
  ]);
}

/** What is wanted of a link that a source beside rtnetlink has. */
function facetOf(source: Source, { kind, fields }: WantedLink): Values {
  const isOf = (key: string) => {
    const place = rowOf(kind, key)?.place;
    return place?.at === 'facet' && place.source === source;
  };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => isOf(key)));
}

/** How a link stands: its number, flags (carrier among them), MTU and IPv6 settings. */
function standing(link: InventoryLink | undefined): Value {
  if (link === undefined) return 0;
  const { view, start, end } = link.message;
  const attributes = { view, start: start + SIZE.ifinfomsg, end };
  const mtu = follow(attributes, [IFLA.MTU]);
  const ipv6 = follow(attributes, [IFLA.AF_SPEC, AF.INET6, IFLA_INET6.CONF]);
  const hex = (slice: Slice | undefined) =>
    slice === undefined ? '' : Buffer.from(bytesOf(slice)).toString('hex');
  return [link.ifindex, view.getUint32(start + 8, littleEndian), link.master, hex(mtu), hex(ipv6)];
}
